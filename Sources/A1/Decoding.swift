import Foundation
import Runtime

/// Reads JSON that a program wrote. What people write is read by `InputObject`, whose errors name lines and keys.
///
/// - Parameter what: the document, for the error: `what a1 bench machine printed`.
/// - Throws: a failure that says in a sentence what cannot be read.
func decoded<Document: Decodable>(
    _ type: Document.Type, from data: Data, _ what: String, _ code: Runtime.ExitCode
) throws -> Document {
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
        throw fail(code, "\(what) cannot be read: \(error.sentence)")
    }
}

extension DecodingError {
    /// What is wrong and where, without names of types.
    var sentence: String {
        func place(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (key.map { [$0] } ?? [])
            return keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context): return "the key '\(place(context, key))' is missing"
        case .valueNotFound(_, let context): return "\(place(context)): found null, expected a value"
        case .typeMismatch(_, let context): return "\(place(context)): found a value of another kind than expected"
        case .dataCorrupted(let context):
            let isWhole = context.codingPath.isEmpty
            return isWhole ? "it is not JSON" : "\(place(context)): found a value that is not possible"
        @unknown default: return "it is not what was expected"
        }
    }
}

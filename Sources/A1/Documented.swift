import Domain
import Foundation

extension DocumentHeader {
    /// Of what this process prints.
    static var own: DocumentHeader {
        DocumentHeader(
            program: "a1 \(A1.configuration.version)", host: ProcessInfo.processInfo.hostName, command: commandLine())
    }

    /// The command line as a shell reads it.
    static func commandLine(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> String {
        (["a1"] + arguments.map(quoted)).joined(separator: " ")
    }

    /// Characters that mean nothing to a shell.
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%")

    private static func quoted(_ argument: String) -> String {
        guard argument.isEmpty || !argument.allSatisfy(plain.contains) else { return argument }
        return "'\(argument.replacing("'", with: "'\\''"))'"
    }
}

/// A document with the key `document`, which says what made it.
struct Documented<Body: Encodable>: Encodable {
    private enum Key: String, CodingKey { case document }

    /// An object.
    let body: Body

    init(_ body: Body) { self.body = body }

    func encode(to encoder: any Encoder) throws {
        try body.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(DocumentHeader.own, forKey: .document)
    }
}

/// The figures of a measurement, an element for each.
struct Measured<Element: Encodable>: Encodable {
    var cells: [Element]
}

extension Measured: Decodable where Element: Decodable {}

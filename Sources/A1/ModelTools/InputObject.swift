import Evaluation
import Foundation
import Settings

/// What is wrong with one line of input, as a sentence.
struct LineError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension JSONValue {
    /// The value on a line of input.
    static func read(line: Data) throws(LineError) -> JSONValue {
        do {
            return try read([UInt8](line), allowsNUL: true)
        } catch { throw LineError("\(error)") }
    }

    /// What was found, for a message.
    var name: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let digits): "the number \(Self.shortened(digits))"
        case .string(let text): "the text \"\(Self.shortened(text))\""
        case .array: "an array"
        case .object: "an object"
        }
    }

    private static func shortened(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(32).map { $0.escaped(asASCII: false) }.joined()
        return text.unicodeScalars.count > 32 ? shown + "..." : shown
    }

    /// - Parameter place: the key, or the key and the place in its array: `ids[3]`.
    func text(at place: String) throws(LineError) -> String {
        guard case .string(let text) = self else { throw mismatch(place, "a text in quotes") }
        return text
    }

    func integer(at place: String) throws(LineError) -> Int32 {
        guard case .number(let digits) = self, let value = Int32(digits) else {
            throw mismatch(place, "a whole number from \(Int32.min) to \(Int32.max)")
        }
        return value
    }

    func elements(at place: String, of what: String) throws(LineError) -> [JSONValue] {
        guard case .array(let elements) = self else { throw mismatch(place, "an array of \(what)") }
        return elements
    }

    func mismatch(_ place: String, _ expected: String) -> LineError {
        LineError((place.isEmpty ? "" : "\(place): ") + "found \(name), expected \(expected)")
    }
}

/// An object of the input and the keys that it may have.
struct InputObject {
    private let members: [(key: String, value: JSONValue)]
    private let keys: [String]
    /// Stands before a key in messages: empty, or `messages[2].`.
    private let place: String

    /// The object on a line.
    init(line: Data, keys: [String]) throws(LineError) {
        try self.init(try JSONValue.read(line: line), at: "", keys: keys)
    }

    init(_ value: JSONValue, at place: String, keys: [String]) throws(LineError) {
        guard case .object(let members) = value else {
            throw value.mismatch(place, "an object with the keys \(keys.joined(separator: ", "))")
        }
        self.members = members
        self.keys = keys
        self.place = place.isEmpty ? "" : "\(place)."
    }

    /// What a key says; nil where it is missing or null.
    func value<Value>(
        _ key: String, _ read: (JSONValue, String) throws(LineError) -> Value
    ) throws(LineError) -> Value? {
        guard let value = members.first(where: { $0.key == key })?.value, value != .null else { return nil }
        return try read(value, place + key)
    }

    func text(_ key: String) throws(LineError) -> String? {
        try value(key) { value, place throws(LineError) in try value.text(at: place) }
    }

    /// What a key says that must be there.
    func requiredText(_ key: String) throws(LineError) -> String {
        guard let text = try text(key) else { throw missing("the key '\(place)\(key)' is missing") }
        return text
    }

    /// Why the object cannot be used: a key of it that is none of those known, else what is missing.
    func missing(_ what: String) -> LineError {
        let stranger = members.first { !keys.contains($0.key) }?.key
        return LineError(
            stranger.map { "\(what); \(NearestName.unknown("key", $0, known: keys))" }
                ?? "\(what); known keys: \(keys.joined(separator: ", "))")
    }
}

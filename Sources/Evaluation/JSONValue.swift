/// A JSON document as it was written: numbers keep their digits, objects the order of their members.
public indirect enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// The digits as they stand in the document.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// The member of an object; nil for a missing one and for everything that is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)):
            one.count == other.count && zip(one, other).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        case (.null, _), (.boolean, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }
}

extension JSONValue {
    /// The JSON document in these bytes, with nothing but white space around it.
    ///
    /// - Parameters:
    ///   - maximumDepth: of arrays and objects within each other.
    ///   - allowsNUL: whether a text may hold U+0000, written as an escape.
    public static func read(
        _ bytes: [UInt8], maximumDepth: Int = BatchLimits().maximumDepth, allowsNUL: Bool = false
    ) throws(JSONError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .invalidUTF8 }
        return try JSONReader.read(bytes, maximumDepth: maximumDepth, allowsNUL: allowsNUL)
    }
}

/// Known answers that are a list: all of them are the answer, in no order.
enum AnswerList {
    /// What a field for an answer says: a text, a number, or a list of them, which becomes `first, second`.
    static func text(of value: JSONValue, named field: String) throws(BadLineError) -> String {
        let items: [JSONValue]
        switch value {
        case .array(let several) where !several.isEmpty: items = several
        case .string(let text):
            // A cell of a table that holds a list.
            guard let texts = quoted(in: Array(text.utf8)) else { return text }
            items = texts.map(JSONValue.string)
        case .null, .boolean, .number, .array, .object: return try ProblemRow.scalar(value, named: field)
        }
        var texts: [String] = []
        for (place, item) in items.enumerated() {
            let text = try ProblemRow.scalar(item, named: "\(field)[\(place)]")
            if FieldName.isBlank(text), items.count > 1 { throw BadLineError(.empty(field: "\(field)[\(place)]")) }
            texts.append(text)
        }
        return texts.count == 1 ? texts[0] : texts.map(withoutDollars).joined(separator: ", ")
    }

    /// The text without the dollars around the whole of it.
    private static func withoutDollars(_ text: String) -> String {
        var bytes = Array(text.utf8).trimmingWhiteSpace()
        let dollar = UInt8(ascii: "$")
        let isAround = bytes.count > 2 && bytes.first == dollar && bytes.last == dollar
        guard isAround, bytes.count(where: { $0 == dollar }) == 2 else { return text }
        bytes.removeFirst()
        bytes.removeLast()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The texts of a list as JSON or Python writes it: `["2", "-3"]`, `['2', '-3']`; commas may be missing, as in what
    /// NumPy writes. Nil for everything else, such as the interval `[2, 3]`.
    static func quoted(in bytes: [UInt8]) -> [String]? {
        let bytes = bytes.trimmingWhiteSpace()
        guard bytes.count >= 4, bytes.first == .openBracket, bytes.last == .closeBracket else { return nil }
        var texts: [String] = []
        var place = 1
        while true {
            while bytes[place].isWhiteSpace || bytes[place] == UInt8(ascii: ",") && !texts.isEmpty { place += 1 }
            if place == bytes.count - 1 { return texts.isEmpty ? nil : texts }
            let mark = bytes[place]
            guard mark == .quote || mark == UInt8(ascii: "'"), let end = end(of: mark, in: bytes, from: place + 1)
            else { return nil }
            texts.append(unescaped(bytes[(place + 1)..<end]))
            place = end + 1
        }
    }

    private static func end(of mark: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
        var place = start
        while place < bytes.count - 1 {
            if bytes[place] == mark { return place }
            place += bytes[place] == .backslash ? 2 : 1
        }
        return nil
    }

    /// The escapes that both languages have for what stands in answers; another backslash stays.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                switch byte {
                case .backslash, .quote, UInt8(ascii: "'"): text.append(byte)
                case UInt8(ascii: "n"): text.append(.lineFeed)
                case UInt8(ascii: "t"): text.append(0x09)
                case _: text += [.backslash, byte]
                }
            } else if byte == .backslash {
                isEscaped = true
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

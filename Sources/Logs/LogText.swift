/// Characters that may not reach a terminal or a log as they are: they would end a line, move the cursor or turn
/// the text's direction.
enum LogText {
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Control characters, line separators, marks and overrides of direction.
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        case _: false
        }
    }

    /// A text with such characters written out, for people.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": shown += "\\n"
            case "\t": shown += "\\t"
            case "\r": shown += "\\r"
            case _ where isControl(scalar): shown += "\\u{\(String(scalar.value, radix: 16))}"
            case _: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// Appends a text as a JSON string, quotes included.
    static func appendJSON(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        // Nearly every text is of this kind, and busy processes write many.
        guard !text.utf8.allSatisfy(isPlain) else {
            bytes += text.utf8
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += Array("\\\"".utf8)
            case "\\": bytes += Array("\\\\".utf8)
            case "\n": bytes += Array("\\n".utf8)
            case "\r": bytes += Array("\\r".utf8)
            case "\t": bytes += Array("\\t".utf8)
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            case _: bytes += UTF8.encode(scalar)!
            }
        }
    }

    /// Stands for itself in JSON and at a terminal.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

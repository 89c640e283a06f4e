/// Writes comma-separated values (RFC 4180): CRLF after each record, quotes where needed.
///
/// A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, tab or carriage return and
/// is no number) gets an apostrophe in front.
public enum CSVWriter {
    /// One record with its line end.
    public static func record(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// A whole document: a header and its records.
    public static func document(header: [String], rows: [[String]]) -> String {
        ([header] + rows).map(record).joined()
    }

    private static func cell(_ text: String) -> String {
        var bytes = Array(text.utf8)
        if let first = bytes.first, "=+-@\t\r".utf8.contains(first), !isNumber(bytes) {
            bytes.insert(UInt8(ascii: "'"), at: 0)
        }
        let needsQuotes = bytes.contains { $0 == .quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return String(decoding: bytes, as: UTF8.self) }
        var quoted: [UInt8] = [.quote]
        for byte in bytes {
            if byte == .quote { quoted.append(.quote) }
            quoted.append(byte)
        }
        quoted.append(.quote)
        return String(decoding: quoted, as: UTF8.self)
    }

    /// A decimal number with an optional sign and exponent, nothing else.
    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func dropSign(_ rest: inout ArraySlice<UInt8>) {
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        }
        func dropDigits(_ rest: inout ArraySlice<UInt8>) -> Int {
            let count = rest.prefix(while: \.isDigit).count
            rest.removeFirst(count)
            return count
        }
        dropSign(&rest)
        var digits = dropDigits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += dropDigits(&rest)
        }
        guard digits > 0 else { return false }
        if let mark = rest.first, mark.lowercased == UInt8(ascii: "e") {
            rest.removeFirst()
            dropSign(&rest)
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }
}

/// How characters are written in bytes, where it is not UTF-8.
public enum TextEncoding: String, Equatable, Sendable, CaseIterable {
    /// As iconv calls them.
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    case utf32LittleEndian = "UTF-32LE"
    case utf32BigEndian = "UTF-32BE"
    case windows1252 = "WINDOWS-1252"

    /// What makes UTF-8 of a file.
    public var remedy: String { "convert it: iconv -f \(rawValue) -t UTF-8 FILE > NEW" }

    static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A byte order mark at the start of a file.
    ///
    /// - Returns: the encoding that it tells, nil for UTF-8, and the bytes of the mark, 0 where there is none.
    static func marked(_ head: ArraySlice<UInt8>) -> (encoding: TextEncoding?, bytes: Int) {
        if head.starts(with: utf8Mark) { return (nil, 3) }
        if head.starts(with: [0xFF, 0xFE, 0x00, 0x00]) { return (.utf32LittleEndian, 4) }
        if head.starts(with: [0x00, 0x00, 0xFE, 0xFF]) { return (.utf32BigEndian, 4) }
        if head.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if head.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return (nil, 0)
    }

    /// Characters that tell an encoding of two or four bytes each.
    private static let sampleBytes = 256

    /// The encoding of a text without a mark that is not UTF-8: at least every third character is ASCII, so that its
    /// other bytes are NUL, and few NUL bytes stand where those of ASCII characters do not.
    static func guessed(_ head: ArraySlice<UInt8>) -> TextEncoding? {
        var zeros = [0, 0, 0, 0]
        for (place, byte) in head.prefix(sampleBytes).enumerated() where byte == 0 { zeros[place % 4] += 1 }
        let fours = min(head.count, sampleBytes) / 4
        func isASCII(_ places: [Int], but other: [Int]) -> Bool {
            guard let least = places.map({ zeros[$0] }).min(), least > 0, least * 3 >= fours else { return false }
            return other.allSatisfy { zeros[$0] * 3 < least }
        }
        if isASCII([1, 2, 3], but: [0]) { return .utf32LittleEndian }
        if isASCII([0, 1, 2], but: [3]) { return .utf32BigEndian }
        if isASCII([1, 3], but: [0, 2]) { return .utf16LittleEndian }
        return isASCII([0, 2], but: [1, 3]) ? .utf16BigEndian : nil
    }

    /// The first byte of a text that is not UTF-8 but a character of one byte in Windows-1252 (or Latin-1, which it
    /// holds): not ASCII, with ASCII on both sides.
    static func firstOfOneByte(in text: some BidirectionalCollection<UInt8>) -> (offset: Int, byte: UInt8)? {
        /// The bytes that Windows-1252 leaves without a character.
        let unused: Set<UInt8> = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
        var before: UInt8 = 0
        var candidate: (offset: Int, byte: UInt8)?
        for (offset, byte) in text.enumerated() {
            if byte < 0x80 {
                if let candidate { return candidate }
            } else {
                candidate = before < 0x80 && !unused.contains(byte) ? (offset, byte) : nil
            }
            before = byte
        }
        return candidate
    }
}

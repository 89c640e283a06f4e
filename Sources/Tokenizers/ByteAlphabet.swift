/// The printable alphabet in which byte-level BPE vocabularies are written: one character for each byte.
///
/// Bytes that are printable in Latin-1 stand for themselves, the others for U+0100 onwards in their order
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.2, and its code).
enum ByteAlphabet {
    /// The code point of each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            if isOwnCharacter(byte) { return UInt32(byte) }
            defer { next += 1 }
            return next
        }
    }()

    /// The byte of each code point below U+0144, if it is in the alphabet.
    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = UInt8(byte) }
        return bytes
    }()

    private static func isOwnCharacter(_ byte: Int) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
    }

    /// Appends the bytes that `text[start..<end]` stands for; false (and nothing appended) if a character of it is
    /// not in the alphabet.
    static func decode(_ text: [UInt8], _ start: Int, _ end: Int, into output: inout [UInt8]) -> Bool {
        let table = bytes
        let countBefore = output.count
        var position = start
        while position < end {
            let first = text[position]
            var scalar = Int(first)
            position += 1
            if first >= 0x80 {
                guard first & 0xE0 == 0xC0, position < end else { return undo(&output, countBefore) }
                scalar = Int(first & 0x1F) << 6 | Int(text[position] & 0x3F)
                position += 1
            }
            guard scalar < table.count, let byte = table[scalar] else { return undo(&output, countBefore) }
            output.append(byte)
        }
        return true
    }

    private static func undo(_ output: inout [UInt8], _ count: Int) -> Bool {
        output.removeLast(output.count - count)
        return false
    }
}

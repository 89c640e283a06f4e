/// Makes UTF-8 of UTF-16 (RFC 2781) from chunks of bytes.
///
/// Half a surrogate pair becomes the three bytes that its number would have in UTF-8, and half a character at the end
/// the byte 0xFF: neither is valid UTF-8, so that the row with it is bad and the others are not.
struct UTF16Decoder {
    private let isBigEndian: Bool
    private var half: UInt8?
    private var high: UInt16?

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func decode(_ chunk: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(chunk.count)
        for byte in chunk {
            guard let first = half else {
                half = byte
                continue
            }
            half = nil
            let (upper, lower) = isBigEndian ? (first, byte) : (byte, first)
            take(UInt16(upper) << 8 | UInt16(lower), into: &text)
        }
        return text
    }

    /// What is left at the end.
    mutating func finish() -> [UInt8] {
        var text: [UInt8] = []
        if let high { Self.append(UInt32(high), to: &text) }
        if half != nil { text.append(0xFF) }
        (high, half) = (nil, nil)
        return text
    }

    private mutating func take(_ unit: UInt16, into text: inout [UInt8]) {
        if let first = high {
            high = nil
            if (0xDC00..<0xE000).contains(unit) {
                let code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                Self.append(code, to: &text)
                return
            }
            Self.append(UInt32(first), to: &text)
        }
        if (0xD800..<0xDC00).contains(unit) { high = unit } else { Self.append(UInt32(unit), to: &text) }
    }

    /// The bytes of a number below 0x110000 in the manner of UTF-8 (RFC 3629), surrogates too.
    private static func append(_ code: UInt32, to text: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | code >> shift & 0x3F) }
        switch code {
        case ..<0x80: text.append(UInt8(code))
        case ..<0x800: text += [UInt8(0xC0 | code >> 6), tail(0)]
        case ..<0x10000: text += [UInt8(0xE0 | code >> 12), tail(6), tail(0)]
        case _: text += [UInt8(0xF0 | code >> 18), tail(12), tail(6), tail(0)]
        }
    }
}

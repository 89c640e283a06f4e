/// Reads UTF-8 one scalar at a time. Total: a byte that begins no scalar counts as U+FFFD of one byte.
enum ScalarDecoder {
    static let replacement: UInt32 = 0xFFFD

    struct Step {
        var scalar: UInt32
        var length: Int
        var isValid: Bool
    }

    /// The scalar at `position` of `text[..<end]`; `position < end`.
    /// The byte ranges are those of the Unicode Standard, table 3-7.
    @inline(__always)
    static func decode(_ text: [UInt8], _ position: Int, _ end: Int) -> Step {
        let first = text[position]
        if first < 0x80 { return Step(scalar: UInt32(first), length: 1, isValid: true) }
        return decodeLong(text, position, end, first)
    }

    private static func decodeLong(_ text: [UInt8], _ position: Int, _ end: Int, _ first: UInt8) -> Step {
        let invalid = Step(scalar: replacement, length: 1, isValid: false)
        let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
        guard length > 1, position + length <= end else { return invalid }
        let second = text[position + 1]
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        if first == 0xE0 { lowest = 0xA0 }
        if first == 0xED { highest = 0x9F }
        if first == 0xF0 { lowest = 0x90 }
        if first == 0xF4 { highest = 0x8F }
        guard second >= lowest, second <= highest else { return invalid }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        scalar = scalar << 6 | UInt32(second & 0x3F)
        var step = 2
        while step < length {
            let next = text[position + step]
            guard next & 0xC0 == 0x80 else { return invalid }
            scalar = scalar << 6 | UInt32(next & 0x3F)
            step += 1
        }
        return Step(scalar: scalar, length: length, isValid: true)
    }

    /// Offset of the first byte that is not UTF-8.
    static func firstInvalidOffset(_ text: [UInt8]) -> Int? {
        var position = 0
        while position < text.count {
            let step = decode(text, position, text.count)
            if !step.isValid { return position }
            position += step.length
        }
        return nil
    }
}

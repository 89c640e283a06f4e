/// Turns ids into text piece by piece and never gives out half a character: bytes of an unfinished character wait
/// for the next token.
///
/// The pieces joined, with `finish`, are the decoding of all bytes with U+FFFD for what is not UTF-8.
public struct StreamingDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let special: Bool
    private var pending: [UInt8] = []

    /// - Parameter special: whether control tokens are rendered.
    public init(tokenizer: Tokenizer, special: Bool = false) {
        self.tokenizer = tokenizer
        self.special = special
    }

    /// The text that has become whole with this token; may be empty.
    public mutating func append(_ token: Int32) -> String {
        append(bytes: tokenizer.bytes(of: token, special: special))
    }

    /// The text that has become whole with these bytes; may be empty.
    public mutating func append(bytes: [UInt8]) -> String {
        pending.append(contentsOf: bytes)
        let whole = pending.count - Self.unfinishedTail(pending)
        defer { pending.removeFirst(whole) }
        return String(decoding: pending[..<whole], as: UTF8.self)
    }

    /// What is left, as U+FFFD. The detokeniser begins anew.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end are the beginning of a character that more bytes could complete: 0 to 3.
    private static func unfinishedTail(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let start = bytes.count - length
            guard bytes[start] & 0xC0 != 0x80 else { continue }
            return couldContinue(bytes, start) ? length : 0
        }
        return 0
    }

    /// Whether some bytes behind the end would make `bytes[start...]` a character: tried with the lowest and the
    /// highest that a second byte may have, which covers the narrower ranges of some first bytes.
    private static func couldContinue(_ bytes: [UInt8], _ start: Int) -> Bool {
        let first = bytes[start]
        let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
        let missing = length - (bytes.count - start)
        guard missing > 0 else { return false }
        return [0x80, 0xBF].contains { filler in
            let candidate = Array(bytes[start...]) + Array(repeating: UInt8(filler), count: missing)
            return ScalarDecoder.decode(candidate, 0, candidate.count).isValid
        }
    }
}

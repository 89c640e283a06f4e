/// Cuts an escaped text before a `▁` where no token can reach across, so that words are short and repeat.
///
/// SentencePiece itself merges over the whole text. A cut changes nothing where no token of the vocabulary has a `▁`
/// behind the byte before the cut, since a merge across it would be such a token.
struct SentencePieceWords: Sendable {
    /// Bytes behind which some token has a `▁`.
    private var reachesAcross = [Bool](repeating: false, count: 256)

    init(strings: ByteStrings) {
        let bytes = strings.storage
        for id in 0..<strings.count {
            let range = strings.range(of: id)
            var position = range.lowerBound + 1
            while position < range.upperBound {
                if SentencePieceModel.isSpace(bytes, position, range.upperBound) {
                    reachesAcross[Int(bytes[position - 1])] = true
                }
                position += 1
            }
        }
    }

    /// Gives the words of `text[start..<end]` to `taker`.
    func cut(_ text: [UInt8], _ start: Int, _ end: Int, to taker: inout some PieceTaker) {
        guard start < end else { return }
        var wordStart = start
        var position = start + 1
        while position < end {
            if SentencePieceModel.isSpace(text, position, end), !reachesAcross[Int(text[position - 1])] {
                taker.take(text, wordStart, position)
                wordStart = position
            }
            position += 1
        }
        taker.take(text, wordStart, end)
    }

    /// Appends a part of `text` with `▁` for each space.
    static func escape(_ text: [UInt8], _ range: Range<Int>, into output: inout [UInt8]) {
        for position in range {
            let byte = text[position]
            if byte == UInt8(ascii: " ") {
                output.append(contentsOf: SentencePieceModel.space)
            } else {
                output.append(byte)
            }
        }
    }
}

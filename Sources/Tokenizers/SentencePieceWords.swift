/// Cuts an escaped text before a `▁` where no token can reach across, so that words are short and repeat.
///
/// SentencePiece itself merges over the whole text. A cut changes nothing where no token of the vocabulary has a `▁`
/// behind the byte before the cut, since a merge across it would be such a token.
struct SentencePieceWords: Sendable {
    /// Bytes behind which some token has a `▁`.
    private var reachesAcross = [Bool](repeating: false, count: 256)

    init(strings: ByteStrings) {
        let space = SentencePieceModel.space
        for id in 0..<strings.count {
            let token = strings[id]
            guard token.count > space.count else { continue }
            for position in (token.startIndex + 1)..<(token.endIndex - 2) where token[position] == space[0] {
                if token[position + 1] == space[1], token[position + 2] == space[2] {
                    reachesAcross[Int(token[position - 1])] = true
                }
            }
        }
    }

    /// Gives the words of `text[start..<end]` to `taker`.
    func cut(_ text: [UInt8], _ start: Int, _ end: Int, to taker: inout some PieceTaker) {
        guard start < end else { return }
        let space = SentencePieceModel.space
        var wordStart = start
        var position = start + 1
        while position + 2 < end {
            if text[position] == space[0], text[position + 1] == space[1], text[position + 2] == space[2],
                !reachesAcross[Int(text[position - 1])] {
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

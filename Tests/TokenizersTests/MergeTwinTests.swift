import Testing
@testable import Tokenizers

/// Both merge procedures against the plainest one: look at all pairs, merge the best, begin again.
@Suite struct MergeTwinTests {
    @Test(arguments: [false, true])
    func bytePairMergesAsTheTwinDoes(shuffled: Bool) throws {
        var generator = SeededGenerator(seed: shuffled ? 1 : 2)
        for round in 0..<60 {
            let alphabet = ["ab", "abc", "abcdefgh"][round % 3]
            let merges = SmallVocabularies.randomMerges(
                alphabet: alphabet, count: 4 + round % 40, shuffled: shuffled, using: &generator)
            let definition = SmallVocabularies.bytePair(merges: merges)
            let ids = Dictionary(uniqueKeysWithValues: definition.tokens.enumerated().map { ($1, Int32($0)) })
            let tokenizer = try Tokenizer(definition)
            guard case .bytePair(let model, _) = tokenizer.tables.encoder else { continue }
            for length in [0, 1, 2, 5, 17, 47, 48, 49, 150] {
                let text = SmallVocabularies.randomText(alphabet, length, using: &generator)
                let expected = Self.twin(text, merges).map { ids[Array($0.utf8)]! }
                try Self.check(Array(text.utf8), model, expected)
                #expect(tokenizer.encode(text, special: false) == expected)
            }
        }
    }

    @Test func sentencePieceMergesAsTheTwinDoes() throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<120 {
            let alphabet = ["ab", "ab▁", "aé▁c"][round % 3]
            var texts: [String: Float] = [:]
            for letter in alphabet where letter != "c" { texts[String(letter)] = Float(-5) }
            for _ in 0..<(3 + round % 30) {
                let text = SmallVocabularies.randomText(alphabet, 2 + round % 4, using: &generator)
                // Few different scores, so that many are equal.
                texts[text] = Float(Int.random(in: -6...0, using: &generator))
            }
            let listed = texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            let definition = SmallVocabularies.sentencePiece(listed)
            let tokenizer = try Tokenizer(definition)
            guard case .sentencePiece(let model, _) = tokenizer.tables.encoder else { continue }
            for length in [0, 1, 2, 5, 17, 47, 48, 49, 120] {
                let text = SmallVocabularies.randomText(alphabet, length, using: &generator)
                let expected = Self.twin(text, texts).flatMap { Self.ids($0, definition) }
                try Self.check(Array(text.utf8), model, expected)
                let spaced = text.map { $0 == "▁" ? " " : $0 }
                #expect(tokenizer.encode(String(spaced), special: false) == expected)
            }
        }
    }

    private static func check(_ text: [UInt8], _ model: some MergeModel, _ expected: [Int32]) throws {
        var short: [Int32] = []
        if ShortMerger.encode(text, 0, text.count, with: model, to: &short) { #expect(short == expected) }
        // Twice with one merger: it must leave nothing behind.
        var merger = LongMerger(rankCount: model.rankCount)
        for _ in 0..<2 {
            var long: [Int32] = []
            merger.encode(text, 0, text.count, with: model, to: &long)
            #expect(long == expected)
        }
    }

    private static func ids(_ part: String, _ definition: TokenizerDefinition) -> [Int32] {
        if let id = definition.tokens.firstIndex(of: Array(part.utf8)) { return [Int32(id)] }
        return part.utf8.map { Int32($0) + 1 }
    }

    private static func twin(_ text: String, _ merges: [(String, String)]) -> [String] {
        var ranks: [[String]: Int] = [:]
        for (rank, merge) in merges.enumerated() { ranks[[merge.0, merge.1]] = rank }
        return merged(text) { left, right in ranks[[left, right]] }
    }

    private static func twin(_ text: String, _ scores: [String: Float]) -> [String] {
        merged(text) { left, right in scores[left + right].map { -Int($0) } }
    }

    private static func merged(_ text: String, rank: (String, String) -> Int?) -> [String] {
        var parts = text.map { String($0) }
        while true {
            var best: (rank: Int, index: Int)?
            for index in parts.indices.dropLast() {
                guard let rank = rank(parts[index], parts[index + 1]) else { continue }
                if best == nil || rank < best!.rank { best = (rank, index) }
            }
            guard let best else { return parts }
            parts.replaceSubrange(best.index...best.index + 1, with: [parts[best.index] + parts[best.index + 1]])
        }
    }
}

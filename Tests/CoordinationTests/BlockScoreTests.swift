import Domain
import Testing

@testable import Coordination

@Suite struct BlockScoreTests {
    @Test(arguments: UInt64(0)..<50)
    func agreesWithTheDefinition(seed: UInt64) {
        var numbers = TestNumbers(seed: seed)
        let losses = (0..<1 + numbers.below(40)).map { _ in Double(numbers.below(900)) / 64 }
        let window = 1 + numbers.below(12)
        let mean = BlockScore(losses, rule: .mean, window: window)
        #expect(mean.value == losses.reduce(0, +) / Double(losses.count))
        let token = BlockScore(losses, rule: .token, window: window)
        #expect(token.value == losses.sorted().last)
        #expect(losses[token.worstToken] == token.value && losses[mean.worstToken] == token.value)
        let width = min(window, losses.count)
        let windows = (0...losses.count - width).map { losses[$0..<$0 + width] }
        let worst = BlockScore(losses, rule: .window, window: window)
        #expect(worst.value == windows.map { $0.reduce(0, +) / Double(width) }.max())
        // Its worst token is the worst of a window that has this value.
        #expect(
            windows.contains { part in
                part.reduce(0, +) / Double(width) == worst.value && part.indices.contains(worst.worstToken)
                    && losses[worst.worstToken] == part.max()
            })
    }

    @Test func aWindowOfOneIsTheWorstTokenAndOneOfAllTheMean() {
        let losses = [0.5, 2, 0.25, 1]
        #expect(BlockScore(losses, rule: .window, window: 1).value == 2)
        #expect(BlockScore(losses, rule: .window, window: 4).value == BlockScore(losses, rule: .mean, window: 4).value)
        #expect(BlockScore(losses, rule: .window, window: 99).value == 3.75 / 4)
    }

    private func block(_ text: String, tokens: Int) -> Segment {
        Segment(
            id: SegmentID(rawValue: 1), author: .draft, text: Array(text.utf8), tokens: (0..<Int32(tokens)).map { $0 },
            vocabulary: "v")
    }

    /// Of the draft's own tokens as many stay as end before the line.
    @Test func cutsAtTheLineOfTheWorstToken() throws {
        // a, b-newline, c, d: the third is the worst.
        let block = block("ab\ncd", tokens: 4)
        let place = try #require(CutPlace(before: 2, of: block, tokenBytes: [1, 2, 1, 1], hasSameTokens: true))
        #expect((place.bytes, place.tokens, place.isExact) == (3, 2, true))
        #expect(CutPlace(before: 1, of: block, tokenBytes: [1, 2, 1, 1], hasSameTokens: true) == nil)
        #expect(CutPlace(before: 0, of: block, tokenBytes: [1, 2, 1, 1], hasSameTokens: true) == nil)
    }

    /// A token that reaches over the end of the line goes as a whole.
    @Test func neverCutsATokenInTwo() throws {
        let block = block("ab\ncd", tokens: 3)
        let place = try #require(CutPlace(before: 2, of: block, tokenBytes: [1, 3, 1], hasSameTokens: true))
        #expect((place.bytes, place.tokens, place.isExact) == (1, 1, true))
        #expect(CutPlace(before: 1, of: self.block("a\ncd", tokens: 2), tokenBytes: [3, 1], hasSameTokens: true) == nil)
    }

    @Test func ofAnotherVocabularyTheTextIsCutAndTheTokensAreCounted() throws {
        let block = block("ab\ncdefg", tokens: 4)
        let place = try #require(CutPlace(before: 3, of: block, tokenBytes: [2, 2, 2, 2], hasSameTokens: false))
        #expect((place.bytes, place.tokens, place.isExact) == (3, 1, false))
        let cut = BlockCut(segment: SegmentID(rawValue: 2), bytes: 3, tokens: 1, isExact: false)
        let kept = try #require(block.beginning(cut))
        #expect(kept.text == Array("ab\n".utf8) && kept.vocabulary.isEmpty && kept.id.rawValue == 2)
        #expect(block.beginning(BlockCut(segment: cut.segment, bytes: 9, tokens: 1, isExact: true)) == nil)
        #expect(block.beginning(BlockCut(segment: cut.segment, bytes: 0, tokens: 0, isExact: true)) == nil)
    }
}

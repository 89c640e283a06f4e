import Domain
import Testing

@testable import Coordination

/// Every state of a path with every event: what follows, or that it is refused and changes nothing.
@Suite struct PathTableTests {
    private static let policy = PathPolicy(makeSettings { $0.rounds = 2 })

    private static func block(
        _ id: UInt64, _ author: Author = .draft, _ text: String = "text", tokens: Int = 2,
        finish: FinishReason = .length
    ) -> WrittenBlock {
        WrittenBlock(
            segment: Segment(
                id: SegmentID(rawValue: id), author: author, text: Array(text.utf8),
                tokens: Array(repeating: 0, count: tokens), vocabulary: "v"),
            finish: finish)
    }

    private static func path(_ events: PathEvent..., policy: PathPolicy = policy) -> Path {
        var path = Path()
        for event in events { try? path.advance(event, policy: policy) }
        return path
    }

    private static let states: [(name: String, path: Path)] = [
        ("opening", path()),
        ("scoring", path(.written(block(1)))),
        ("takingOver", path(.written(block(1)), .judged(.takeOver, segment: SegmentID(rawValue: 1)))),
        (
            "over(ended)",
            path(.written(block(1, finish: .endToken)), .judged(.keep, segment: SegmentID(rawValue: 1)))
        ),
        ("ended(cancelled)", path(.closed(.cancelled))),
    ]

    private static let events: [(name: String, event: PathEvent)] = [
        ("draft writes", .written(block(2))),
        ("target writes", .written(block(2, .target))),
        ("kept", .judged(.keep, segment: SegmentID(rawValue: 1))),
        ("taken over", .judged(.takeOver, segment: SegmentID(rawValue: 1))),
        ("other kept", .judged(.keep, segment: SegmentID(rawValue: 9))),
        ("closed", .closed(.failed)),
    ]

    /// Rows: states; columns: events; nil: refused.
    private static let table: [[String?]] = [
        ["scoring", nil, nil, nil, nil, "ended(failed)"],
        [nil, nil, "opening", "takingOver", nil, "ended(failed)"],
        [nil, "opening", nil, nil, nil, "ended(failed)"],
        [nil, nil, nil, nil, nil, "ended(failed)"],
        [nil, nil, nil, nil, nil, nil],
    ]

    @Test func everyPairOfStateAndEvent() {
        for (state, row) in zip(Self.states, Self.table) {
            #expect(state.path.state.name == state.name)
            for (event, expected) in zip(Self.events, row) {
                var path = state.path
                let result: Void? = try? path.advance(event.event, policy: Self.policy)
                #expect((result == nil) == (expected == nil), "\(state.name), \(event.name)")
                #expect(path.state.name == expected ?? state.name, "\(state.name), \(event.name)")
            }
        }
    }

    /// How a kept block ends the path, by its finish and text, in the first and in the last round.
    @Test(arguments: [
        (FinishReason.length, "text", 0, "opening"), (.length, "text", 1, "over(roundsExhausted)"),
        (.step, "text", 0, "opening"), (.endToken, "text", 0, "over(ended)"),
        (.endToken, "\\boxed{1}", 0, "over(answered)"), (.answer, "\\boxed{1}", 0, "over(answered)"),
        (.length, "\\boxed{1}. And on", 0, "over(answered)"), (.length, "\\boxed{1} and", 0, "opening"),
        (.length, "\\boxed{1} and on", 1, "over(roundsExhausted)"), (.contextFull, "text", 0, "over(contextFull)"),
        (.length, "\\boxed{1", 0, "opening"),
    ])
    func aKeptBlockEndsThePathByWhatItIs(finish: FinishReason, text: String, round: Int, expected: String) throws {
        var path = Path()
        for id in 0..<UInt64(round) {
            try path.advance(.written(Self.block(id + 1)), policy: Self.policy)
            try path.advance(.judged(.keep, segment: SegmentID(rawValue: id + 1)), policy: Self.policy)
        }
        try path.advance(.written(Self.block(9, .draft, text, finish: finish)), policy: Self.policy)
        try path.advance(.judged(.keep, segment: SegmentID(rawValue: 9)), policy: Self.policy)
        #expect(path.state.name == expected)
    }

    @Test func aBoxThatSpansBlocksAnswersWhenItsSentenceEnds() throws {
        var path = Path()
        let policy = PathPolicy(makeSettings { $0.rounds = 9 })
        for (id, text) in [(UInt64(1), "so \\box"), (2, "ed{4"), (3, "2} it"), (4, " is. So")] {
            #expect(path.state == .opening)
            try path.advance(.written(Self.block(id, .draft, text)), policy: policy)
            try path.advance(.judged(.keep, segment: SegmentID(rawValue: id)), policy: policy)
        }
        #expect(path.state == .over(.answered))
        #expect(path.answer([]) == "42")
    }

    @Test func aBoxThatIsTakenOverIsNoAnswerUntilTheTargetEndsTheText() throws {
        for (finish, expected) in [(FinishReason.length, "opening"), (.endToken, "over(answered)")] {
            var path = Self.path(
                .written(Self.block(1, .draft, "\\boxed{5}", finish: .answer)),
                .judged(.takeOver, segment: SegmentID(rawValue: 1)))
            try path.advance(.written(Self.block(2, .target, " no", finish: finish)), policy: Self.policy)
            #expect(path.state.name == expected)
        }
    }

    @Test func aResampledBlockLeavesNothingBehind() throws {
        let policy = PathPolicy(makeSettings { $0.takeover = .resample })
        let path = Self.path(
            .written(Self.block(1, .draft, "\\boxed{5}")), .judged(.takeOver, segment: SegmentID(rawValue: 1)),
            .written(Self.block(2, .target, "so", tokens: 3)), policy: policy)
        #expect(path.standing.map(\.id.rawValue) == [2])
        #expect(path.tokens == TokenCounts(draft: 0, target: 3))
        #expect(path.answer([]) == nil && !path.hasBox)
    }

    @Test func withoutATokenLeftForTheTargetThePathEnds() {
        let policy = PathPolicy(makeSettings { $0.pathTokens = 4 })
        let path = Self.path(
            .written(Self.block(1, .draft, "\\boxed{5}", tokens: 4)),
            .judged(.takeOver, segment: SegmentID(rawValue: 1)), policy: policy)
        #expect(path.state == .over(.tokensExhausted))
        #expect(path.answer([]) == nil)
    }

    /// The beginning that is kept ends within the last of the block's tokens: it has as many as the block.
    @Test(arguments: [(4, "over(tokensExhausted)"), (5, "takingOver")])
    func aBeginningMayLeaveTheTargetNoToken(pathTokens: Int, expected: String) throws {
        let policy = PathPolicy(makeSettings { ($0.pathTokens, $0.takeover) = (pathTokens, .resampleLine) })
        var path = Self.path(.written(Self.block(1, .draft, "one\ntwo", tokens: 4)), policy: policy)
        let cut = BlockCut(segment: SegmentID(rawValue: 2), bytes: 4, tokens: 4, isExact: false)
        try path.advance(.judged(.takeOver, segment: SegmentID(rawValue: 1), cut: cut), policy: policy)
        #expect(path.state.name == expected)
        #expect(path.tokensLeft(policy) == (pathTokens == 4 ? 4 : 1))
    }

    @Test(arguments: [Strategy.draft, .target])
    func withoutJudgementABlockStandsAtOnce(strategy: Strategy) throws {
        let policy = PathPolicy(makeSettings { ($0.strategy, $0.rounds, $0.pathTokens) = (strategy, 1, 7) })
        let author: Author = strategy == .draft ? .draft : .target
        var path = Path()
        for id in 1...4 {
            #expect(path.state == .opening)
            try path.advance(.written(Self.block(UInt64(id), author)), policy: policy)
        }
        #expect(path.state == .over(.tokensExhausted))
    }
}

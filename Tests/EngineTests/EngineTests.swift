import CKernels
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Engine

@Suite struct EngineTests {
    private static func text(_ text: String) -> [Int32] { text.utf8.map(Int32.init) }

    private let context = Self.text("What is 2 + 2? Let us see.")
    private let warm = SamplingOptions(temperature: 0.8, topK: 40, topP: 0.95, repetitionPenalty: 1.1)

    @Test func generatesWhatThePlainEngineGenerates() async throws {
        let model = try TinyModel().load()
        let harness = try EngineHarness(model)
        for (id, sampling) in [SamplingOptions.greedy, SamplingOptions(temperature: 1), warm].enumerated() {
            let request = GenerateRequest(
                id: UInt64(id), key: 1, context: context, maximumTokens: 12, sampling: sampling, seed: 9)
            let block = await harness.answer(request).block
            #expect(try block == PlainEngine(model: model).generate(request))
        }
    }

    @Test func scoresWhatThePlainEngineScores() async throws {
        let model = try TinyModel().load()
        let harness = try EngineHarness(model, EngineOptions(maximumStepTokens: 9, maximumSequences: 4))
        let block = Self.text(" It is four.\n\nSo the answer is 4.")
        let event = await harness.answer(ScoreRequest(id: 1, key: 1, context: context, block: block))
        let expected = try PlainEngine(model: model).score(context, block)
        #expect(event.logProbabilities == expected)
        #expect(expected.allSatisfy { $0.isFinite && $0 <= 0 })
        // Of the block's last token only the probability is wanted, not what comes after it.
        #expect(event.timing?.computedTokens == context.count + block.count - 1)
    }

    /// A block that the model itself drew is drawn again by scoring it, to the token; and of one that another seed drew
    /// everything up to the first token that differs.
    @Test(arguments: [
        SamplingOptions.greedy, SamplingOptions(temperature: 1), SamplingOptions(temperature: 1.3, minP: 0.02),
        SamplingOptions(temperature: 0.8, topK: 40, topP: 0.95, repetitionPenalty: 1.1),
    ])
    func scoringRepeatsTheDraws(sampling: SamplingOptions) async throws {
        let harness = try EngineHarness(TinyModel().load(), EngineOptions(maximumStepTokens: 9, maximumSequences: 4))
        func written(_ id: UInt64, _ context: [Int32], _ seed: UInt64, _ position: Int) async throws -> [Int32] {
            try #require(
                await harness.answer(
                    GenerateRequest(
                        id: id, key: SequenceKey(rawValue: id), context: context, maximumTokens: 24,
                        sampling: sampling, seed: seed, position: position)
                ).block
            ).tokens
        }
        func drawn(_ id: UInt64, _ block: [Int32], _ draws: TokenDraws?) async throws -> [Int32] {
            let event = await harness.answer(
                ScoreRequest(id: id, key: SequenceKey(rawValue: id), context: context, block: block, draws: draws))
            guard case .scored(_, let scores, _) = event else { throw try #require(event.error) }
            return scores.drawn
        }
        let draws = TokenDraws(sampling: sampling, seed: 9, position: 100)
        let own = try await written(1, context, 9, 100)
        #expect(try await drawn(2, own, draws) == own)
        #expect(try await drawn(3, own, nil).isEmpty)

        let other = try await written(4, context, 8, 100)
        let answer = try await drawn(5, other, draws)
        let difference = zip(other, answer).prefix { $0 == $1 }.count
        // What it drew there is what it writes there.
        #expect(Array(own.prefix(difference)) == Array(other.prefix(difference)))
        if difference < own.count { #expect(answer[difference] == own[difference]) }
        // And from there on it goes on as it would have gone on.
        let rest = try await written(6, context + own.prefix(10), 9, 110)
        #expect(Array(rest.prefix(14)) == Array(own.dropFirst(10)))
    }

    @Test func aPathIsDraftedScoredAndContinuedFromItsCache() async throws {
        let harness = try EngineHarness(TinyModel().load())
        let first = await harness.answer(
            GenerateRequest(id: 1, key: 7, context: context, maximumTokens: 20, sampling: warm, seed: 1))
        let block = try #require(first.block)
        // Cached: all but the last token, which nobody has needed yet.
        let longer = context + block.tokens
        let second = await harness.answer(GenerateRequest(id: 2, key: 7, context: longer, maximumTokens: 1))
        #expect(second.timing?.cachedTokens == longer.count - 1)
        #expect(second.timing?.computedTokens == 1)
        // The log-probabilities given with the tokens are those a scorer gives.
        let scored = await harness.answer(ScoreRequest(id: 3, key: 8, context: context, block: block.tokens))
        #expect(scored.logProbabilities == block.logProbabilities)
        #expect(scored.timing?.cachedTokens == context.count / 16 * 16, "full blocks are shared between keys")
    }

    @Test func blocksEndAsTheirStopRulesSay() async throws {
        let harness = try EngineHarness(TinyModel().load())
        func block(_ id: UInt64, _ stop: StopRules, tokens: Int = 40) async throws -> GeneratedBlock {
            try #require(await harness.answer(GenerateRequest(
                id: id, key: 1, context: context, maximumTokens: tokens, sampling: SamplingOptions(temperature: 1),
                seed: 3, stop: stop)).block)
        }
        let free = try await block(1, StopRules())
        #expect(free.finish == .length && free.tokens.count == 40 && free.bytes.count <= 40)

        let end = free.tokens[10]
        let ended = try await block(2, StopRules(endTokens: [end]))
        #expect(ended.finish == .endToken)
        #expect(ended.tokens == Array(free.tokens.prefix { $0 != end }))
        #expect(ended.logProbabilities == Array(free.logProbabilities.prefix(ended.tokens.count)))

        let string = Array(free.bytes[5..<8])
        let stopped = try await block(3, StopRules(strings: [[0, 0, 0, 0], string]))
        #expect(stopped.finish == .stopString)
        #expect(stopped.bytes.suffix(3) == string[...] && stopped.tokens.count <= 8)

        let custom = try await block(4, StopRules(custom: { $0.count >= 6 }))
        #expect(custom.finish == .custom && custom.tokens == Array(free.tokens.prefix(6)))
    }

    @Test func pinnedThreadsStayWhereTheyAre() async throws {
        let options = EngineOptions(kvCacheBytes: 1 << 20, pinsThreads: true)
        let harness = try EngineHarness(TinyModel().load(), options)
        let allowed = Mutex(0)
        _ = await harness.answer(
            GenerateRequest(
                id: 1, key: 1, context: context, maximumTokens: 1,
                stop: StopRules { _ in
                    var numbers = [Int32](repeating: -1, count: 2)
                    let count = a1_allowed_processors(&numbers, 2)
                    allowed.withLock { $0 = count == 1 ? Int(numbers[0]) : -1 }
                    return true
                }))
        #expect(harness.engine.processors == [allowed.withLock { $0 }])
        var free = options
        free.pinsThreads = false
        #expect(try EngineHarness(TinyModel().load(), free).engine.processors.isEmpty)
    }

    @Test func aFullContextEndsTheBlock() async throws {
        let harness = try EngineHarness(TinyModel(contextLength: 40).load())
        #expect(harness.engine.contextLimit == 40)
        let full = await harness.answer(GenerateRequest(id: 1, key: 1, context: context, maximumTokens: 100))
        #expect(full.block?.finish == .contextFull)
        #expect(full.block?.tokens.count == 40 - context.count)
        let exact = await harness.answer(
            GenerateRequest(id: 2, key: 1, context: context, maximumTokens: 40 - context.count))
        #expect(exact.block?.finish == .length)
        let tooLong = await harness.answer(
            GenerateRequest(id: 3, key: 1, context: Array(repeating: 1, count: 40), maximumTokens: 1))
        #expect(tooLong.error == .contextTooLong(tokens: 41, limit: 40))
        let score = await harness.answer(ScoreRequest(id: 4, key: 1, context: context, block: context))
        #expect(score.error == .contextTooLong(tokens: 2 * context.count, limit: 40))
    }

    @Test func impossibleRequestsFailByName() async throws {
        let harness = try EngineHarness(TinyModel().load())
        let none = await harness.answer(GenerateRequest(id: 1, key: 1, context: [], maximumTokens: 1))
        #expect(none.error == .refused(.noContext))
        let foreign = await harness.answer(GenerateRequest(id: 2, key: 1, context: [1, 257], maximumTokens: 1))
        #expect(foreign.error == .tokenOutsideVocabulary(token: 257, vocabularySize: 257))
        let negative = await harness.answer(ScoreRequest(id: 3, key: 1, context: [1], block: [-1]))
        #expect(negative.error == .tokenOutsideVocabulary(token: -1, vocabularySize: 257))
        let nothing = await harness.answer(GenerateRequest(id: 4, key: 1, context: [1], maximumTokens: 0))
        #expect(nothing.error == .refused(.nothingAsked))
        let unjudged = await harness.answer(ScoreRequest(id: 5, key: 1, context: [], block: [1]))
        #expect(unjudged.error == .refused(.blockLongerThanTokens(block: 1, tokens: 1)))
        let cold = await harness.answer(GenerateRequest(
            id: 6, key: 1, context: [1], maximumTokens: 1, sampling: SamplingOptions(temperature: -1)))
        #expect(cold.error == .invalidOption(name: "temperature", value: "-1.0", rule: "0, or at least 0.001"))
    }

    @Test func logitsThatAreNoNumbersAreAnErrorNotAScore() async throws {
        for broken in [Float.nan, .infinity] {
            let harness = try EngineHarness(TinyModel(outputNorm: broken).load())
            let scored = await harness.answer(ScoreRequest(id: 1, key: 1, context: [1, 2], block: [3]))
            #expect(scored.error == .logitsNotFinite(position: 1))
            let generated = await harness.answer(GenerateRequest(id: 2, key: 1, context: [1, 2], maximumTokens: 3))
            #expect(generated.error == .logitsNotFinite(position: 1))
        }
    }

    @Test func statisticsAddUp() async throws {
        let harness = try EngineHarness(TinyModel().load())
        _ = await harness.answer(GenerateRequest(id: 1, key: 1, context: context, maximumTokens: 10))
        _ = await harness.answer(ScoreRequest(id: 2, key: 2, context: context, block: [1, 2, 3]))
        harness.engine.release(1)
        harness.engine.release(2)
        // Commands are carried out in order, so the failure comes after the releases.
        _ = await harness.answer(GenerateRequest(id: 3, key: 3, context: [], maximumTokens: 1))
        harness.engine.shutdown()
        let statistics = harness.engine.statistics()
        #expect(statistics.generatedTokens == 10)
        #expect(statistics.scoredTokens == 3)
        #expect(statistics.prefilledTokens == context.count + (context.count - 16 + 2))
        #expect(statistics.steps == 10 + 1)
        #expect(statistics.active == 0 && statistics.waiting == 0 && statistics.cachedSequences == 0)
        #expect(statistics.kvBlocksFree == statistics.kvBlocksTotal)
        #expect(statistics.computeSeconds > 0)
    }

    @Test func impossibleOptionsAreRefused() throws {
        let model = try TinyModel().load()
        for options in [
            EngineOptions(threadCount: 0), EngineOptions(maximumStepTokens: 1), EngineOptions(kvCacheBytes: 100),
            EngineOptions(maximumStepTokens: 8, maximumSequences: 8), EngineOptions(kvCacheBytes: -1),
        ] {
            #expect(throws: EngineError.self) { try Engine(model: model, options: options) { _ in } }
        }
    }
}

import Domain
import Evaluation
import Simulation
import Testing
import Tokenizers
import Wire

@testable import WorkerCore

private let run = RunID(String(repeating: "a", count: 32))
private let path = PathKey(run: run, problem: 0, path: 1)
private let now = Moment(monotonicMs: 1_000, wallMs: 5_000)

private func tag(_ order: UInt64, _ stage: Stage, path: PathKey = path) -> OrderTag {
    OrderTag(order: OrderID(rawValue: order), path: path, round: 0, attempt: 1, stage: stage, incarnation: 7)
}

private func generate(
    _ order: UInt64, segment: UInt64, _ context: ContextUpdate, isRunAhead: Bool = false, path: PathKey = path
) -> WorkerSession.Event {
    .instructed(
        .order(
            Order(
                tag: tag(order, .draft, path: path), context: context,
                work: .generate(
                    GenerateTask(
                        segment: SegmentID(rawValue: segment), maximumTokens: 8, sampling: SamplingSettings(),
                        seed: 1, stopsAtSteps: true)),
                isRunAhead: isRunAhead)))
}

private let question = ContextUpdate(base: .problem(ProblemPrompt(text: "q")), segments: [])

private func segment(_ id: UInt64, _ text: String, tokens: [Int32] = [], vocabulary: String = "other") -> Segment {
    Segment(
        id: SegmentID(rawValue: id), author: .target, text: Array(text.utf8), tokens: tokens, vocabulary: vocabulary)
}

private func failed(
    _ order: UInt64, _ kind: EngineFault.Kind, _ message: String = "so it is", written: Int = 0
) -> EngineAnswer {
    .failed(OrderID(rawValue: order), EngineFault(kind, message: message, writtenTokens: written))
}

@Suite struct WorkerSessionTests {
    private func session() throws -> WorkerSession {
        WorkerSession(
            tokenizer: try ByteVocabulary.tokenizer(pair: "ab"), prompts: PromptWriter(
                template: .plain, system: "", message: "{problem}", marker: "{problem}"),
            author: .draft)
    }

    private func requested(_ effects: [WorkerSession.Effect]) -> WriteRequest? {
        for case .write(let request) in effects { return request }
        return nil
    }

    private func sent(_ effects: [WorkerSession.Effect]) -> [WorkerMessage] {
        effects.compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    @Test func aContextGrowsByDifferencesAndIsCut() throws {
        var session = try session()
        let prompt = session.tokenizer.encode(try session.prompts.text(of: ProblemPrompt(text: "q")), special: true)
        let first = session.step(
            generate(1, segment: 10, question), now: now)
        #expect(try #require(requested(first)).context == prompt)

        // The block that was written becomes part of what is held.
        let block = WrittenTokens(tokens: [65, 66], bytes: [65, 66], finish: .step)
        let answers = sent(session.step(.engineAnswered(.written(OrderID(rawValue: 1), block, queuedMs: 0)), now: now))
        guard case .block(let report) = try #require(answers.first) else {
            Issue.record("expected a block, got \(answers)")
            return
        }
        #expect(report.tag == tag(1, .draft))
        #expect(report.finish == .step)
        #expect(report.block.tokens == [65, 66])
        #expect(report.block.vocabulary == session.tokenizer.vocabularyDigest)

        // Another vocabulary's segment is read from its text, the same vocabulary's from its ids.
        let own = session.tokenizer.vocabularyDigest
        let second = session.step(
            generate(
                2, segment: 13,
                ContextUpdate(
                    base: .segment(SegmentID(rawValue: 10)),
                    segments: [segment(11, "ab"), segment(12, "ab", tokens: [97, 98], vocabulary: own)])), now: now)
        #expect(try #require(requested(second)).context == prompt + [65, 66, 256, 97, 98])

        // Cutting back to an earlier segment forgets the later ones.
        let third = session.step(
            generate(3, segment: 14, ContextUpdate(base: .segment(SegmentID(rawValue: 11)), segments: [])), now: now)
        #expect(try #require(requested(third)).context == prompt + [65, 66, 256])
        let lost = session.step(
            generate(4, segment: 15, ContextUpdate(base: .segment(SegmentID(rawValue: 12)), segments: [])), now: now)
        #expect(requested(lost) == nil)
        guard case .failed(let failure) = try #require(sent(lost).first) else {
            Issue.record("expected a failure")
            return
        }
        #expect(failure.code == .contextLost)
        let fourth = session.step(
            generate(5, segment: 16, ContextUpdate(base: .prompt, segments: [])), now: now)
        #expect(try #require(requested(fourth)).context == prompt)
    }

    @Test func anEndedTextIsScoredWithItsEndToken() throws {
        var session = try session()
        func score(_ order: UInt64, _ text: String, endsText: Bool) -> WorkerSession.Event {
            .instructed(
                .order(
                    Order(
                        tag: tag(order, .score), context: question,
                        work: .score(ScoreTask(block: segment(20, text), endsText: endsText)))))
        }
        func block(_ effects: [WorkerSession.Effect]) -> [Int32]? {
            for case .score(let request) in effects { return request.block }
            return nil
        }
        #expect(block(session.step(score(1, "ab", endsText: false), now: now)) == [256])
        #expect(block(session.step(score(2, "ab", endsText: true), now: now)) == [256, 257])
        #expect(block(session.step(score(3, "", endsText: true), now: now)) == [257])
        let empty = session.step(score(4, "", endsText: false), now: now)
        #expect(block(empty) == nil)
        #expect(sent(empty).count == 1)
    }

    @Test func aCancelledOrderIsAnsweredByWhatWasWrittenInVain() throws {
        var session = try session()
        _ = session.step(generate(1, segment: 10, question), now: now)
        let effects = session.step(.instructed(.cancel(OrderID(rawValue: 1))), now: now)
        guard case .cancel(OrderID(rawValue: 1)) = try #require(effects.first) else {
            Issue.record("the engine was not told")
            return
        }
        let answer = session.step(.engineAnswered(failed(1, .cancelled, written: 7)), now: now)
        guard case .send(.withdrawn(let report)) = try #require(answer.first), answer.count == 1 else {
            Issue.record("the coordinator was not told")
            return
        }
        #expect(report.tag.order.rawValue == 1 && report.tokens == 7)
    }

    @Test func aBlockThatIsReadyWhenItsOrderIsCancelledIsInVain() throws {
        var session = try session()
        _ = session.step(generate(1, segment: 10, question), now: now)
        _ = session.step(.instructed(.cancel(OrderID(rawValue: 1))), now: now)
        let block = WrittenTokens(tokens: [65, 66], bytes: [65, 66], finish: .length)
        let answer = session.step(.engineAnswered(.written(OrderID(rawValue: 1), block, queuedMs: 0)), now: now)
        guard case .send(.withdrawn(let report)) = try #require(answer.first) else {
            Issue.record("the coordinator was not told")
            return
        }
        #expect(report.tokens == 2)
        // The path's context is as it was before the order: segment 10 is not held.
        let next = session.step(
            generate(2, segment: 11, ContextUpdate(base: .segment(SegmentID(rawValue: 10)), segments: [])), now: now)
        #expect(requested(next) == nil)
    }

    /// The message that took the first order back was lost. What comes of it must not go into the context.
    @Test func anOrderTakesThePlaceOfAnEarlierOneOfItsPath() throws {
        var session = try session()
        let update = question
        _ = session.step(generate(1, segment: 10, update), now: now)
        let effects = session.step(generate(2, segment: 11, update), now: now)
        #expect(effects.first == .cancel(OrderID(rawValue: 1)))
        #expect(session.activeOrders == 1)
        let block = WrittenTokens(tokens: [65, 66], bytes: [65, 66], finish: .step)
        let late = session.step(.engineAnswered(.written(OrderID(rawValue: 1), block, queuedMs: 0)), now: now)
        guard case .send(.withdrawn(let report)) = try #require(late.first), late.count == 1 else {
            Issue.record("expected a withdrawal, got \(late)")
            return
        }
        #expect(report.tokens == 2)
        _ = session.step(.engineAnswered(.written(OrderID(rawValue: 2), block, queuedMs: 0)), now: now)
        let prompt = session.tokenizer.encode(try session.prompts.text(of: ProblemPrompt(text: "q")), special: true)
        let next = session.step(
            generate(3, segment: 12, ContextUpdate(base: .segment(SegmentID(rawValue: 11)), segments: [])), now: now)
        #expect(try #require(requested(next)).context == prompt + [65, 66])
        // Another path's order stays.
        let other = PathKey(run: run, problem: 0, path: 2)
        let third = generate(4, segment: 1, update, path: other)
        #expect(!session.step(third, now: now).contains(.cancel(OrderID(rawValue: 3))))
        #expect(session.activeOrders == 2)
    }

    @Test func aWonBetIsConfirmedToTheEngine() throws {
        var session = try session()
        #expect(session.step(.instructed(.confirm(OrderID(rawValue: 1))), now: now).isEmpty)
        let update = question
        let begun = session.step(generate(1, segment: 10, update, isRunAhead: true), now: now)
        #expect(requested(begun)?.isSpeculative == true)
        let confirmed = session.step(.instructed(.confirm(OrderID(rawValue: 1))), now: now)
        #expect(confirmed == [.confirm(OrderID(rawValue: 1))])
    }

    @Test func startingAfreshForgetsEverything() throws {
        var session = try session()
        _ = session.step(generate(1, segment: 10, question), now: now)
        let welcome = Welcome(heartbeatIntervalMs: 1_000, epoch: 2, startsAfresh: true)
        _ = session.step(.instructed(.welcome(welcome)), now: now)
        #expect(session.activeOrders == 0)
        let effects = session.step(
            generate(2, segment: 11, ContextUpdate(base: .prompt, segments: [])), now: now)
        #expect(requested(effects) == nil)
    }

    @Test func aDrainingWorkerFinishesAndTakesNothingNew() throws {
        var session = try session()
        _ = session.step(generate(1, segment: 10, question), now: now)
        #expect(!session.step(.drainRequested, now: now).contains { if case .end = $0 { true } else { false } })
        let refused = session.step(
            generate(2, segment: 11, question), now: now)
        #expect(requested(refused) == nil)
        let block = WrittenTokens(tokens: [65], bytes: [65], finish: .length)
        let last = session.step(.engineAnswered(.written(OrderID(rawValue: 1), block, queuedMs: 0)), now: now)
        #expect(last.contains { if case .end(.drained, _) = $0 { true } else { false } })
    }

    @Test func aModelFileThatChangedSendsEverythingBack() throws {
        var session = try session()
        for order in 1...2 as ClosedRange<UInt64> {
            let path = PathKey(run: run, problem: 0, path: Int(order))
            _ = session.step(
                generate(order, segment: order + 10, question, path: path),
                now: now)
        }
        let failure = failed(1, .modelChanged, "/models/m.gguf was changed")
        let effects = session.step(.engineAnswered(failure), now: now)
        var returned: Set<UInt64> = []
        for case .send(.failed(let report)) in effects {
            #expect(report.code == .draining && report.message.contains("/models/m.gguf"))
            returned.insert(report.tag.order.rawValue)
        }
        #expect(returned == [1, 2])
        guard case .end(.modelChanged, let reason) = effects.last else {
            Issue.record("the worker stays")
            return
        }
        #expect(reason.contains("/models/m.gguf"))
        // The second request's own failure comes when nobody waits for it any more.
        #expect(session.step(.engineAnswered(failed(2, .cancelled)), now: now).isEmpty)
    }
}

import Domain
import Evaluation
import Simulation
import Testing
import Tokenizers

@testable import WorkerCore

@Suite struct PromptLookupTests {
    /// What follows the longest match, from all pairs of places: the definition, word by word.
    private static func twin(_ text: [Int32], _ others: [[Int32]], shortest: Int) -> PromptLookup.Proposal? {
        for length in stride(from: PromptLookup.longestMatch, through: shortest, by: -1) where text.count >= length {
            let end = Array(text.suffix(length))
            var followers: [Int32] = []
            for earlier in others + [text] where earlier.count > length {
                for start in 0..<(earlier.count - length) where Array(earlier[start..<start + length]) == end {
                    followers.append(earlier[start + length])
                }
            }
            guard !followers.isEmpty else { continue }
            var best: (token: Int32, count: Int, latest: Int)?
            for token in Set(followers) {
                let count = followers.count { $0 == token }
                let latest = followers.lastIndex(of: token)!
                if let other = best, (other.count, other.latest) > (count, latest) { continue }
                best = (token, count, latest)
            }
            return best.map { .init(token: $0.token, share: Double($0.count) / Double(followers.count)) }
        }
        return nil
    }

    @Test func proposalsAreThoseOfTheDefinition() {
        var state: UInt64 = 5
        func below(_ bound: Int) -> Int {
            state = Seeds.mix(state)
            return Int(state % UInt64(bound))
        }
        var found = 0
        for _ in 0..<3_000 {
            func text() -> [Int32] { (0..<below(24)).map { _ in Int32(below(3)) } }
            let (own, others) = (text(), (0..<below(4)).map { _ in text() })
            for lookup in [PromptLookup.alone, .beforeModel] {
                let proposal = lookup.next(after: own, among: others)
                #expect(proposal == Self.twin(own, others, shortest: lookup.shortestMatch))
                found += proposal == nil ? 0 : 1
            }
        }
        #expect(found > 1_000)
    }

    private func request(
        _ context: [Int32], atMost maximum: Int = 16, doubt: Float? = nil
    ) -> WriteRequest {
        WriteRequest(
            order: OrderID(epoch: 1, sequence: 1), sequence: SequenceID(rawValue: 1), context: context,
            task: GenerateTask(
                segment: SegmentID(rawValue: 1), maximumTokens: maximum, sampling: SamplingSettings(), seed: 0,
                doubtThreshold: doubt),
            endTokens: [99], answer: AnswerScanner(), textTail: [], isSpeculative: false)
    }

    private func written(_ request: WriteRequest, _ others: [[Int32]] = []) -> WrittenTokens {
        PromptLookup.alone.write(request, among: others) { [UInt8($0)] }
    }

    @Test func aBlockEndsWhereNothingIsKnownWhereItIsUnsureAndAtItsBound() {
        let text: [Int32] = [1, 2, 3, 4, 9, 1, 2]
        #expect(written(request(text, atMost: 3)).tokens == [3, 4, 9])
        #expect(written(request(text, atMost: 3)).finish == .length)
        #expect(written(request([1, 2, 3], atMost: 3)) == WrittenTokens(tokens: [], bytes: [], finish: .noProposal))
        // After what another path wrote nothing is known.
        let other: [Int32] = [5, 6, 7]
        #expect(written(request([5, 6], atMost: 9), [other]).tokens == [7])
        #expect(written(request([5, 6], atMost: 9), [other]).finish == .noProposal)
        // Two of three say 7.
        let torn = written(request([5, 6], atMost: 9, doubt: -0.1), [other, [5, 6, 8], other])
        #expect(torn.tokens == [7] && torn.finish == .doubt)
        #expect(abs(torn.logProbabilities[0] + 0.405_465) < 1e-5)
        let ended = written(request([5, 6], atMost: 9), [[5, 6, 99, 1]])
        #expect(ended.tokens.isEmpty && ended.finish == .endToken && ended.logProbabilities == [0])
    }

    @Test func aBlockEndsWhereAnAnswerCloses() {
        let text = [Int32]("ab\\boxed{7}. cd ab".utf8.map { Int32($0) })
        let block = written(request(text, atMost: 40))
        #expect(String(decoding: block.bytes, as: UTF8.self) == "\\boxed{7}.")
        #expect(block.finish == .answer)
    }

    // MARK: In a session

    private func session(_ lookup: PromptLookup) throws -> WorkerSession {
        WorkerSession(
            tokenizer: try ByteVocabulary.tokenizer(pair: "ab"),
            prompts: PromptWriter(template: .plain, system: "", message: "{problem}", marker: "{problem}"),
            author: .draft, lookup: lookup)
    }

    private func order(_ number: UInt64, path: Int, problem: String = "q", _ text: String) -> WorkerInstruction {
        let segment = Segment(
            id: SegmentID(rawValue: 1), author: .target, text: Array(text.utf8), tokens: text.utf8.map { Int32($0) },
            vocabulary: try! ByteVocabulary.tokenizer(pair: "ab").vocabularyDigest)
        return .order(
            Order(
                tag: OrderTag(
                    order: OrderID(epoch: 1, sequence: number), path: PathKey(run: RunID("r"), problem: 0, path: path),
                    round: 0, attempt: 1, stage: .draft, incarnation: 1),
                context: ContextUpdate(
                    base: .problem(ProblemPrompt(text: problem)), segments: text.isEmpty ? [] : [segment]),
                work: .generate(
                    GenerateTask(
                        segment: SegmentID(rawValue: 2), maximumTokens: 4, sampling: SamplingSettings(), seed: 1)),
                isRunAhead: false))
    }

    private func blocks(_ effects: [WorkerSession.Effect]) -> [BlockReport] {
        effects.compactMap { if case .send(.block(let report)) = $0 { report } else { nil } }
    }

    @Test func whatOnePathHasWrittenIsProposedToTheOthersUntilTheProblemIsOver() throws {
        var session = try session(.alone)
        let now = Moment(monotonicMs: 1, wallMs: 1)
        #expect(blocks(session.step(.instructed(order(1, path: 0, "xyz123")), now: now))[0].finish == .noProposal)
        _ = session.step(.instructed(.release(PathKey(run: RunID("r"), problem: 0, path: 0))), now: now)
        let found = blocks(session.step(.instructed(order(2, path: 1, "..xyz")), now: now))
        #expect(found[0].block.tokens == [49, 50, 51])
        #expect(session.activeOrders == 0)
        _ = session.step(.instructed(.releaseProblem(RunID("r"), problem: 0)), now: now)
        #expect(blocks(session.step(.instructed(order(3, path: 2, "..xyz")), now: now))[0].block.tokens.isEmpty)
    }

    @Test func aHybridAsksItsModelWhereTheMatchIsShort() throws {
        var session = try session(.beforeModel)
        let now = Moment(monotonicMs: 1, wallMs: 1)
        func asksModel(_ effects: [WorkerSession.Effect]) -> Bool {
            effects.contains { if case .write = $0 { true } else { false } }
        }
        #expect(asksModel(session.step(.instructed(order(1, path: 0, "vwxyz123")), now: now)))
        #expect(asksModel(session.step(.instructed(order(2, path: 1, "..xyz")), now: now)))
        let effects = session.step(.instructed(order(3, path: 2, "..wxyz")), now: now)
        #expect(!asksModel(effects) && blocks(effects)[0].block.tokens == [49, 50, 51])
    }
}

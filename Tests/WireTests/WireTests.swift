import Domain
import Testing

@testable import Wire

/// Values drawn from a seed, so that a failing message can be made again.
private struct Draw {
    var state: UInt64

    mutating func bits() -> UInt64 {
        state &+= 1
        return Seeds.mix(state)
    }

    mutating func int(_ range: Range<Int>) -> Int { range.lowerBound + Int(bits() % UInt64(range.count)) }
    mutating func bytes() -> [UInt8] { (0..<int(0..<40)).map { _ in UInt8(truncatingIfNeeded: bits()) } }
    mutating func text() -> String { String((0..<int(0..<20)).map { _ in "abc/é漢😀\n\"\\".randomElement(&self) }) }

    mutating func path() -> PathKey {
        let digits = (0..<32).map { _ in "0123456789abcdef".randomElement(&self) }
        return PathKey(run: RunID(String(digits)), problem: int(0..<50_000), path: int(0..<64))
    }

    mutating func tag() -> OrderTag {
        OrderTag(
            order: OrderID(rawValue: bits()), path: path(), round: int(0..<100), attempt: int(1..<9),
            stage: Stage.allCases[int(0..<3)], incarnation: bits())
    }

    mutating func segment() -> Segment {
        Segment(
            id: SegmentID(rawValue: bits()), author: Author.allCases[int(0..<2)], text: bytes(),
            tokens: (0..<int(0..<30)).map { _ in Int32(int(0..<150_000)) }, vocabulary: text())
    }

    mutating func timing() -> WorkTiming {
        WorkTiming(
            startedWallMs: Int64(int(0..<1 << 40)), finishedWallMs: Int64(int(0..<1 << 40)),
            queuedMs: Int64(int(0..<1 << 20)))
    }

    mutating func prompt() -> ProblemPrompt {
        let turns = (0..<int(0..<3)).map { _ in
            ConversationTurn(speaker: ConversationTurn.Speaker.allCases[int(0..<3)], text: text())
        }
        return ProblemPrompt(turns: turns, text: text())
    }

    mutating func order() -> Order {
        let base: ContextUpdate.Base =
            switch int(0..<3) {
            case 0: .problem(prompt())
            case 1: .prompt
            default: .segment(SegmentID(rawValue: bits()))
            }
        var segments: [Segment] = []
        for _ in 0..<int(0..<4) { segments.append(segment()) }
        let work: Order.Work
        if int(0..<2) == 0 {
            work = .generate(
                GenerateTask(
                    segment: SegmentID(rawValue: bits()), maximumTokens: int(1..<1_000), sampling: sampling(),
                    seed: bits(), position: int(0..<9_999), stopsAtSteps: int(0..<2) == 0,
                    stop: StopSequences((0..<int(0..<3)).map { _ in text() }),
                    doubtThreshold: int(0..<2) == 0 ? nil : -Float(int(0..<900)) / 64))
        } else {
            work = .score(
                ScoreTask(
                    block: segment(), endsText: int(0..<2) == 0,
                    draws: int(0..<2) == 0
                        ? nil : ScorerDraws(sampling: sampling(), seed: bits(), position: int(0..<9_999))))
        }
        return Order(
            tag: tag(), context: ContextUpdate(base: base, segments: segments), work: work,
            isRunAhead: int(0..<2) == 0)
    }

    mutating func sampling() -> SamplingSettings {
        SamplingSettings(
            temperature: Float(int(0..<200)) / 100, topK: int(0..<100), topP: Float(int(1..<100)) / 100,
            minP: Float(int(0..<100)) / 100, repetitionPenalty: Float(int(50..<200)) / 100)
    }

    mutating func instruction() -> WorkerInstruction {
        switch int(0..<12) {
        case 0: .welcome(Welcome(heartbeatIntervalMs: int(1..<9_999), epoch: bits(), startsAfresh: int(0..<2) == 0))
        case 1: .refuse(reason: text())
        case 2: .cancel(OrderID(rawValue: bits()))
        case 3: .release(path())
        case 4: .introduceYourself
        case 5: .superseded
        case 6: .shutDown(reason: text())
        case 7: .confirm(OrderID(rawValue: bits()))
        case 8: .releaseProblem(RunID("r" + text()), problem: int(0..<9_999))
        case 9: .listOrders(through: OrderID(rawValue: bits()))
        case 10:
            .measure(
                ProbeOrder(
                    id: bits(),
                    probes: (0..<int(0..<9)).map { _ in
                        Probe(
                            Probe.Kind.allCases[int(0..<2)], sequences: int(1..<32), tokens: int(1..<64),
                            context: int(1..<512))
                    }))
        default: .order(order())
        }
    }

    mutating func difference() -> DrawDifference {
        DrawDifference(
            place: int(0..<90), token: Int32(int(0..<90_000)), text: [UInt8](text().utf8), endsText: int(0..<2) == 0)
    }

    mutating func message() -> WorkerMessage {
        switch int(0..<8) {
        case 0:
            .hello(
                Hello(
                    name: "w" + text(), role: Role.allCases[int(0..<2)], incarnation: bits(),
                    processID: Int32(int(1..<99_999)), host: text(), model: text(), modelDigest: text(),
                    vocabulary: text(), vocabularySize: int(1..<200_000), promptTemplate: text(), kernels: text(),
                    contextLength: int(1..<100_000), slots: int(1..<64), threads: int(1..<64),
                    proposesByLookup: int(0..<2) == 0))
        case 1:
            .heartbeat(
                Heartbeat(
                    progress: bits(), activeOrders: int(0..<64), waitingOrders: int(0..<64), writtenTokens: bits(),
                    prefilledTokens: bits(), kvBlocksTotal: int(0..<9_999), kvBlocksFree: int(0..<9_999),
                    computeMs: Int64(int(0..<1 << 40)), memoryWaitMs: Int64(int(0..<1 << 40)),
                    idleMs: Int64(int(0..<1 << 40)), residentBytes: bits(), isDraining: int(0..<2) == 0,
                    heldOrders: (0..<int(0..<9)).map { _ in OrderID(rawValue: bits()) },
                    listedThrough: int(0..<2) == 0 ? nil : OrderID(rawValue: bits() | 1)))
        case 2:
            .block(
                BlockReport(
                    tag: tag(), block: segment(),
                    finish: FinishReason.allCases[int(0..<FinishReason.allCases.count)], timing: timing()))
        case 3:
            .scored(
                ScoreReport(
                    tag: tag(), logProbabilities: (0..<int(0..<50)).map { _ in -Float(int(0..<1_000)) / 64 },
                    tokenBytes: (0..<int(0..<50)).map { _ in int(0..<90) },
                    difference: int(0..<2) == 0 ? nil : difference(), timing: timing()))
        case 4:
            .failed(FailureReport(tag: tag(), code: FailureCode.allCases[int(0..<6)], message: text()))
        case 5:
            .measured(ProbeReport(id: bits(), seconds: (0..<int(0..<9)).map { _ in Double(int(0..<9_999)) / 64 }))
        case 6: .withdrawn(WithdrawalReport(tag: tag(), tokens: int(0..<9_999)))
        default:
            .goodbye(
                Farewell(name: text(), role: Role.allCases[int(0..<2)], reason: int(0..<2) == 0 ? nil : text()))
        }
    }
}

extension Draw: RandomNumberGenerator {
    mutating func next() -> UInt64 { bits() }
}

extension String {
    fileprivate func randomElement(_ draw: inout Draw) -> Character { self.randomElement(using: &draw) ?? "?" }
}

@Suite struct WireTests {
    @Test(arguments: 0..<300) func whatIsEncodedComesBack(seed: Int) throws {
        var draw = Draw(state: UInt64(seed) << 32)
        let instruction = draw.instruction()
        #expect(try WorkerInstruction(decoding: instruction.encoded()) == instruction)
        let message = draw.message()
        #expect(try WorkerMessage(decoding: message.encoded()) == message)
    }

    @Test func valuesThatAreNotNumbersTravelAsTheyAre() throws {
        // The coordinator refuses them; the wire must not turn them into something that looks right.
        var draw = Draw(state: 5)
        let report = ScoreReport(
            tag: draw.tag(), logProbabilities: [.nan, .infinity, -.infinity, 0.5, -0.0], tokenBytes: [],
            timing: draw.timing())
        guard case .scored(let back) = try WorkerMessage(decoding: WorkerMessage.scored(report).encoded()) else {
            Issue.record("another message came back")
            return
        }
        #expect(back.logProbabilities.map(\.bitPattern) == report.logProbabilities.map(\.bitPattern))
    }

    @Test(arguments: 0..<40) func arbitraryBytesAreAMessageOrAnError(seed: Int) {
        var draw = Draw(state: UInt64(seed) << 40)
        for _ in 0..<250 {
            var frame = draw.int(0..<2) == 0 ? draw.message().encoded() : draw.instruction().encoded()
            for _ in 0..<draw.int(0..<6) where !frame.isEmpty {
                frame[draw.int(0..<frame.count)] = UInt8(truncatingIfNeeded: draw.bits())
            }
            frame = Array(frame.prefix(draw.int(0..<(frame.count + 1))))
            _ = try? WorkerMessage(decoding: frame)
            _ = try? WorkerInstruction(decoding: frame)
            _ = try? ClientEnvelope<ClientRequest>(decoding: frame)
        }
    }

    @Test func anotherVersionIsNamed() {
        var message = WireToWorker()
        message.version = 99
        message.superseded = WireSuperseded()
        #expect(throws: WireError.version(99, supported: WireVersion.supported)) {
            _ = try WorkerInstruction(decoding: serialized(message))
        }
    }

    @Test func missingAndImpossibleFieldsAreNamed() throws {
        var message = WireToCoordinator()
        message.version = UInt32(WireVersion.current)
        #expect(throws: WireError.missing("body")) { _ = try WorkerMessage(decoding: serialized(message)) }
        message.block = WireBlock()
        #expect(throws: WireError.missing("block.tag")) { _ = try WorkerMessage(decoding: serialized(message)) }
        var draw = Draw(state: 1)
        message.block.tag = WireTag(draw.tag())
        message.block.block = WireSegment(draw.segment())
        message.block.finish = .length
        message.block.block.tokens = [5, -1]
        #expect(throws: WireError.invalid("segment.tokens", value: "-1")) {
            _ = try WorkerMessage(decoding: serialized(message))
        }
        message.block.block.tokens = []
        message.block.tag.run = "short"
        #expect(throws: WireError.self) { _ = try WorkerMessage(decoding: serialized(message)) }
    }

    @Test func clientDocumentsComeBack() throws {
        let spec = RunSpec(
            id: RunID(String(repeating: "a", count: 32)), submissionKey: "k", name: "n",
            settings: RunSettings(rejectionRate: 0.25))
        let request = ClientRequest.submit(
            SubmissionPart(
                spec: spec, part: 0, parts: 1,
                problems: [
                    ProblemSpec(id: "1", text: "é\u{0}", answer: nil),
                    ProblemSpec(
                        id: "2", text: "t", turns: [ConversationTurn(speaker: .assistant, text: "\n")],
                        settings: ProblemSettings(paths: 3, stop: ["\n\n"], seed: .max, temperature: 0.7)),
                ]))
        let envelope = ClientEnvelope(id: 7, body: request)
        let back = try ClientEnvelope<ClientRequest>(decoding: envelope.encoded())
        #expect(back.id == 7 && back.body == request)
    }

    @Test func deepNestingIsRefusedBeforeDecoding() {
        let deep = [UInt8](String(repeating: "[", count: 100_000).utf8)
        #expect(throws: WireError.self) { _ = try ClientEnvelope<ClientRequest>(decoding: deep) }
        #expect(jsonDepth([UInt8](#"{"a":"[[[[\"[[","b":[{}]}"#.utf8)) == 3)
    }
}

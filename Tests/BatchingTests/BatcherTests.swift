import TestSupport
import Testing

@testable import Batching

@Suite struct BatcherTests {
    /// A batcher with a memory behind it: a step writes the planned tokens, and checks what it reads.
    struct Machine {
        var batcher: Batcher
        var twin: SequenceTableTests.Twin
        var logits: [RequestID: [Int]] = [:]
        var computed = 0
        /// Used for every step, as the engine does.
        private var plan = StepPlan()

        init(_ limits: BatchLimits) {
            batcher = Batcher(limits: limits)
            twin = SequenceTableTests.Twin(blocks: limits.blockCount)
        }

        /// One step; the chunks it computed.
        mutating func step() -> [PlannedChunk] {
            batcher.plan(into: &plan)
            #expect(plan.tokenCount <= batcher.limits.maximumStepTokens)
            twin.apply(plan.copies)
            for chunk in plan.chunks {
                let tokens = batcher.request(chunk.request)!.tokens
                let blocks = batcher.blocks(of: chunk.key)
                twin.write(Array(tokens[chunk.positions]), at: chunk.positions.lowerBound, through: blocks)
                logits[chunk.request, default: []] += chunk.logits
                computed += chunk.positions.count
            }
            for chunk in plan.chunks {
                let tokens = batcher.request(chunk.request)!.tokens
                let blocks = batcher.blocks(of: chunk.key)
                let end = chunk.positions.upperBound
                let read = twin.read(end, through: blocks)
                #expect(read == Array(tokens.prefix(end)), "a step overwrote another sequence")
            }
            batcher.commit(plan)
            return plan.chunks
        }

        /// Steps until nothing is left, choosing `token(request, position)` wherever a request decodes.
        mutating func run(_ token: (RequestID, Int) -> Int32 = { _, position in Int32(1000 + position) }) {
            for _ in 0..<10_000 {
                let chunks = step()
                if chunks.isEmpty { break }
                for chunk in chunks { finishOrAppend(chunk, token) }
            }
            #expect(batcher.activeCount == 0 && batcher.waitingCount == 0, "requests never ended")
        }

        mutating func finishOrAppend(_ chunk: PlannedChunk, _ token: (RequestID, Int) -> Int32) {
            let request = batcher.request(chunk.request)!
            switch request.work {
            case .score:
                guard chunk.positions.upperBound == request.tokens.count - 1 else { return }
                batcher.finish(request.id)
            case .generate where chunk.positions.upperBound < request.tokens.count: return
            case .generate(1): batcher.finish(request.id)
            case .generate: batcher.append(token(request.id, request.tokens.count), to: request.id)
            }
        }
    }

    static func generate(_ id: UInt64, _ context: [Int32], _ count: Int, runAhead: Bool = false) -> BatchRequest {
        let key = SequenceKey(rawValue: id)
        return BatchRequest(
            id: id, key: key, tokens: context, work: .generate(maximumTokens: count), isRunAhead: runAhead)
    }

    static func score(_ id: UInt64, _ tokens: [Int32], block: Int) -> BatchRequest {
        BatchRequest(id: id, key: SequenceKey(rawValue: id), tokens: tokens, work: .score(blockTokens: block))
    }

    static let limits = BatchLimits(blockCount: 64, maximumStepTokens: 32, maximumSequences: 8)

    @Test func everyLogitThatIsWantedComesOutOnce() throws {
        var machine = Machine(Self.limits)
        try machine.batcher.submit(Self.generate(1, (0..<50).map(Int32.init), 5))
        try machine.batcher.submit(Self.score(2, (100..<190).map(Int32.init), block: 20))
        machine.run()
        #expect(machine.logits[1] == Array(49..<54))
        #expect(machine.logits[2] == Array(69..<89))
    }

    @Test func pathsOfOneProblemComputeItsPromptOnce() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 256, maximumSequences: 8))
        let prompt = (0..<100).map(Int32.init)
        for path in 0..<6 { try machine.batcher.submit(Self.generate(UInt64(path), prompt, 1)) }
        machine.run()
        // Six full blocks once; the four tokens after them for each path.
        #expect(machine.computed == 96 + 6 * 4)
    }

    @Test func pathsWhosePromptFillsItsBlocksDoNotWaitForEachOther() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 256, maximumSequences: 8))
        let prompt = (0..<64).map(Int32.init)
        for path in 0..<6 { try machine.batcher.submit(Self.generate(UInt64(path), prompt, 1)) }
        for chunk in machine.step() { machine.finishOrAppend(chunk) { _, _ in 0 } }
        // The first has computed all; the others need the logits of token 63, so they compute its block too.
        let chunks = machine.step()
        #expect(chunks.map(\.request) == [1, 2, 3, 4, 5])
        #expect(chunks.allSatisfy { $0.positions == 48..<64 })
    }

    @Test func aSequenceGoesOnFromItsCache() throws {
        var machine = Machine(Self.limits)
        let context = (0..<40).map(Int32.init)
        try machine.batcher.submit(Self.generate(1, context, 10))
        machine.run()
        let tokens = machine.batcher.cachedTokens(of: SequenceKey(rawValue: 1))
        #expect(tokens == context + (40..<49).map { Int32(1000 + $0) })

        machine.computed = 0
        let longer = tokens + [7, 8, 9]
        try machine.batcher.submit(Self.generate(1, longer, 1))
        machine.run()
        #expect(machine.computed == 3)

        machine.computed = 0
        try machine.batcher.submit(Self.generate(1, Array(longer.prefix(45)), 1))
        machine.run()
        #expect(machine.computed == 1, "a rewound sequence computes the token whose logits are wanted")
    }

    @Test func decodingGoesOnBesideALongPrompt() throws {
        var machine = Machine(Self.limits)
        try machine.batcher.submit(Self.generate(1, [1, 2, 3], 50))
        machine.finishOrAppend(machine.step()[0]) { _, _ in 4 }
        try machine.batcher.submit(Self.score(2, (0..<200).map(Int32.init), block: 10))
        for _ in 0..<6 {
            let chunks = machine.step()
            #expect(chunks.map(\.request) == [1, 2])
            #expect(chunks.map(\.positions.count) == [1, 31])
            machine.finishOrAppend(chunks[0]) { _, _ in 5 }
        }
    }

    @Test func confirmedWorkGoesBeforeRunAheadWork() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 32, maximumSequences: 2))
        try machine.batcher.submit(Self.generate(1, [1], 1, runAhead: true))
        try machine.batcher.submit(Self.generate(2, [2], 1, runAhead: true))
        try machine.batcher.submit(Self.generate(3, [3], 1))
        try machine.batcher.submit(Self.generate(4, [4], 1))
        let chunks = machine.step()
        #expect(chunks.map(\.request) == [3, 4])
    }

    @Test func runAheadWorkIsPutOffForConfirmedWorkAndGoesOnWhereItWas() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 32, maximumSequences: 2))
        try machine.batcher.submit(Self.generate(1, [1], 9, runAhead: true))
        try machine.batcher.submit(Self.generate(2, [2], 9, runAhead: true))
        for _ in 0..<4 { for chunk in machine.step() { machine.finishOrAppend(chunk) { _, _ in 7 } } }
        try machine.batcher.submit(Self.generate(3, [3], 2))
        let beside = machine.step()
        #expect(beside.map(\.request) == [1, 3])
        #expect(machine.batcher.waitingCount == 1)
        machine.finishOrAppend(beside[0]) { _, _ in 7 }
        machine.batcher.finish(3)
        let chunks = machine.step()
        #expect(chunks.map(\.request) == [1, 2])
        #expect(chunks[1].positions == 4..<5, "nothing is computed twice")
    }

    @Test func runAheadWorkThatIsConfirmedIsNotPutOff() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 32, maximumSequences: 1))
        try machine.batcher.submit(Self.generate(1, [1], 9, runAhead: true))
        let first = machine.step()
        #expect(first.map(\.request) == [1])
        machine.finishOrAppend(first[0]) { _, _ in 5 }
        machine.batcher.confirm(1)
        try machine.batcher.submit(Self.generate(2, [2], 1))
        #expect(machine.step().map(\.request) == [1])
    }

    @Test func aConfirmedRequestGoesBeforeThoseThatRunAhead() throws {
        var machine = Machine(BatchLimits(blockCount: 64, maximumStepTokens: 32, maximumSequences: 1))
        for id in 1...3 as ClosedRange<UInt64> {
            try machine.batcher.submit(Self.generate(id, [5], 1, runAhead: true))
        }
        machine.batcher.confirm(3)
        #expect(machine.step().map(\.request) == [3])
    }

    @Test func runAheadWorkEvictsNothingWhileThereIsOther() throws {
        var machine = Machine(BatchLimits(blockCount: 8, maximumStepTokens: 32, maximumSequences: 4))
        try machine.batcher.submit(Self.generate(1, [1], 70))
        machine.run()
        try machine.batcher.submit(Self.generate(2, [2], 20))
        try machine.batcher.submit(Self.generate(3, [3], 70, runAhead: true))
        #expect(machine.step().map(\.request) == [2])
        #expect(!machine.batcher.plan().isWaitingForMemory, "nobody that counts waits")
        #expect(machine.batcher.cachedLength(of: SequenceKey(rawValue: 1)) > 0)
        machine.batcher.finish(2)
        #expect(machine.step().map(\.request) == [3])
        #expect(machine.batcher.cachedLength(of: SequenceKey(rawValue: 1)) == 0)
    }

    @Test func aRequestWaitsForMemoryAndIsThenServed() throws {
        var machine = Machine(BatchLimits(blockCount: 8, maximumStepTokens: 32, maximumSequences: 4))
        try machine.batcher.submit(Self.generate(1, [1], 80))
        try machine.batcher.submit(Self.generate(2, [2], 80))
        _ = machine.step()
        #expect(machine.batcher.activeCount == 1)
        let plan = machine.batcher.plan()
        #expect(plan.isWaitingForMemory)
    }

    @Test func idleSequencesGiveWay() throws {
        var machine = Machine(BatchLimits(blockCount: 8, maximumStepTokens: 32, maximumSequences: 4))
        for id in UInt64(0)..<20 {
            try machine.batcher.submit(Self.generate(id, [Int32(id)], 70))
            machine.run()
        }
        #expect(machine.batcher.cachedSequenceCount == 1)
    }

    @Test func whatCanNeverRunIsRefused() throws {
        var batcher = Batcher(limits: BatchLimits(blockCount: 2, maximumStepTokens: 32, maximumSequences: 4))
        #expect(throws: BatchRefusal.noContext) { try batcher.submit(Self.generate(1, [], 1)) }
        #expect(throws: BatchRefusal.nothingAsked) { try batcher.submit(Self.generate(1, [1], 0)) }
        #expect(throws: BatchRefusal.nothingAsked) { try batcher.submit(Self.score(1, [1], block: 0)) }
        #expect(throws: BatchRefusal.blockLongerThanTokens(block: 2, tokens: 2)) {
            try batcher.submit(Self.score(1, [1, 2], block: 2))
        }
        #expect(throws: BatchRefusal.cacheTooSmall(neededBlocks: 3, totalBlocks: 2)) {
            try batcher.submit(Self.generate(1, [1], 33))
        }
        try batcher.submit(Self.generate(1, [1], 32))
        #expect(throws: BatchRefusal.identifierInUse(1)) { try batcher.submit(Self.generate(1, [1], 1)) }
    }

    @Test(arguments: UInt64(0)..<30)
    func randomRequestsAllEndAndLeakNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let blocks = Int.random(in: 12...40, using: &random)
        let sequences = Int.random(in: 1...6, using: &random)
        let stepTokens = Int.random(in: sequences + 1...48, using: &random)
        var machine = Machine(
            BatchLimits(blockCount: blocks, maximumStepTokens: stepTokens, maximumSequences: sequences))
        let texts = (0..<3).map { text in (0..<120).map { Int32($0 < 50 ? $0 : $0 * 10 + text) } }
        var nextID: UInt64 = 100
        for _ in 0..<400 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<3:
                let text = texts.randomElement(using: &random)!
                let tokens = Array(text.prefix(Int.random(in: 2...text.count, using: &random)))
                let isScore = Bool.random(using: &random)
                let count = Int.random(in: 1..<(isScore ? tokens.count : 60), using: &random)
                nextID += 1
                let request = BatchRequest(
                    id: nextID, key: SequenceKey(rawValue: .random(in: 0..<8, using: &random)), tokens: tokens,
                    work: isScore ? .score(blockTokens: count) : .generate(maximumTokens: count),
                    isRunAhead: Bool.random(using: &random))
                do { try machine.batcher.submit(request) } catch { #expect(error.isAboutMemory) }
            case 3: machine.batcher.finish(.random(in: 100...nextID, using: &random))
            case 4: machine.batcher.release(SequenceKey(rawValue: .random(in: 0..<8, using: &random)))
            case 5: machine.batcher.confirm(.random(in: 100...nextID, using: &random))
            default:
                for chunk in machine.step() {
                    machine.finishOrAppend(chunk) { _, _ in Int32.random(in: 0...1, using: &random) }
                }
            }
        }
        machine.run()
        for key in UInt64(0)..<8 { machine.batcher.release(SequenceKey(rawValue: key)) }
        #expect(machine.batcher.freeBlockCount == blocks)
        #expect(machine.batcher.cachedSequenceCount == 0)
    }
}

extension Batcher {
    /// The next step, in memory of its own.
    mutating func plan() -> StepPlan {
        var plan = StepPlan()
        self.plan(into: &plan)
        return plan
    }
}

extension BatchRefusal {
    fileprivate var isAboutMemory: Bool {
        if case .cacheTooSmall = self { true } else { false }
    }
}

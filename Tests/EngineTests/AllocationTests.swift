import CAllocations
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Engine

/// Code that is not optimised takes memory where the language lets it.
#if DEBUG
    private let isMeasurable = false
#else
    private let isMeasurable = a1_allocations_are_counted()
#endif

/// A step takes no memory: between two tokens the compute thread allocates nothing, whatever it does beside them.
@Suite(.enabled(if: isMeasurable, "this build does not count allocations, or is not optimised"))
struct AllocationTests {
    /// What the compute thread has allocated at each token of a request. Other tests run at the same time, so one
    /// thread is looked at, not the process.
    private final class Watch: Sendable {
        private let marks = Mutex<[UInt64]>([])

        init(tokens: Int) {
            marks.withLock { $0.reserveCapacity(tokens) }
        }

        /// Marks every token, and ends nothing.
        var rule: StopRules {
            StopRules(endTokens: [-1], strings: [Array("never written".utf8)]) { [self] _ in
                marks.withLock { $0.append(a1_thread_allocation_count()) }
                return false
            }
        }

        /// Allocations from each marked token to the next.
        var allocations: [UInt64] {
            marks.withLock { marks in zip(marks.dropFirst(), marks).map { $0 - $1 } }
        }
    }

    private static let model = Result { try TinyModel(contextLength: 2048).load() }

    /// An engine that begins with all requests at once, and ends with the first event.
    private static func run(_ options: EngineOptions, _ submit: (Engine) -> Void) throws {
        let allAreThere = DispatchSemaphore(value: 0)
        let firstHasEnded = DispatchSemaphore(value: 0)
        let gate: RequestID = 1000
        let engine = try Engine(model: model.get(), options: options) { event in
            if event.id != gate { firstHasEnded.signal() }
        }
        engine.submit(GenerateRequest(
            id: gate, key: 1000, context: [1], maximumTokens: 1,
            stop: StopRules { _ in
                allAreThere.wait()
                return true
            }))
        submit(engine)
        allAreThere.signal()
        firstHasEnded.wait()
        engine.shutdown()
    }

    static let samplings = [
        SamplingOptions.greedy, SamplingOptions(temperature: 1), SamplingOptions(temperature: 0.8, topP: 0.95),
        SamplingOptions(temperature: 0.8, topK: 40, topP: 0.95, minP: 0.01, repetitionPenalty: 1.1),
    ]

    @Test(arguments: [(1, 1), (4, 2), (64, 1)], samplings)
    func decodingTakesNoMemory(_ size: (sequences: Int, threads: Int), _ sampling: SamplingOptions) throws {
        let watch = Watch(tokens: 100)
        try Self.run(EngineOptions(threadCount: size.threads, kvCacheBytes: 1 << 24)) { engine in
            // The last one is watched, so that its first token finds the others at work; it ends first.
            for id in 1...UInt64(size.sequences) {
                let isWatched = id == size.sequences
                engine.submit(GenerateRequest(
                    id: id, key: SequenceKey(rawValue: id), context: (0..<20).map { (7 * $0 + Int32(id)) % 256 },
                    maximumTokens: isWatched ? 100 : 200, sampling: sampling, seed: id,
                    stop: isWatched ? watch.rule : StopRules()))
            }
        }
        let allocations = watch.allocations
        #expect(allocations.count > 20, "the request ended early")
        #expect(allocations.allSatisfy { $0 == 0 }, "\(allocations)")
    }

    @Test(arguments: [1, 2])
    func promptsTakeNoMemory(threads: Int) throws {
        try expectNothing(beside: threads) { engine, tokens in
            engine.submit(GenerateRequest(id: 2, key: 2, context: tokens, maximumTokens: 1))
        }
    }

    @Test(arguments: [1, 2])
    func scoringTakesNoMemory(threads: Int) throws {
        try expectNothing(beside: threads) { engine, tokens in
            engine.submit(ScoreRequest(id: 2, key: 2, context: [1], block: tokens))
        }
    }

    /// One request decodes, while another needs 80 steps of 23 tokens.
    private func expectNothing(beside threads: Int, _ submit: (Engine, [Int32]) -> Void) throws {
        let watch = Watch(tokens: 60)
        let options = EngineOptions(
            threadCount: threads, maximumStepTokens: 24, maximumSequences: 4, kvCacheBytes: 1 << 24)
        try Self.run(options) { engine in
            submit(engine, (0..<80 * 23).map { $0 % 250 })
            engine.submit(GenerateRequest(
                id: 1, key: 1, context: [3], maximumTokens: 60,
                sampling: SamplingOptions(temperature: 1), stop: watch.rule))
        }
        let allocations = watch.allocations
        #expect(allocations.count > 20, "the request ended early")
        #expect(allocations.allSatisfy { $0 == 0 }, "\(allocations)")
    }

    @Test func whatIsTakenIsCounted() {
        let before = (a1_thread_allocation_count(), a1_allocation_count())
        var pointers: [UnsafeMutableRawPointer?] = [malloc(10), calloc(2, 5), aligned_alloc(64, 64)]
        pointers[0] = realloc(pointers[0], 100_000)
        var aligned: UnsafeMutableRawPointer?
        #expect(posix_memalign(&aligned, 64, 100) == 0)
        for pointer in pointers + [aligned] { free(pointer) }
        #expect(a1_thread_allocation_count() >= before.0 + 5)
        #expect(a1_allocation_count() >= before.1 + 5)
    }
}

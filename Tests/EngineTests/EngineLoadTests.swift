import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Engine

/// Many requests at once: all end, and each as if it had been alone.
@Suite struct EngineLoadTests {
    struct Workload {
        var generate: [GenerateRequest] = []
        var score: [ScoreRequest] = []

        /// Requests of a few problems whose paths share a prompt.
        init(seed: UInt64, count: Int) {
            var random = SeededGenerator(seed: seed)
            func tokens(_ count: Int) -> [Int32] { (0..<count).map { _ in Int32.random(in: 0..<256, using: &random) } }
            let prompts = (0..<3).map { _ in tokens(Int.random(in: 20...60, using: &random)) }
            for id in 0..<UInt64(count) {
                let prompt = prompts.randomElement(using: &random)!
                let key = SequenceKey(rawValue: UInt64.random(in: 0..<12, using: &random))
                if Bool.random(using: &random) {
                    generate.append(GenerateRequest(
                        id: id, key: key, context: prompt, maximumTokens: Int.random(in: 1...12, using: &random),
                        sampling: SamplingOptions(temperature: 1, topP: 0.9), seed: id,
                        isRunAhead: Bool.random(using: &random)))
                } else {
                    score.append(ScoreRequest(
                        id: id, key: key, context: prompt, block: tokens(Int.random(in: 1...40, using: &random))))
                }
            }
        }
    }

    @Test(arguments: [(256, 64, 400, 1), (24, 5, 14, 1), (7, 6, 9, 2), (64, 16, 40, 2)])
    func everyRequestGetsItsOwnAnswer(stepTokens: Int, sequences: Int, blocks: Int, threads: Int) async throws {
        let tiny = TinyModel()
        let model = try tiny.load()
        let plain = PlainEngine(model: model)
        let work = Workload(seed: UInt64(blocks), count: 40)
        let harness = try EngineHarness(model, EngineOptions(
            threadCount: threads, maximumStepTokens: stepTokens, maximumSequences: sequences,
            kvCacheBytes: blocks * tiny.bytesPerBlock))
        for request in work.generate { harness.engine.submit(request) }
        for request in work.score { harness.engine.submit(request) }
        let events = await harness.next(work.generate.count + work.score.count)
        for request in work.generate { #expect(try events[request.id]?.block == plain.generate(request)) }
        for request in work.score {
            #expect(try events[request.id]?.logProbabilities == plain.score(request.context, request.block))
        }
    }

    @Test(arguments: UInt64(0)..<6)
    func cancelledAndReleasedRequestsAllEnd(seed: UInt64) async throws {
        let tiny = TinyModel()
        let harness = try EngineHarness(tiny.load(), EngineOptions(
            maximumStepTokens: 32, maximumSequences: 6, kvCacheBytes: 20 * tiny.bytesPerBlock))
        let work = Workload(seed: seed, count: 120)
        var random = SeededGenerator(seed: seed)
        for request in work.generate {
            harness.engine.submit(request)
            if Int.random(in: 0..<3, using: &random) == 0 {
                harness.engine.cancel(.random(in: 0..<120, using: &random))
            }
        }
        for request in work.score {
            harness.engine.submit(request)
            if Int.random(in: 0..<5, using: &random) == 0 {
                harness.engine.release(SequenceKey(rawValue: .random(in: 0..<12, using: &random)))
            }
        }
        let events = await harness.next(120)
        #expect(
            events.values.allSatisfy { event in
                if case .cancelled? = event.error { true } else { event.error == nil }
            })
        for key in UInt64(0)..<12 { harness.engine.release(SequenceKey(rawValue: key)) }
        harness.engine.shutdown()
        let statistics = harness.engine.statistics()
        #expect(statistics.kvBlocksFree == statistics.kvBlocksTotal)
        #expect(statistics.active == 0 && statistics.waiting == 0)
    }

    @Test func shutdownEndsEveryRequestAndTheThread() async throws {
        final class Receiver: Sendable {
            let failures = Mutex<[EngineError]>([])
        }
        weak var thread: Receiver?
        do {
            let receiver = Receiver()
            // Held by the engine and by its thread; gone when both are.
            thread = receiver
            let options = EngineOptions(kvCacheBytes: 1 << 20)
            let engine = try Engine(model: TinyModel().load(), options: options) { event in
                receiver.failures.withLock { $0 += [event.error].compactMap { $0 } }
            }
            for request in Workload(seed: 1, count: 60).generate {
                var request = request
                request.maximumTokens = 150
                engine.submit(request)
            }
            engine.shutdown()
            engine.shutdown()
            let count = receiver.failures.withLock { $0.count }
            #expect(count > 0)
            engine.submit(ScoreRequest(id: 1000, key: 1, context: [1], block: [1]))
            #expect(receiver.failures.withLock { $0.count } == count + 1)
            #expect(receiver.failures.withLock { $0.allSatisfy { $0 == .shutDown } })
        }
        #expect(thread == nil)
    }

    private static let givesAnyMemory =
        (try? String(contentsOfFile: "/proc/sys/vm/overcommit_memory", encoding: .utf8))?.first == "1"

    @Test(.enabled(if: !givesAnyMemory, "this system promises any memory that is asked for"))
    func memoryThatTheSystemDoesNotGiveIsATypedError() throws {
        let tiny = TinyModel()
        let bytes = Int(Int32.max) * tiny.bytesPerBlock
        let model = try tiny.load()
        #expect(throws: EngineError.cannotAllocate(kvCacheBytes: bytes)) {
            _ = try Engine(model: model, options: EngineOptions(kvCacheBytes: bytes)) { _ in }
        }
    }
}

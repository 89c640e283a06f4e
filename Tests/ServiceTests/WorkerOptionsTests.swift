import Domain
import Settings
import Testing

@testable import Engine
@testable import WorkerService

/// What a configuration says of a worker and its model, as the engine gets it.
@Suite struct WorkerOptionsTests {
    private func options(
        _ model: ModelConfiguration, pinsThreads: Bool = false, slots: Int = 32
    ) throws -> WorkerOptions {
        WorkerOptions(
            name: "target-0", role: .target, model: model, threads: 2, pinsThreads: pinsThreads, slots: slots,
            endpoint: try Endpoint("tcp://127.0.0.1:5701"), limits: .standard)
    }

    @Test func aModelIsComputedInTheDefaultModeUnlessItSaysOtherwise() throws {
        let plain = try options(ModelConfiguration(name: "m")).engine
        #expect(plain == EngineOptions(threadCount: 2, maximumSequences: 32, kvCacheBytes: 1 << 30))
        #expect(!plain.isExact && !plain.pinsThreads)
        let exact = try options(ModelConfiguration(name: "m", kvMemoryMiB: 64, isExact: true), slots: 300).engine
        #expect(
            exact == EngineOptions(
                threadCount: 2, maximumStepTokens: 301, maximumSequences: 300, kvCacheBytes: 64 << 20, isExact: true))
    }

    @Test func theEngineIsToldToPin() throws {
        #expect(try options(ModelConfiguration(name: "m"), pinsThreads: true).engine.pinsThreads)
    }
}

import Batching
import Domain
import Engine
import Foundation
import Runtime
import Synchronization
import Tensors
import Transformer

/// One timed run of a cell.
struct EngineRun {
    var seconds: Double
    var steps: Int
    var work: MachineWork
    var allocationsPerStep: Double?
}

/// What `a1 bench engine` measures with each number of threads.
struct EngineBenchPlan {
    var prompt: Int
    var generate: Int
    var sequences: [Int]
    var repeats: Int
    var isExact: Bool
    var pinsThreads: Bool
    var hasSharedPrompt: Bool

    /// What each sequence holds: prompt, a token of its own, and what is generated.
    var sequenceTokens: Int { prompt + 1 + generate }

    var cells: [EngineCell.Key] {
        [.init(kind: .prompt, tokens: prompt, sequences: 1), .init(kind: .score, tokens: prompt, sequences: 1)]
            + sequences.map { .init(kind: .generate, tokens: generate, sequences: $0) }
    }

    /// Says what is wrong with it for a model, before anything is measured.
    func check(_ model: LoadedModel) throws {
        let sizes = model.transformer.configuration
        guard sequenceTokens <= sizes.contextLength else {
            throw fail(
                .usage, "--prompt and --generate take \(sequenceTokens) tokens of a sequence, one between them "
                    + "counted; the context of \(model.name) has \(sizes.contextLength)")
        }
        let cache = options(model.transformer, threads: 1).kvCacheBytes
        let memory = ProcessInfo.processInfo.physicalMemory
        guard cache <= memory else {
            throw fail(
                .usage, "--sequences: keys and values take \(size(UInt64(cache))); the memory here is \(size(memory))")
        }
    }

    /// Room for all sequences at once, and for a prompt or a block beside them.
    func options(_ model: TransformerModel, threads: Int) -> EngineOptions {
        let most = sequences.max() ?? 1
        let blocks = (most + 1) * (BlockLayout.blocks(for: sequenceTokens) + 1)
        let blockBytes = BlockLayout.bytes(model.configuration, model.kvPrecision(Activations(isExact: isExact)))
        return EngineOptions(
            threadCount: threads, maximumStepTokens: max(256, most + 1), maximumSequences: most,
            kvCacheBytes: blocks * blockBytes, isExact: isExact, pinsThreads: pinsThreads)
    }
}

/// An engine being measured. Prompts of the sequences stay in its cache from cell to cell.
final class EngineBench {
    private let plan: EngineBenchPlan
    private let model: LoadedModel
    private let engine: Engine
    private let stopwatch = EngineStopwatch()
    private let description: EngineCell.Engine
    /// Whether quantised weights are multiplied in float32.
    private let isExact: Bool
    private var lastRequest: RequestID = 0

    /// Streams of tokens that belong to no sequence.
    private static let promptStream: UInt64 = 1 << 32
    private static let scoreStream = promptStream + 1

    /// Opens the model and makes the engine, and takes the time of that.
    init(path: String, _ plan: EngineBenchPlan, kernels: KernelChoice, machine: MachineLine) throws {
        self.plan = plan
        let began = ContinuousClock.now
        model = try openModel(path)
        let options = plan.options(model.transformer, threads: machine.threads)
        engine = try makeEngine(model, options) { [stopwatch] in stopwatch.receive($0) }
        let layers = model.transformer.layerMatrices
        isExact = plan.isExact || kernels == .openblas
        description = EngineCell.Engine(
            model: model.name, fileBytes: model.fileByteCount,
            weightBytes: layers.byteCount + model.transformer.outputMatrix.byteCount, threads: machine.threads,
            kernels: kernels.rawValue, isExact: plan.isExact, pinsThreads: plan.pinsThreads,
            hasSharedPrompt: plan.hasSharedPrompt,
            stepTokens: options.maximumStepTokens, loadSeconds: (ContinuousClock.now - began) / .seconds(1),
            machine: machine)
    }

    deinit { engine.shutdown() }

    /// A run to warm up, and the timed ones.
    func measure(_ key: EngineCell.Key) throws -> EngineCell {
        do {
            _ = try run(key)
            let runs = try (0..<plan.repeats).map { _ in try run(key) }
            let isFloat = isExact || model.transformer.layerMatrices.quantisedWeights == 0
            return EngineCell(key, description, runs, products: isFloat ? .float32 : .int8)
        } catch let error as EngineError {
            throw fail(.dataError, "\(model.path): \(error)")
        }
    }

    private func run(_ key: EngineCell.Key) throws -> EngineRun {
        switch key.kind {
        case .prompt: try prompt()
        case .score: try score()
        case .generate: try generate(sequences: key.sequences)
        }
    }

    // MARK: Kinds

    private func prompt() throws -> EngineRun {
        let key = SequenceKey(rawValue: Self.promptStream)
        defer { engine.release(key) }
        let request = GenerateRequest(
            id: nextID(), key: key, context: tokens(Self.promptStream, plan.prompt), maximumTokens: 1)
        let reading = try stopwatch.run([[.generate(request)]], by: engine)
        try demand(reading, cached: 0, computed: plan.prompt)
        return run(reading, logitSteps: 1, logitRows: 1)
    }

    private func score() throws -> EngineRun {
        let key = SequenceKey(rawValue: Self.scoreStream)
        defer { engine.release(key) }
        let all = tokens(Self.scoreStream, plan.prompt + 1)
        let request = ScoreRequest(id: nextID(), key: key, context: [all[0]], block: Array(all.dropFirst()))
        let reading = try stopwatch.run([[.score(request)]], by: engine)
        // Logits are wanted after each token but the last.
        let steps = (plan.prompt + description.stepTokens - 1) / description.stepTokens
        return run(reading, logitSteps: steps, logitRows: plan.prompt)
    }

    private func generate(sequences: Int) throws -> EngineRun {
        let log = AllocationLog(steps: plan.generate)
        let streams = (0..<UInt64(sequences)).map { $0 }
        let prompts = streams.map { tokens(plan.hasSharedPrompt ? 0 : $0, plan.prompt) }
        let first = streams.map { stream in
            EngineWork.generate(
                GenerateRequest(
                    id: nextID(), key: SequenceKey(rawValue: stream), context: prompts[Int(stream)], maximumTokens: 1))
        }
        // The token after the prompt is each sequence's own, so that none writes what another does.
        let rest = streams.map { stream in
            EngineWork.generate(
                GenerateRequest(
                    id: nextID(), key: SequenceKey(rawValue: stream),
                    context: prompts[Int(stream)] + tokens(stream, plan.prompt + 1).suffix(1),
                    maximumTokens: plan.generate, stop: stream == 0 ? log.rules : StopRules()))
        }
        let reading = try stopwatch.run([first, rest], by: engine)
        try demand(reading, cached: sequences * plan.prompt, computed: sequences * plan.generate)
        var run = run(reading, logitSteps: reading.steps, logitRows: sequences * plan.generate)
        run.allocationsPerStep = log.perStep
        return run
    }

    /// A run that computed something else than the cell says is no measurement of it.
    private func demand(_ reading: EngineStopwatch.Reading, cached: Int, computed: Int) throws {
        guard reading.cachedTokens == cached, reading.computedTokens == computed else {
            throw fail(
                .software, "a run computed \(reading.computedTokens) tokens with \(reading.cachedTokens) from the "
                    + "cache; \(computed) with \(cached) were to be measured")
        }
    }

    private func run(_ reading: EngineStopwatch.Reading, logitSteps: Int, logitRows: Int) -> EngineRun {
        var work = MachineWork()
        work.add(
            model.transformer.layerMatrices, times: reading.steps, rows: reading.computedTokens, isExact: isExact)
        work.add(model.transformer.outputMatrix, times: logitSteps, rows: logitRows, isExact: isExact)
        return EngineRun(seconds: reading.seconds, steps: reading.steps, work: work)
    }

    private func nextID() -> RequestID {
        lastRequest += 1
        return lastRequest
    }

    /// Ids of the vocabulary that look like chance and are always the same.
    private func tokens(_ stream: UInt64, _ count: Int) -> [Int32] {
        let seed = Seeds.mix(stream)
        let size = UInt64(model.transformer.vocabularySize)
        return (0..<UInt64(count)).map { Int32(truncatingIfNeeded: Seeds.mix(seed &+ $0) % size) }
    }
}

/// How many allocations there were by the end of each step: read after each token of one sequence, on the engine's
/// thread.
private final class AllocationLog: Sendable {
    private let counts = Mutex<[UInt64]>([])

    init(steps: Int) { counts.withLock { $0.reserveCapacity(steps) } }

    /// None where nobody counts.
    var rules: StopRules {
        guard allocationCount() != nil else { return StopRules() }
        return StopRules(custom: { [self] _ in
            if let count = allocationCount() { counts.withLock { $0.append(count) } }
            return false
        })
    }

    /// Median over the steps, the first and what comes after the last left out.
    var perStep: Double? {
        let counts = counts.withLock { $0 }
        let steps = zip(counts.dropFirst(), counts).map { Double($0 - $1) }.sorted()
        return steps.isEmpty ? nil : steps[steps.count / 2]
    }
}

import ArgumentParser
import Engine
import Foundation
import ModelStore
import Runtime
import Tensors
import Transformer

/// Which model a tool works with, and the text for it where there is one: `MODEL TEXT`, or `--model MODEL TEXT`.
struct ModelChoice: ParsableArguments {
    @Argument(
        help: ArgumentHelp("A name of the manifest (as builtin-draft), or a path.", valueName: "model"),
        completion: .models)
    var first: String?
    @Argument(
        help: ArgumentHelp("A text. Without one the lines of standard input are answered.", valueName: "text"))
    var second: String?
    @Option(help: "The model, instead of the first argument.", completion: .models)
    var model: String?
    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?

    func validate() throws { _ = try Self.words(model, first, second) }

    /// The model and what stands behind it.
    static func words(
        _ model: String?, _ first: String?, _ second: String?
    ) throws -> (model: String, other: String?) {
        guard let model else {
            guard let first else { throw ValidationError("a model is missing: name one, as builtin-draft") }
            return (first, second)
        }
        guard second == nil else {
            throw ValidationError("'\(first ?? "")' and '\(second ?? "")' stand beside --model \(model): give one")
        }
        return (model, first)
    }

    func name() throws -> String { try Self.words(model, first, second).model }

    func text() throws -> String? { try Self.words(model, first, second).other }

    func load() throws -> LoadedModel { try openModel(modelPath(name(), manifest: manifest)) }
}

/// With how much of the machine a tool works.
struct ThreadOptions: ParsableArguments {
    @Option(help: "Threads that compute; all processors if not given.")
    var threads: Int?

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    func validate() throws {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        try require(
            "--threads", threadCount, "from 1 to \(processors), the processors here", 1...processors ~= threadCount)
    }
}

func openModel(_ path: String) throws -> LoadedModel {
    do {
        return try LoadedModel(path: path)
    } catch {
        throw fail(openingExitCode(error), "\(error)")
    }
}

/// The engine of a tool.
func makeEngine(
    _ model: LoadedModel, _ options: EngineOptions, onEvent: @escaping @Sendable (EngineEvent) -> Void
) throws -> Engine {
    let engine: Engine
    do {
        engine = try Engine(model: model, options: options, onEvent: onEvent)
    } catch .kernels(let error) where error.isLackOfMemory {
        throw fail(.dataError, "\(model.path): \(error)")
    } catch {
        throw fail(.usage, "\(error)")
    }
    guard !options.pinsThreads || !engine.processors.isEmpty else {
        throw fail(
            .usage, "--pin-threads: \(options.threadCount) threads want as many processors that this process may run "
                + "on; use fewer --threads")
    }
    return engine
}

/// The exit code for a model file that cannot be opened, or not be used.
func openingExitCode(_ error: any Error) -> Runtime.ExitCode {
    switch error {
    case MappedFileError.cannotOpen, MappedModelError.unreadable(.cannotOpen),
        ModelLoadError.unopened(.unreadable(.cannotOpen)):
        .noInput
    default: .dataError
    }
}

/// Checks the value of a flag: a wrong one is a usage error that names the flag and the rule.
func require(_ flag: String, _ value: some CustomStringConvertible, _ rule: String, _ holds: Bool) throws {
    guard holds else { throw ValidationError("\(flag) is \(value); it must be \(rule)") }
}

/// Where the file of a model is that a person named.
func modelPath(_ name: String, manifest: String? = nil) throws -> String {
    do {
        return try modelStore(manifest: manifest).resolve(name)
    } catch let error as ModelStoreError {
        throw fail(error.exitCode, "\(error)")
    }
}

/// How many lines a tool computes at once, and what their keys and values may take.
struct EngineFlags: ParsableArguments {
    static let sequencesDefault = 16

    @Option(help: "Lines computed at once; what comes out does not depend on it.")
    var sequences = EngineFlags.sequencesDefault
    @Option(help: "MiB for keys and values; if not given, one whole context, but at least 1024, if the memory allows.")
    var kvMemory: Int?
    @Flag(
        help: """
            Float32 activations, keys and values: the mathematics of the dequantised weights. Otherwise, where \
            weights are quantised, activations are quantised to bytes, and keys and values to float16, which is \
            several times faster.
            """)
    var exact = false
    @Flag(help: "Keep each thread on a processor of its own, of those that the process may run on (taskset).")
    var pinThreads = false

    func validate() throws {
        try require("--sequences", sequences, "from 1 to 4096", 1...4_096 ~= sequences)
        let memory = Self.memoryMiB
        if let kvMemory {
            try require("--kv-memory", kvMemory, "from 1 to \(memory), the memory here", 1...memory ~= kvMemory)
        }
    }

    private static var memoryMiB: Int { Int(ProcessInfo.processInfo.physicalMemory >> 20) }

    func engine(
        _ model: LoadedModel, threads: Int, onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) throws -> Engine {
        var options = EngineOptions.holdingContext(
            of: model.transformer.configuration, threadCount: threads, maximumSequences: sequences,
            precision: model.transformer.kvPrecision(Activations(isExact: exact)))
        options.isExact = exact
        options.pinsThreads = pinThreads
        options.kvCacheBytes = kvMemory.map { $0 << 20 } ?? min(options.kvCacheBytes, Self.memoryMiB << 20)
        return try makeEngine(model, options, onEvent: onEvent)
    }
}

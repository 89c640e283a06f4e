import Domain
import Engine
import Logging
import ModelStore
import Runtime
import Settings
import Tokenizers
import Transformer
import WorkerCore

/// Why a worker could not start: the model is not there, not whole, or not of a kind that is supported.
struct WorkerStartError: Error, CustomStringConvertible {
    let exitCode: ExitCode
    let description: String
}

/// What a worker is made of, loaded once.
struct WorkerParts: Sendable {
    /// Nil where nothing is computed: a draft that proposes by lookup alone.
    let engine: Engine?
    /// Nil where the engine writes every block.
    let lookup: PromptLookup?
    let tokenizer: Tokenizer
    let prompts: PromptWriter
    let contextLength: Int
    /// SHA-256 of the model's files as `ModelStore.digest(ofFiles:)` has it, hexadecimal.
    let modelDigest: String

    static func load(
        _ options: WorkerOptions, from models: ModelStore, log: Logger,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) throws(WorkerStartError) -> WorkerParts {
        let beganMs = Clocks.monotonicMs
        let (model, digest) = try model(options.model, from: models)
        let template: ChatTemplate
        do {
            template = try ChatTemplate.choose(options.model.template, fileText: model.chatTemplateText)
        } catch {
            throw WorkerStartError(exitCode: .configuration, description: "model \(options.model.name): \(error)")
        }
        let prompts = PromptWriter(
            template: template, system: options.model.system, message: options.model.prompt,
            marker: ModelConfiguration.problemMarker)
        if options.model.engine == .lookup {
            log.notice(
                "the vocabulary is loaded",
                metadata: ["model": "\(options.model.name)", "file": "\(model.path)", "sha256": "\(digest)"])
            return WorkerParts(
                engine: nil, lookup: .alone, tokenizer: model.tokenizer, prompts: prompts,
                contextLength: options.model.contextTokens ?? model.contextLength, modelDigest: digest)
        }
        let engine: Engine
        do {
            engine = try Engine(model: model, options: options.engine, onEvent: onEvent)
        } catch {
            throw WorkerStartError(exitCode: .configuration, description: "model \(options.model.name): \(error)")
        }
        log.notice(
            "the model is loaded",
            metadata: [
                "model": "\(options.model.name)", "file": "\(model.path)", "sha256": "\(digest)",
                "template": "\(template)", "kernels": "\(engine.kernels.rawValue)",
                "products": "\(engine.routines)", "mode": "\(engine.mode)",
                "threads": .stringConvertible(options.threads), "processors": "\(engine.placement)",
                "ms": .stringConvertible(Clocks.monotonicMs - beganMs),
            ])
        if options.pinsThreads && engine.processors.isEmpty {
            log.warning(
                "the threads are not pinned: this process may not run on as many processors",
                metadata: ["threads": .stringConvertible(options.threads)])
        }
        return WorkerParts(
            engine: engine, lookup: options.model.engine == .hybrid ? .beforeModel : nil, tokenizer: model.tokenizer,
            prompts: prompts, contextLength: engine.contextLimit, modelDigest: digest)
    }

    private static func model(
        _ model: Settings.ModelConfiguration, from models: ModelStore
    ) throws(WorkerStartError) -> (LoadedModel, digest: String) {
        do {
            let loaded = try LoadedModel(path: model.path ?? models.resolve(model.fileName))
            return (loaded, try models.digest(ofFiles: loaded.filePaths))
        } catch let error as ModelLoadError {
            guard case .unopened(.unreadable) = error else {
                throw WorkerStartError(exitCode: .dataError, description: "\(error)")
            }
            throw WorkerStartError(exitCode: .noInput, description: "\(error)")
        } catch {
            throw WorkerStartError(exitCode: .noInput, description: "\(error)")
        }
    }
}

extension Engine {
    /// How it computes, as the configuration says it.
    fileprivate var mode: String { options.isExact || !kernels.hasBytes ? "exact" : "default" }
    /// Where its threads run: `0, 2`.
    fileprivate var placement: String {
        processors.isEmpty ? "any" : processors.map(String.init).joined(separator: ", ")
    }
}

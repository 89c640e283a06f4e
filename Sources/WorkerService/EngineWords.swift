import Domain
import Engine
import Runtime
import WorkerCore

// The session's words in those of this project's engine, and back.

extension GenerateRequest {
    init(_ request: WriteRequest) {
        let sampling = request.task.sampling
        self.init(
            id: request.order.rawValue, key: SequenceKey(rawValue: request.sequence.rawValue),
            context: request.context, maximumTokens: request.task.maximumTokens,
            sampling: SamplingOptions(sampling), seed: request.task.seed, position: request.task.position,
            stop: StopRules(
                endTokens: request.endTokens,
                strings: request.task.stopsAtSteps ? [[UInt8]("\n\n".utf8)] : [],
                doubtThreshold: request.task.doubtThreshold,
                custom: request.isComplete),
            isRunAhead: request.isSpeculative)
    }
}

extension ScoreRequest {
    init(_ request: ScoringRequest) {
        self.init(
            id: request.order.rawValue, key: SequenceKey(rawValue: request.sequence.rawValue),
            context: request.context, block: request.block,
            draws: request.draws.map {
                TokenDraws(sampling: SamplingOptions($0.sampling), seed: $0.seed, position: $0.position)
            })
    }
}

extension SamplingOptions {
    fileprivate init(_ sampling: SamplingSettings) {
        self.init(
            temperature: sampling.temperature, topK: sampling.topK, topP: sampling.topP, minP: sampling.minP,
            repetitionPenalty: sampling.repetitionPenalty)
    }
}

extension EngineAnswer {
    init(_ event: EngineEvent) {
        let order = OrderID(rawValue: event.id)
        switch event {
        case .generated(_, let block, let timing):
            self = .written(
                order,
                WrittenTokens(
                    tokens: block.tokens, bytes: block.bytes, finish: block.finish.reason,
                    logProbabilities: block.logProbabilities + [block.endLogProbability].compactMap(\.self)),
                queuedMs: Int64(timing.queuedSeconds * 1_000))
        case .scored(_, let scores, let timing):
            self = .scored(
                order, logProbabilities: scores.logProbabilities, drawn: scores.drawn,
                queuedMs: Int64(timing.queuedSeconds * 1_000))
        case .failed(_, let error): self = .failed(order, EngineFault(error))
        }
    }
}

extension EngineFault {
    init(_ error: EngineError) {
        switch error {
        case .cancelled(let written): self.init(.cancelled, message: "\(error)", writtenTokens: written)
        case .modelFileChanged: self.init(.modelChanged, message: "\(error)")
        case .contextTooLong: self.init(.order(.contextTooLong), message: "\(error)")
        case .refused(.cacheTooSmall): self.init(.order(.cacheTooSmall), message: "\(error)")
        case .logitsNotFinite: self.init(.order(.nonFinite), message: "\(error)")
        case .invalidOption, .tokenOutsideVocabulary, .refused:
            self.init(.order(.invalidOrder), message: "\(error)")
        case .shutDown, .kernels, .cannotStartThread, .cannotAllocate:
            self.init(.order(.draining), message: "\(error)")
        }
    }
}

extension GeneratedBlock.Finish {
    fileprivate var reason: FinishReason {
        switch self {
        case .length: .length
        case .endToken: .endToken
        case .stopString: .step
        case .doubt: .doubt
        case .custom: .answer
        case .contextFull: .contextFull
        }
    }
}

extension EngineFigures {
    init(_ statistics: EngineStatistics) {
        self.init()
        active = statistics.active
        waiting = statistics.waiting
        writtenTokens = UInt64(statistics.generatedTokens)
        prefilledTokens = UInt64(statistics.prefilledTokens)
        kvBlocksTotal = statistics.kvBlocksTotal
        kvBlocksFree = statistics.kvBlocksFree
        computeMs = Int64(statistics.computeSeconds * 1_000)
        memoryWaitMs = Int64(statistics.memoryWaitSeconds * 1_000)
        idleMs = Int64(statistics.idleSeconds * 1_000)
    }
}

extension WorkerSession.Ending {
    var exitCode: ExitCode {
        switch self {
        case .drained: .success
        case .dismissed: .temporaryFailure
        case .refused: .configuration
        case .modelChanged: .ioError
        }
    }
}

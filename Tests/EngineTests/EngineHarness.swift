import Batching
import Transformer

@testable import Engine

/// An engine whose events can be awaited.
final class EngineHarness: Sendable {
    let engine: Engine
    private let events: AsyncStream<EngineEvent>

    init(_ model: LoadedModel, _ options: EngineOptions = EngineOptions(kvCacheBytes: 1 << 20)) throws {
        let (events, continuation) = AsyncStream.makeStream(of: EngineEvent.self)
        self.events = events
        engine = try Engine(model: model, options: options) { continuation.yield($0) }
    }

    /// Waits for so many events.
    func next(_ count: Int) async -> [RequestID: EngineEvent] {
        var result: [RequestID: EngineEvent] = [:]
        guard count > 0 else { return result }
        for await event in events {
            precondition(result.updateValue(event, forKey: event.id) == nil, "a request ended twice")
            if result.count == count { break }
        }
        return result
    }

    func answer(_ request: GenerateRequest) async -> EngineEvent {
        engine.submit(request)
        return await next(1)[request.id]!
    }

    func answer(_ request: ScoreRequest) async -> EngineEvent {
        engine.submit(request)
        return await next(1)[request.id]!
    }
}

extension EngineEvent {
    var block: GeneratedBlock? {
        if case .generated(_, let block, _) = self { block } else { nil }
    }

    var logProbabilities: [Float]? {
        if case .scored(_, let scores, _) = self { scores.logProbabilities } else { nil }
    }

    var error: EngineError? {
        if case .failed(_, let error) = self { error } else { nil }
    }

    var timing: Timing? {
        switch self {
        case .generated(_, _, let timing), .scored(_, _, let timing): timing
        case .failed: nil
        }
    }
}

extension SequenceKey: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt64) {
        self.init(rawValue: value)
    }
}

import Engine
import Foundation
import Runtime
import Synchronization

/// What an engine is asked to do for a measurement.
enum EngineWork {
    case generate(GenerateRequest)
    case score(ScoreRequest)
}

/// Puts requests to an engine in phases and takes the time of the last.
///
/// Each phase but the first is handed in on the engine's own thread when the one before has ended, between two steps:
/// so its requests begin in one step, and the clock is read without anybody having to wake up first.
final class EngineStopwatch: Sendable {
    /// What the last phase took.
    struct Reading {
        var seconds: Double
        var steps: Int
        /// Of all its requests.
        var cachedTokens: Int
        var computedTokens: Int
    }

    private struct State {
        /// While phases run.
        var engine: Engine?
        var phases: [[EngineWork]] = []
        var open = 0
        var began = ContinuousClock.now
        var stepsBefore = 0
        var cachedTokens = 0
        var computedTokens = 0
        var failure: EngineError?
    }

    private let state = Mutex(State())
    private let readings = Inbox<Result<Reading, EngineError>>()

    /// Runs the phases, at least one request in each, and waits for the end.
    func run(_ phases: [[EngineWork]], by engine: Engine) throws(EngineError) -> Reading {
        state.withLock {
            $0.engine = engine
            $0.phases = phases
            $0.failure = nil
        }
        defer { state.withLock { $0.engine = nil } }
        begin(engine)
        while true {
            if let result = readings.take().first { return try result.get() }
        }
    }

    /// What the engine calls.
    func receive(_ event: EngineEvent) {
        let now = ContinuousClock.now
        let engine = state.withLock { state -> Engine? in
            switch event {
            case .generated(_, _, let timing), .scored(_, _, let timing):
                state.cachedTokens += timing.cachedTokens
                state.computedTokens += timing.computedTokens
            case .failed(_, let error): state.failure = state.failure ?? error
            }
            state.open -= 1
            return state.open == 0 ? state.engine : nil
        }
        guard let engine else { return }
        let steps = engine.statistics().steps
        let result = state.withLock { state -> Result<Reading, EngineError>? in
            if let failure = state.failure { return .failure(failure) }
            guard state.phases.isEmpty else { return nil }
            return .success(
                Reading(
                    seconds: (now - state.began) / .seconds(1), steps: steps - state.stepsBefore,
                    cachedTokens: state.cachedTokens, computedTokens: state.computedTokens))
        }
        if let result { readings.post(result) } else { begin(engine) }
    }

    private func begin(_ engine: Engine) {
        let steps = engine.statistics().steps
        let phase = state.withLock { state -> [EngineWork] in
            let phase = state.phases.removeFirst()
            state.open = phase.count
            state.cachedTokens = 0
            state.computedTokens = 0
            state.stepsBefore = steps
            state.began = .now
            return phase
        }
        for work in phase {
            switch work {
            case .generate(let request): engine.submit(request)
            case .score(let request): engine.submit(request)
            }
        }
    }
}

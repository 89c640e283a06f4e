import Domain
import Foundation
import Planning
import Runtime
import Wire

/// Times the passes of a cluster's workers, alone and together.
struct PlanMeasurement {
    let client: Client
    let workers: [WorkerStatus]

    /// Contexts as long as those of a short problem. Where reading one takes longer than this, a quarter of it must do:
    /// on such a machine it hardly counts beside the weights.
    private static let context = 128
    private static let slowReadSeconds = 0.25
    /// Tokens that a timed pass reads in all, at most: beyond it its time is a line.
    private static let readTokensMaximum = 512
    private static let written = 8
    private static let turns = 3

    func passes() throws -> KeptFigures.Passes {
        say("a1: measuring \(workers.count) workers")
        let first = try measure(
            MeasureRequest(draft: [], target: [Probe(.read, sequences: 1, tokens: 64, context: 1)], together: false))
        let slowest = first.flatMap(\.seconds).max() ?? 0
        let isSlow = slowest > Self.slowReadSeconds
        let context = isSlow ? Self.context / 4 : Self.context
        let target = writes(.target, context) + reads(context, atMost: isSlow ? 128 : Self.readTokensMaximum)
        let alone = MeasureRequest(draft: [], target: target, together: false)
        let together = MeasureRequest(draft: writes(.draft, context), target: target, together: true)
        // In turns, so that what else the machine does meets both.
        let found = try (0..<(isSlow ? 1 : Self.turns)).map { _ in (try measure(alone), try measure(together)) }
        return KeptFigures.Passes(
            key: KeptFigures.key(of: workers), alone: middle(found.map(\.0)), together: middle(found.map(\.1)))
    }

    /// The middle one of each pass's times.
    private func middle(_ turns: [[MeasuredWorker]]) -> [MeasuredWorker] {
        turns[0].map { worker in
            let times = turns.compactMap { turn in turn.first { $0.name == worker.name }?.seconds }
            var middle = worker
            middle.seconds = worker.seconds.indices.map { pass in times.map { $0[pass] }.sorted()[times.count / 2] }
            return middle
        }
    }

    /// 1, 4 and 16 sequences, and as many as there are slots.
    private func sequences(_ role: Role) -> [Int] {
        let slots = workers.filter { $0.role == role }.map(\.slots).min() ?? 1
        return Set([1, 4, 16, slots].filter { $0 <= slots }).sorted()
    }

    private func writes(_ role: Role, _ context: Int) -> [Probe] {
        sequences(role).map { Probe(.write, sequences: $0, tokens: Self.written, context: context) }
    }

    private func reads(_ context: Int, atMost most: Int) -> [Probe] {
        sequences(.target).flatMap { sequences in
            [4, 8, 16, 64].filter { sequences == 1 || sequences * $0 <= most }
                .map { Probe(.read, sequences: sequences, tokens: $0, context: context) }
        }
    }

    private func measure(_ request: MeasureRequest) throws -> [MeasuredWorker] {
        guard case .measured(let found) = try client.ask(.measure(request), patienceMs: 90_000) else {
            throw client.unexpected()
        }
        let wanted = workers.filter { !request[$0.role].isEmpty }.map(\.name)
        let missing = wanted.filter { name in !found.contains { $0.name == name } }
        guard missing.isEmpty else {
            throw fail(
                .temporaryFailure, "\(missing.joined(separator: ", ")) did not say in a minute how fast it is; "
                    + "`a1 workers` shows its state; try again")
        }
        return found
    }
}

/// Lets the workers write a few of a batch's problems with exact takeovers, to see how long texts are and how much of
/// what is drafted stands.
struct PlanSample {
    let client: Client
    let settings: RunSettings

    private static let problems = 10
    /// What has come to its end by then must do.
    private static let patienceSeconds = 40.0

    func facts(of problems: [ProblemSpec]) throws -> TextFacts {
        let step = max(1, problems.count / Self.problems)
        var chosen = stride(from: 0, to: problems.count, by: step).prefix(Self.problems).map { problems[$0] }
        for index in chosen.indices { chosen[index].settings?.paths = nil }
        say("a1: looking at \(chosen.count) problems, one path each")
        let spec = RunSpec(
            id: RunID(ProcessFacts.randomName()), submissionKey: ProcessFacts.randomName(), name: "a1 plan",
            settings: sampleSettings)
        let before = try prefilled()
        let run = try BatchSubmission.submit(spec, chosen, to: client)
        let seconds = try waitForEnd(of: run)
        let after = try prefilled()
        let results = try ResultPages(client: client, blocks: false).all(run.rawValue)
        guard let facts = TextFacts(results, prefilled: max(0, after - before), seconds: seconds) else {
            throw fail(
                .temporaryFailure, "no path came to its end in \(Int(Self.patienceSeconds)) s (run \(run.short)): "
                    + "too slow a cluster to plan by looking at it")
        }
        return facts
    }

    /// The run's own, but for what makes every block the target's and paths follow one another: then the time of the
    /// whole says what a hand-over costs.
    private var sampleSettings: RunSettings {
        var settings = settings
        settings.strategy = .async
        settings.takeover = .coupled
        settings.rejectionRate = 1
        settings.scoring = .all
        settings.bankMode = .online
        settings.finalRejectionRate = nil
        (settings.paths, settings.problemsInFlight, settings.vote) = (1, 1, .all)
        return settings
    }

    /// Tokens that the target workers have computed so far, by heartbeats that came after this was asked.
    private func prefilled() throws -> Int {
        Thread.sleep(forTimeInterval: Double(Limits.standard.heartbeatIntervalMs) * 1.1 / 1_000)
        return try client.status().workers.filter { $0.role == .target && $0.state == .live }
            .reduce(0) { $0 + Int(clamping: $1.heartbeat.prefilledTokens) }
    }

    /// - Returns: from the run's first order to its end; nil where it was broken off.
    private func waitForEnd(of run: RunID) throws -> Double? {
        let deadline = Clocks.monotonicMs + Int64(Self.patienceSeconds * 1_000)
        while Clocks.monotonicMs < deadline {
            let status = try client.status().runs.first { $0.run == run }
            if let status, status.state != .open { return status.pace.map { Double($0.elapsedMs) / 1_000 } }
            Thread.sleep(forTimeInterval: 0.1)
        }
        guard case .cancelled = try client.ask(.cancel(run: run.rawValue)) else { throw client.unexpected() }
        return nil
    }
}

import Domain

@testable import Coordination

/// A line of a script that means no event.
struct ScriptError: Error, CustomStringConvertible {
    let description: String
}

extension ScriptRunner {
    /// The event that a line of a script means.
    func event(_ line: ScriptLine) throws -> Event {
        func word(_ index: Int) throws -> String {
            guard line.words.indices.contains(index) else {
                throw ScriptError(description: "\(line.verb): word \(index) is missing")
            }
            return line.words[index]
        }
        switch line.verb {
        case "start": return .started
        case "hello":
            let name = try word(0)
            return .workerGreeted(
                peer(line.text("peer") ?? name),
                makeHello(
                    name, try value(word(1)), incarnation: UInt64(line.int("inc") ?? 1),
                    slots: line.int("slots") ?? 2, digest: line.text("digest") ?? "digest",
                    vocabulary: line.text("vocabulary"), template: line.text("template") ?? "template",
                    kernels: line.text("kernels") ?? "", reportsLogProbabilities: !line.words.contains("mute"),
                    proposesByLookup: line.words.contains("lookup")))
        case "beat":
            return .heartbeatArrived(
                peer(try word(0)),
                Heartbeat(
                    progress: UInt64(line.int("progress") ?? 0), computeMs: Int64(line.int("compute") ?? 0),
                    isDraining: line.words.contains("draining"), heldOrders: try heldOrders(line),
                    listedThrough: try line.text("listed").map { try order($0).tag.order }))
        case "bye":
            return .workerLeft(
                peer(try word(0)),
                Farewell(
                    name: try word(0), role: try value(line.text("role") ?? "draft"), reason: line.text("reason")))
        case "unreachable":
            return .peerUnreachable(
                peer(try word(0)), undelivered: try line.words.dropFirst().first.map { try order($0).tag.order })
        case "refused": return .messageRefused(peer(try word(0)), reason: line.text("reason") ?? "")
        case "block":
            return try block(line, peer(word(0)), order(word(1)), word(2))
        case "score":
            let values = try word(2).split(separator: ",").map { Float($0)! }
            return .scoreArrived(
                peer(try word(0)),
                makeScore(
                    try order(word(1)), values,
                    tokenBytes: line.text("bytes")?.split(separator: ",").map { Int($0)! },
                    difference: difference(line)))
        case "withdrawn":
            return .orderWithdrawn(
                peer(try word(0)), WithdrawalReport(tag: try order(word(1)).tag, tokens: line.int("tokens") ?? 0))
        case "fail":
            return .orderFailed(
                peer(try word(0)),
                FailureReport(tag: try order(word(1)).tag, code: try value(word(2)), message: "so it is"))
        case "submit": return .runSubmitted(try client(word(0)), try spec(line), problems(line))
        case "cancel": return .runCancelled(try client(word(0)), run: line.words.count > 1 ? try word(1) : "")
        case "resume":
            return .runResumed(
                try client(word(0)), run: try word(1), allowsDrift: line.words.contains("drift"))
        case "measure": return .measureRequested(try client(word(0)), probes(line))
        case "measured":
            let seconds = try word(1).split(separator: ",").map { Double($0)! }
            return .probesArrived(peer(try word(0)), ProbeReport(id: UInt64(line.int("id") ?? 1), seconds: seconds))
        case "tick": return .timeReached
        case "drain": return .drainRequested
        default: throw ScriptError(description: "no event is called \(line.verb)")
        }
    }

    /// A step of one sequence, for every worker.
    private func probes(_ line: ScriptLine) -> MeasureRequest {
        let probe = Probe(.write, sequences: 1, tokens: 8, context: line.int("context") ?? 8)
        return MeasureRequest(draft: [probe], target: [probe], together: line.words.contains("together"))
    }

    private func block(_ line: ScriptLine, _ peer: PeerID, _ order: Order, _ text: String) throws -> Event {
        .blockArrived(
            peer,
            makeBlock(
                order, text.replacing("\\n", with: "\n"), tokens: line.int("tokens") ?? 4,
                finish: try value(line.text("finish") ?? "length"), vocabulary: line.text("vocabulary"),
                segment: line.int("segment").map { SegmentID(rawValue: UInt64($0)) },
                logProbabilities: line.text("own")?.split(separator: ",").map { Float($0)! }))
    }

    /// `holds=#1,#2`; all that were ever sent if not said otherwise, none with `holds=`.
    private func heldOrders(_ line: ScriptLine) throws -> [OrderID] {
        guard let names = line.text("holds") else { return allOrders }
        return try names.split(separator: ",").map { try order(String($0)).tag.order }
    }

    private func order(_ name: String) throws -> Order {
        guard let order = sentOrder(String(name.dropFirst())) else {
            throw ScriptError(description: "no order \(name) was sent")
        }
        return order
    }

    private func value<Value: RawRepresentable>(_ text: String) throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw ScriptError(description: "\(text) is no \(Value.self)")
        }
        return value
    }

    private func client(_ name: String) throws -> ClientToken {
        guard let number = UInt64(name.dropFirst()) else { throw ScriptError(description: "\(name) is no client") }
        return ClientToken(rawValue: number)
    }

    /// The place where the target draws another token, which is `drawn`, else an X.
    private func difference(_ line: ScriptLine) -> DrawDifference? {
        line.int("difference").map {
            let text = line.text("drawn") ?? "X"
            return DrawDifference(
                place: $0, token: Int32(line.int("token") ?? 88), text: [UInt8](text.utf8), endsText: text.isEmpty)
        }
    }

    private func spec(_ line: ScriptLine) throws -> RunSpec {
        var settings = makeSettings()
        if let strategy = line.text("strategy") { settings.strategy = try value(strategy) }
        if let takeover = line.text("takeover") { settings.takeover = try value(takeover) }
        if let after = line.text("after") { settings.afterMismatch = try value(after) }
        if let rate = line.text("rate") { settings.rejectionRate = Double(rate)! }
        settings.paths = line.int("paths") ?? settings.paths
        settings.rounds = line.int("rounds") ?? settings.rounds
        settings.pathTokens = line.int("pathTokens") ?? settings.pathTokens
        settings.takeoversInFlight = line.int("budget") ?? settings.takeoversInFlight
        settings.takeoversPerWorker = line.int("perWorker") ?? settings.takeoversPerWorker
        settings.runAhead = line.int("ahead") ?? settings.runAhead
        settings.problemsInFlight = line.int("problems") ?? settings.problemsInFlight
        if let rule = line.text("pattern") { settings.answerPattern = try value(rule) }
        if let vote = line.text("vote") { settings.vote = try value(vote) }
        if let score = line.text("score") { settings.score = try value(score) }
        if let scoring = line.text("scoring") { settings.scoring = try value(scoring) }
        if let unit = line.text("by") { settings.gateBy = try value(unit) }
        if let gate = line.text("gate") { settings.gate = Double(gate)! }
        if let audit = line.text("audit") { settings.audit = Double(audit)! }
        if let response = line.text("onDrift") { settings.onDrift = try value(response) }
        if let mode = line.text("mode") { settings.bankMode = try value(mode) }
        if let drift = line.text("bankDrift") { settings.bankDrift = try value(drift) }
        let run = line.text("run") ?? "aa"
        return RunSpec(
            id: RunID(run), submissionKey: line.text("key") ?? "key-\(run)", name: "batch", settings: settings,
            bank: bank(line), forecast: forecast(line))
    }

    /// `forecast=100,200`: tokens a second of the target alone, and with the draft.
    private func forecast(_ line: ScriptLine) -> RunForecast? {
        guard let rates = line.text("forecast")?.split(separator: ",").map({ Double($0)! }) else { return nil }
        return RunForecast(targetTokensPerSecond: rates[0], draftedTokensPerSecond: rates[1])
    }

    /// `bank=0.5,1.5`: scores of round 0, made with these workers' models and the settings of scripts, but for
    /// `bankTokens=`.
    private func bank(_ line: ScriptLine) -> CalibrationBank? {
        guard let scores = line.text("bank") else { return nil }
        let settings = makeSettings()
        return CalibrationBank(
            name: "earlier",
            models: Role.allCases.map { RunModel(makeHello("w", $0), isDrift: false, recordedWallMs: 0) },
            draftTokens: line.int("bankTokens") ?? settings.draftTokens, boundary: settings.boundary,
            draftSampling: settings.draftSampling,
            rounds: [.init(round: 0, scores: scores.split(separator: ",").map { Double($0)! })])
    }

    /// `answers=4,5`: two questions with these known answers.
    private func problems(_ line: ScriptLine) -> [ProblemSpec] {
        guard let answers = line.text("answers") else { return [] }
        return answers.split(separator: ",").enumerated().map { index, answer in
            ProblemSpec(id: line.text("id") ?? "p\(index)", text: "question \(index)", answer: String(answer))
        }
    }
}

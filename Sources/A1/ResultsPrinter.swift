import Domain
import Evaluation
import Foundation
import Wire

/// A run's results, asked for page by page.
struct ResultPages {
    let client: Client
    /// Whether each block comes along.
    let blocks: Bool

    /// - Parameter run: the run's name or its beginning; empty for the newest.
    func all(_ run: String) throws -> RunResults {
        var results = try page(run, first: 0)
        let name = results.summary.run.rawValue
        while results.problems.count < results.summary.problems {
            let next = try page(name, first: results.problems.count)
            guard !next.problems.isEmpty else { break }
            results.problems += next.problems
        }
        return results
    }

    /// One problem, by its number or its id, and the run's figures.
    func problem(_ name: String, of run: String) throws -> (RunSummary, ProblemResult) {
        let first = try page(run, first: 0, count: 1, blocks: false)
        let id = first.summary.run.rawValue
        guard let number = try number(of: name, in: first.summary) else {
            throw fail(
                .noInput, "run \(first.summary.run.short) has \(first.summary.problems) problems, and none is number "
                    + "or id '\(name)'; numbers begin at 0")
        }
        let found = try page(id, first: number, count: 1, blocks: blocks)
        guard let problem = found.problems.first else { throw client.unexpected() }
        return (found.summary, problem)
    }

    /// An id goes before a number.
    private func number(of name: String, in summary: RunSummary) throws -> Int? {
        var first = 0
        while first < summary.problems {
            let problems = try page(summary.run.rawValue, first: first, count: 500, blocks: false).problems
            // As bytes: two ids that Unicode calls equal are still two ids.
            if let found = problems.first(where: { $0.id.utf8.elementsEqual(name.utf8) }) { return found.problem }
            guard !problems.isEmpty else { break }
            first += problems.count
        }
        guard let number = Int(name), (0..<summary.problems).contains(number) else { return nil }
        return number
    }

    /// A page of problems; the coordinator sends fewer where they would not fit a frame.
    private func page(_ run: String, first: Int) throws -> RunResults {
        try page(run, first: first, count: blocks ? 32 : 500, blocks: blocks)
    }

    private func page(_ run: String, first: Int, count: Int, blocks: Bool) throws -> RunResults {
        let request = ClientRequest.results(run: run, firstProblem: first, problemCount: count, blocks: blocks)
        guard case .results(let results) = try client.ask(request, patienceMs: 60_000) else {
            throw client.unexpected()
        }
        return results
    }
}

/// Prints a run's results.
struct ResultsPrinter {
    enum Format {
        case table
        case json
        case csv
    }

    let client: Client
    let format: Format

    /// - Parameter run: the run's name or its beginning; empty for the newest.
    func print(_ run: String) throws {
        let results = try ResultPages(client: client, blocks: format == .json).all(run)
        switch format {
        case .json: try putJSON(Documented(results))
        case .csv: put(csv(results), terminator: "")
        case .table: put(table(results.problems) + "\n" + summary(results.summary), terminator: "")
        }
    }

    /// Of `strategy: auto`: how it went on and why, and how fast it was foretold to be.
    private func choiceRows(_ summary: RunSummary) -> [[String]] {
        func rate(_ value: Double?) -> String { value.map { String(format: "%.0f", $0) } ?? "?" }
        var rows = summary.strategyChoices.map { choice in
            [
                "from token \(choice.tokens) on",
                "\(choice.strategy.rawValue) (\(choice.reason.rawValue); tokens/s: target "
                    + "\(rate(choice.targetTokensPerSecond)), drafted \(rate(choice.draftedTokensPerSecond)))",
            ]
        }
        if let first = summary.strategyChoices.first, first.reason == .forecast, let forecast = first.forecast {
            let foretold =
                first.strategy == .target ? forecast.targetTokensPerSecond : forecast.draftedTokensPerSecond
            rows.append(["tokens/s foretold, got", "\(rate(foretold)), \(rate(summary.tokensPerSecond))"])
        }
        return rows
    }

    private func verdict(_ isRight: Bool?) -> String {
        isRight.map { $0 ? "right" : "wrong" } ?? "-"
    }

    private func table(_ problems: [ProblemResult]) -> String {
        var table = TextTable(columns: [
            ("PROBLEM", .left), ("ANSWER", .left), ("KNOWN", .left), ("", .left), ("VOTES", .right),
            ("ROUNDS", .right), ("TOKENS DRAFT", .right), ("TARGET", .right), ("TAKEN OVER", .right),
            ("SECONDS", .right),
        ])
        for problem in problems {
            table.addRow([
                shortened(problem.id, to: 32), problem.isEnded ? shortened(problem.answer ?? "none", to: 24) : "(open)",
                shortened(problem.knownAnswer ?? "-", to: 24), verdict(problem.isRight),
                "\(problem.votes)/\(problem.paths.count)", "\(problem.rounds)", "\(problem.tokens.draft)",
                "\(problem.tokens.target)", "\(problem.takeovers)/\(problem.verdicts)",
                String(format: "%.1f", problem.seconds),
            ])
        }
        return table.shown
    }

    private func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 3) + "..."
    }

    private func summary(_ summary: RunSummary) -> String {
        func share(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        let settings = summary.settings
        var table = TextTable(columns: [("RUN \(summary.run.short)", .left), ("", .left)])
        table.addRow(["name", summary.name])
        table.addRow(["state", summary.state.rawValue])
        table.addRow([
            "strategy",
            "\(settings.strategy.rawValue), \(settings.paths) paths, at most \(settings.rounds) rounds, "
                + "takeover \(settings.takeover.rawValue)",
        ])
        for row in choiceRows(summary) { table.addRow(row) }
        for model in summary.models {
            let drift = model.isDrift ? ", drift that was allowed" : ""
            table.addRow(["\(model.role.rawValue) model", "\(model.name) (\(model.shortDigest))\(drift)"])
        }
        table.addRow(["problems", "\(summary.problemsEnded) of \(summary.problems)"])
        table.addRow(["pass@1", share(summary.passAt1)])
        table.addRow(["maj@\(settings.paths)", share(summary.majority)])
        table.addRow(["pass@\(settings.paths)", share(summary.passAtM)])
        table.addRow(["rejection rate asked", share(summary.rejectionRateAsked)])
        table.addRow([
            "rejection rate got",
            "\(share(summary.rejectionRateGot)) (\(summary.takeovers) of \(summary.verdicts) verdicts"
                + (summary.rejectionRateInterval.map { "; \(promise($0, summary))" } ?? "") + ")",
        ])
        for row in gateRows(summary) { table.addRow(row) }
        if let bank = summary.bank { table.addRow(["bank", "\(bank), \(settings.bankMode.rawValue)"]) }
        if let problems = summary.rateByProblem {
            table.addRow([
                "rate by problem",
                "mean \(share(problems.mean)), standard deviation \(share(problems.sd)), "
                    + "\(percent(problems.outside)) outside \(share(summary.rejectionRateAsked)) +- 0.2",
            ])
        }
        if let first = summary.driftAlarms.first {
            let count = summary.driftAlarms.count
            table.addRow([
                "drift alarms",
                first.problems.map { driftAlarms(count, after: $0, of: summary.problems) }
                    ?? "\(count), the first in \(first.stratum ?? "the whole run") after \(first.verdicts) verdicts "
                    + "(by the rule of an earlier version)",
            ])
        }
        for row in tokenRows(summary) { table.addRow(row) }
        table.addRow(["wall time", duration(summary.wallSeconds)])
        for worker in summary.busy { table.addRow(["busy \(worker.worker)", percent(worker.busy)]) }
        if let share = summary.draftWaitShare, settings.strategy.isJudged {
            table.addRow(["draft waits for verdicts", percent(share)])
        }
        var text = table.shown
        if !summary.rateByRound.isEmpty {
            var rounds = TextTable(columns: [
                ("ROUND", .right), ("VERDICTS", .right), ("TAKEN OVER", .right),
                (summary.rejectionRateIntervalHolds == .exchangeable ? "IF EXCHANGEABLE" : "PROMISED", .right),
            ])
            for round in summary.rateByRound {
                rounds.addRow([
                    "\(round.round)", "\(round.verdicts)",
                    percent(Double(round.takeovers) / Double(max(round.verdicts, 1))),
                    round.interval.map { "\(percent($0.lowerBound)) to \(percent($0.upperBound))" } ?? "-",
                ])
            }
            text += "\n" + rounds.shown
        }
        return text
    }

    private func gateRows(_ summary: RunSummary) -> [[String]] {
        guard let gate = summary.gate else { return [] }
        func share(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        var rows = [
            [
                "\(gate.unit.rawValue)s scored",
                "\(share(gate.got)) of \(gate.units) (asked \(share(gate.asked))); "
                    + "\(gate.blocksLeftOut) blocks left out",
            ],
            ["tokens never read", "\(share(gate.neverRead)) (\(gate.tokensNeverRead) of \(gate.tokens))"],
        ]
        if let missed = gate.missed, let interval = gate.missedInterval {
            rows.append([
                "missed by the gate",
                String(
                    format: "%.0f blocks (95 %%: %.0f to %.0f), from %d audited", missed, interval.lowerBound,
                    interval.upperBound, gate.audited),
            ])
        }
        if let auc = gate.auc {
            let alarm = gate.isBlind == true
                ? "; ALARM: below \(GateFigures.lowestAUC) the draft's own score says too little: use scoring: all" : ""
            rows.append(["draft's own score (AUC)", share(auc) + alarm])
        }
        return rows
    }

    private func tokenRows(_ summary: RunSummary) -> [[String]] {
        var rows = [["tokens by draft", "\(summary.tokens.draft)"], ["tokens by target", "\(summary.tokens.target)"]]
        if summary.tokensReplaced > 0 { rows.append(["tokens replaced", "\(summary.tokensReplaced)"]) }
        if let costs = summary.takeoverCosts {
            rows.append([
                "takeovers",
                "\(costs.changedNothing) of \(summary.takeovers) changed nothing; \(costs.tokensKept) tokens kept, "
                    + "\(costs.tokensWritten) written",
            ])
        }
        if summary.discardedTokens > 0 { rows.append(["tokens discarded", "\(summary.discardedTokens)"]) }
        rows.append(["tokens/s", String(format: "%.1f", summary.tokensPerSecond)])
        return rows
    }

    /// The rates that so many verdicts allow: docs/rejection-rate.md, How far a short run may be off.
    private func promise(_ interval: ClosedRange<Double>, _ summary: RunSummary) -> String {
        let range = String(format: "%.3f to %.3f", interval.lowerBound, interval.upperBound)
        return switch summary.rejectionRateIntervalHolds {
        case .always, nil: "promised for \(summary.verdicts): \(range)"
        case .exchangeable: "if exchangeable, 95 % of runs get \(range)"
        }
    }

    private func csv(_ results: RunResults) -> String {
        CSVWriter.document(
            header: [
                "run", "problem", "id", "answer", "known_answer", "right", "votes", "paths", "rounds", "verdicts",
                "takeovers", "tokens_draft", "tokens_target", "seconds",
            ],
            rows: results.problems.map { problem in
                [
                    results.summary.run.rawValue, "\(problem.problem)", problem.id, problem.answer ?? "",
                    problem.knownAnswer ?? "", problem.isRight.map { "\($0)" } ?? "", "\(problem.votes)",
                    "\(problem.paths.count)", "\(problem.rounds)", "\(problem.verdicts)", "\(problem.takeovers)",
                    "\(problem.tokens.draft)", "\(problem.tokens.target)", String(format: "%.3f", problem.seconds),
                ]
            })
    }
}

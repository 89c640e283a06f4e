import Domain

/// What clients ask for.
extension Coordinator {
    mutating func submit(_ spec: RunSpec, _ problems: [ProblemSpec], for client: ClientToken) {
        do throws(ClientRefusal) {
            let reply = try accept(spec, problems)
            outbox.add(.reply(client, reply))
        } catch {
            log(.warning, "submission refused", fields: [.init("reason", error.description)])
            outbox.add(.reply(client, .refused(error)))
        }
    }

    private mutating func accept(_ spec: RunSpec, _ problems: [ProblemSpec]) throws(ClientRefusal) -> ClientReply {
        if let known = ledger.run(submittedAs: spec.submissionKey) {
            guard ledger.contentDigest(of: known) == ContentDigest.of(spec, problems) else {
                throw ClientRefusal(
                    code: .conflict,
                    message: "submission_key: \(spec.submissionKey) is run \(known.short) with other problems or "
                        + "settings; choose another key")
            }
            return .accepted(known, alreadyKnown: true)
        }
        guard !isDraining else {
            throw ClientRefusal(code: .draining, message: "the coordinator is going down; submit again later")
        }
        guard ledger.openRuns.count < limits.openRuns else {
            throw ClientRefusal(
                code: .tooMany,
                message: "open runs: \(ledger.openRuns.count), allowed are \(limits.openRuns); wait for one")
        }
        try check(spec, problems)
        try checkCoupling(of: spec)
        try checkLookup(of: spec)
        try checkDraft(of: spec)
        try checkBank(of: spec, problems)
        if let fault = spec.forecast?.fault { throw ClientRefusal(code: .invalid, message: "forecast: \(fault)") }
        commit(.runSubmitted(spec, problems: problems, recordedWallMs: now.wallMs))
        let run = ledger.number(of: spec.id)!
        open(run)
        watchStrategy(run, spec.forecast)
        log(
            .info, "run submitted", run: spec.id,
            fields: [
                .init("name", spec.name), .init("problems", problems.count),
                .init("paths", spec.settings.paths), .init("strategy", spec.settings.strategy.rawValue),
            ])
        return .accepted(spec.id, alreadyKnown: false)
    }

    private func check(_ spec: RunSpec, _ problems: [ProblemSpec]) throws(ClientRefusal) {
        func invalid(_ message: String) -> ClientRefusal { ClientRefusal(code: .invalid, message: message) }
        do throws(RunSettingsError) {
            _ = try spec.settings.checked(limits)
        } catch {
            throw invalid(error.description)
        }
        guard !spec.id.rawValue.isEmpty else { throw invalid("id: empty; allowed is a name of its own") }
        guard !ledger.isKnown(spec.id) else {
            throw ClientRefusal(code: .conflict, message: "id: \(spec.id) is already a run with another key")
        }
        guard !spec.submissionKey.isEmpty else { throw invalid("submission_key: empty; allowed is any text") }
        guard !problems.isEmpty else { throw invalid("problems: 0; allowed is 1...\(limits.problemsPerBatch)") }
        guard problems.count <= limits.problemsPerBatch else {
            throw ClientRefusal(
                code: .tooMany, message: "problems: \(problems.count); allowed is 1...\(limits.problemsPerBatch)")
        }
        // As bytes: two ids that Unicode calls equal are still two ids.
        var seen: [[UInt8]: Int] = [:]
        for (index, problem) in problems.enumerated() {
            guard !problem.text.isEmpty else { throw invalid("problem \(index) (\(problem.id)): no text") }
            if let fault = problem.settings?.problems(in: spec.settings, limits).first {
                throw invalid("problem \(index) (\(problem.id)): \(fault)")
            }
            if let earlier = seen.updateValue(index, forKey: Array(problem.id.utf8)) {
                throw invalid("problem \(index): the id \(problem.id) is that of problem \(earlier) as well")
            }
        }
    }

    /// As far as the workers that are here tell.
    private func checkCoupling(of spec: RunSpec) throws(ClientRefusal) {
        guard spec.settings.takeover == .coupled, spec.settings.strategy.isJudged else { return }
        let live = roster.liveWorkers
        guard let draft = live.draft, let target = live.target,
            roster[draft].hello.vocabulary != roster[target].hello.vocabulary
        else { return }
        throw ClientRefusal(code: .conflict, message: Self.couplingRule)
    }

    /// As far as the workers that are here tell.
    private func checkLookup(of spec: RunSpec) throws(ClientRefusal) {
        guard !PathPolicy(spec.settings).isExact, let draft = roster.liveWorkers.draft,
            roster[draft].hello.proposesByLookup
        else { return }
        throw ClientRefusal(code: .conflict, message: Self.lookupRule)
    }

    /// Where all are still to come the run waits for them.
    private func checkDraft(of spec: RunSpec) throws(ClientRefusal) {
        guard spec.settings.strategy == .auto, roster.hasLive(.target), !roster.hasLive(.draft) else { return }
        throw ClientRefusal(
            code: .conflict,
            message: "strategy: auto chooses between two, and no draft worker is here; start one, or take target")
    }

    private func checkBank(of spec: RunSpec, _ problems: [ProblemSpec]) throws(ClientRefusal) {
        func invalid(_ message: String) -> ClientRefusal { ClientRefusal(code: .invalid, message: message) }
        guard let bank = spec.bank else {
            guard spec.settings.bankMode == .online else {
                throw invalid("bank_mode: frozen without a bank; name one (--bank), or take online")
            }
            return
        }
        if let fault = bank.fault { throw invalid("bank: \(fault)") }
        if spec.settings.bankMode == .frozen {
            var groups = SettingsGroups(spec.settings)
            if let stranger = problems.first(where: { $0.settings.map { groups.number(of: $0) > 0 } ?? false }) {
                throw invalid(
                    "bank_mode: frozen, and problem \(stranger.id) has sampling or limits of its own, of which the "
                        + "bank has no scores; take online")
            }
        }
        guard spec.settings.scoring == .all else {
            throw invalid("bank: its scores are of all blocks, and scoring: gated ranks the least confident; use one")
        }
        guard bank.count <= limits.submittedBankScores else {
            throw invalid("bank: \(bank.count) scores; allowed are \(limits.submittedBankScores)")
        }
        guard spec.settings.bankDrift == .refuse else { return }
        let live = roster.indices.filter { roster[$0].state == .live }.map { roster[$0].hello }
        let strangers = live.compactMap { hello in bank.model(hello.role)?.difference(of: hello) }
        let differences = bank.differences(from: spec.settings) + strangers
        guard differences.isEmpty else {
            throw ClientRefusal(
                code: .conflict,
                message: "bank: \(bank.name) was made under other conditions: \(differences.joined(separator: "; ")). "
                    + "Calibrate anew (a1 calibrate), or use it all the same (--bank-drift allow)")
        }
    }

    mutating func cancel(_ name: String, for client: ClientToken) {
        do throws(ClientRefusal) {
            let id = try runNamed(name)
            if let number = ledger.number(of: id) { cancelRun(number) }
            outbox.add(.reply(client, .cancelled(id, ledger.endedRun(id)?.status.state ?? .cancelled)))
        } catch {
            outbox.add(.reply(client, .refused(error)))
        }
    }

    /// The one run whose id begins with this text.
    func runNamed(_ name: String) throws(ClientRefusal) -> RunID {
        let known = ledger.openRuns.map { ledger.runs[$0].spec.id } + ledger.endedOrder
        let found = name.isEmpty ? [] : known.filter { $0.rawValue.hasPrefix(name) }
        guard let only = found.first else {
            throw ClientRefusal(code: .unknownRun, message: "run: no run begins with \"\(name)\"")
        }
        guard found.count == 1 || only.rawValue == name else {
            throw ClientRefusal(
                code: .unknownRun, message: "run: \(found.count) runs begin with \"\(name)\"; give more digits")
        }
        return only
    }

    /// Ends every path that has been heard of; the run's own end covers the others.
    private mutating func cancelRun(_ number: Int) {
        let id = ledger.runs[number].spec.id
        for problem in ledger.runs[number].problems.indices {
            for path in openPaths(number, problem) { close(path, .cancelled, reason: nil) }
        }
        end(number, .cancelled)
        log(.info, "run cancelled", run: id)
    }
}

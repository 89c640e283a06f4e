import Domain

/// Which models a run was begun with. Scores of two models cannot be ranked together, so a run that finds another
/// model than its own waits as a whole, whichever role it is about, until someone lets it go on.
extension Coordinator {
    /// Remembers the model of the first worker of its role that gets work of the run.
    mutating func noteModel(of worker: Int, in run: Int) {
        let hello = roster[worker].hello
        guard ledger.runs[run].models[hello.role] == nil else { return }
        commit(
            .modelBegun(ledger.runs[run].spec.id, RunModel(hello, isDrift: false, recordedWallMs: now.wallMs)))
    }

    /// Finds the runs that wait because of the workers of this moment, and says so once.
    mutating func checkModels() {
        let live = roster.liveWorkers
        for run in ledger.openRuns {
            let faults = modelFaults(run, live).map(\.fault) + firmFaults(run, live)
            guard volatileRuns.noteModelFaults(run, faults) else { continue }
            let id = ledger.runs[run].spec.id
            if faults.isEmpty {
                log(.info, "run does not wait for its models any more", run: id)
            } else {
                log(
                    .warning, "run waits", run: id, fields: faults.map { .init("reason", $0) })
            }
        }
    }

    private func modelFaults(_ run: Int, _ live: RolePair<Int?>) -> [(worker: Int, fault: String)] {
        ledger.runs[run].policy.rolesNeeded.compactMap { role in
            guard let model = ledger.runs[run].models[role] ?? bankModel(run, role), let worker = live[role],
                let fault = model.difference(of: roster[worker].hello)
            else { return nil }
            return (worker, fault)
        }
    }

    /// Why the run cannot go on with these workers whatever is allowed.
    private func firmFaults(_ run: Int, _ live: RolePair<Int?>) -> [String] {
        // Without a draft that fits, such a run goes on by its target.
        (ledger.runs[run].policy.isAuto ? [] : draftFaults(run, live)) + [gateFault(run, live)].compactMap(\.self)
    }

    /// Why what this draft writes cannot become the run's text.
    func draftFaults(_ run: Int, _ live: RolePair<Int?>) -> [String] {
        [couplingFault(run, live), lookupFault(run, live)].compactMap(\.self)
    }

    /// What `firmFaults` may say.
    static let firmRules: Set = [couplingRule, gateRule, lookupRule]

    /// Why draft and target cannot draw with common random numbers, where they have to.
    private func couplingFault(_ run: Int, _ live: RolePair<Int?>) -> String? {
        guard ledger.runs[run].policy.isJudged, ledger.runs[run].policy.takeover == .coupled else { return nil }
        func vocabulary(_ role: Role) -> String? {
            live[role].map { roster[$0].hello.vocabulary } ?? ledger.runs[run].models[role]?.vocabulary
        }
        guard let draft = vocabulary(.draft), let target = vocabulary(.target), draft != target else { return nil }
        return Self.couplingRule
    }

    static let couplingRule =
        "takeover: coupled needs one vocabulary, and the models of draft and target have two; use resample"

    /// Why the draft's own scores cannot decide what is scored, where they have to.
    private func gateFault(_ run: Int, _ live: RolePair<Int?>) -> String? {
        guard ledger.runs[run].policy.ranksDrafts, let draft = live.draft,
            !roster[draft].hello.reportsLogProbabilities
        else { return nil }
        return Self.gateRule
    }

    static let gateRule =
        "scoring: gated needs a draft that reports how probable its tokens are, and this one cannot; use scoring: all"

    /// Why what the draft proposes is no text for this run.
    private func lookupFault(_ run: Int, _ live: RolePair<Int?>) -> String? {
        guard !ledger.runs[run].policy.isExact, let draft = live.draft, roster[draft].hello.proposesByLookup else {
            return nil
        }
        return Self.lookupRule
    }

    static let lookupRule =
        "engine: lookup proposes text that is no answer by itself: use strategy: auto, or async with takeover: "
        + "coupled, rejection_rate: 1 and scoring: all"

    /// The model that the run's bank was made with, which its own must be, unless that was waived.
    private func bankModel(_ run: Int, _ role: Role) -> RunModel? {
        let spec = ledger.runs[run].spec
        return spec.settings.bankDrift == .refuse ? spec.bank?.model(role) : nil
    }

    /// Lets a run go on that waits, with the models of this moment if someone says so.
    mutating func resume(_ name: String, allowsDrift: Bool, for client: ClientToken) {
        do throws(ClientRefusal) {
            let reply = try resumed(name, allowsDrift: allowsDrift)
            outbox.add(.reply(client, reply))
        } catch {
            outbox.add(.reply(client, .refused(error)))
        }
    }

    private mutating func resumed(_ name: String, allowsDrift: Bool) throws(ClientRefusal) -> ClientReply {
        let id = try runNamed(name)
        guard let run = ledger.number(of: id) else {
            let state = ledger.endedRun(id)?.status.state.rawValue ?? "over"
            throw ClientRefusal(code: .invalid, message: "run: \(id.short) is \(state); only an open run can go on")
        }
        let live = roster.liveWorkers
        let faults = modelFaults(run, live)
        if let fault = firmFaults(run, live).first {
            throw ClientRefusal(
                code: .conflict, message: "run: \(id.short) waits, and that cannot be allowed: \(fault)")
        }
        guard faults.isEmpty || allowsDrift else {
            throw ClientRefusal(
                code: .conflict,
                message: "run: \(id.short) waits: \(faults.map(\.fault).joined(separator: "; ")). Start its workers "
                    + "with the model it was begun with, or allow the drift (--allow-drift), which stays in its record")
        }
        for (worker, fault) in faults {
            let hello = roster[worker].hello
            commit(.modelBegun(id, RunModel(hello, isDrift: true, recordedWallMs: now.wallMs)))
            log(
                .warning, "run goes on with another model", run: id, worker: hello.name,
                fields: [.init("drift", fault)])
        }
        return .resumed(id, drift: faults.map(\.fault))
    }
}

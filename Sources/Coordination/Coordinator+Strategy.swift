import Domain

/// `strategy: auto`: who opens rounds, by what is measured. The choice decides which worker gets an opening block and
/// nothing else, so that a block that is out when it changes is taken all the same.
extension Coordinator {
    /// A run of `strategy: auto` is new in this life.
    mutating func watchStrategy(_ run: Int, _ forecast: RunForecast?) {
        guard ledger.runs[run].policy.isAuto else { return }
        guard let chosen = ledger.runs[run].chosen else {
            let beginning = StrategyWatch.beginning(forecast)
            watches[run] = StrategyWatch(beginning.strategy, forecast)
            record(beginning, run)
            return
        }
        // What was measured in an earlier life is what its last record says.
        watches[run] = StrategyWatch(chosen.strategy, chosen.forecast)
    }

    /// Looks whether another way is worth it for the runs that may choose.
    mutating func chooseStrategies() {
        for run in ledger.openRuns where watches[run] != nil {
            guard let change = watches[run]!.note(progress(run)) else { continue }
            record(change, run)
            moveOpeningBlocks(run)
        }
    }

    private mutating func record(_ change: StrategyWatch.Change, _ run: Int) {
        let id = ledger.runs[run].spec.id
        watches.noteChange(run, through: queue.latestOrderID)
        let (target, drafted) = (watches[run]!.targetRate, watches[run]!.draftedRate)
        commit(
            .strategyChosen(
                StrategyChoice(
                    run: id, strategy: change.strategy, reason: change.reason, targetTokensPerSecond: target,
                    draftedTokensPerSecond: drafted, tokens: ledger.runs[run].counts.standingTokens,
                    recordedWallMs: now.wallMs)))
        var fields: [LogEntry.Field] = [
            .init("strategy", change.strategy.rawValue), .init("reason", change.reason.rawValue),
        ]
        if let target { fields.append(.init("target_tokens_per_second", target)) }
        if let drafted { fields.append(.init("drafted_tokens_per_second", drafted)) }
        log(.info, "strategy chosen", run: id, fields: fields)
    }

    private func progress(_ run: Int) -> StrategyWatch.Progress {
        let counts = ledger.runs[run].counts
        let pathsLeft = ledger.runs[run].pathCount - counts.pathsEnded
        // Those under way are half done.
        let pathsDone = Double(counts.pathsEnded) + Double(queue.begunPaths(of: run)) / 2
        let perPath = counts.pathsEnded > 0 ? Double(counts.standingTokens) / pathsDone : nil
        // Walks through the orders, so only where it matters.
        let lastOld = watches[run]!.isSettling ? watches.lastOrderBeforeChange(run) : nil
        return StrategyWatch.Progress(
            nowMs: nowMs, tokens: counts.standingTokens, blocks: counts.standingBlocks,
            begunPaths: queue.begunPaths(of: run), tokensLeft: perPath.map { $0 * Double(pathsLeft) },
            hasFresh: queue.hasFresh(run), hasDraft: hasDraft(for: run),
            hasOldOrders: lastOld.map { roster.hasOrder(of: run, through: $0) } ?? false)
    }

    /// Whether what a draft worker writes can become the run's text.
    private func hasDraft(for run: Int) -> Bool {
        let live = roster.liveWorkers
        return live.draft != nil && draftFaults(run, live).isEmpty
    }

    /// Opening blocks that wait for a worker of the role before go to the other.
    private mutating func moveOpeningBlocks(_ run: Int) {
        let role = ledger.runs[run].opener.role
        for problem in ledger.runs[run].problems.indices {
            for path in openPaths(run, problem) {
                let item = WorkItemReference(path: path)
                guard let known = queue[item], known.stage == .draft, known.role != role, known.order == nil else {
                    continue
                }
                queue.remove(item)
                queue.reassign(item, role)
                queue.enqueue(item, roster)
            }
        }
    }
}

/// The watches of runs of `strategy: auto`, by the number of the run.
struct StrategyWatches: Sendable {
    private var watches: [Int: StrategyWatch] = [:]
    /// The last order before a run's last change.
    private var lastOrders: [Int: OrderID] = [:]

    subscript(run: Int) -> StrategyWatch? {
        get { watches[run] }
        set { watches[run] = newValue }
    }

    mutating func noteChange(_ run: Int, through order: OrderID) { lastOrders[run] = order }

    func lastOrderBeforeChange(_ run: Int) -> OrderID? { lastOrders[run] }

    mutating func close(_ run: Int) {
        watches[run] = nil
        lastOrders[run] = nil
    }
}

import Domain

/// Drafting beyond a block whose verdict is out: ALGORITHM.md, section 5.
extension Coordinator {
    /// Lets the draft go on beyond what it has written of the path, if it may.
    mutating func runAhead(_ reference: PathReference) {
        let policy = ledger.policy(reference)
        guard speculation.isAllowed(reference, policy), ledger.runs[reference.run].opener == .draft,
            case .scoring(let block) = ledger[reference].state
        else { return }
        speculation.begin(reference, ledger[reference], block, policy)
        guard speculation.wantsBlock(reference, policy) else { return }
        let item = WorkItemReference(path: reference, isAhead: true)
        guard queue[item].map({ $0.place == .nowhere }) ?? true else { return }
        queue.add(reference, .draft, policy.opener.role, blocksAhead: speculation.blockCount(reference))
        queue.enqueue(item, roster)
    }

    /// A block that was drafted ahead has come.
    mutating func takeAhead(_ report: BlockReport, _ reference: PathReference, worker: String) {
        speculation.add(
            DraftedBlock(report: report, worker: worker), reference, ledger.policy(reference))
        runAhead(reference)
    }

    /// The block under judgement was kept and the path goes on: what was drafted ahead is its own now.
    ///
    /// - Returns: false if nothing was.
    mutating func acceptAhead(_ reference: PathReference) -> Bool {
        guard speculation.isBegun(reference) else { return false }
        if let block = speculation.takeBlock(reference) {
            accept(block.report, reference, worker: block.worker)
            return true
        }
        guard let order = queue[WorkItemReference(path: reference, isAhead: true)]?.order else {
            dropAhead(reference)
            return false
        }
        queue.confirmAhead(reference)
        speculation.end(reference)
        roster[order.worker].confirm(order.id)
        tell(order.worker, .confirm(order.id))
        return true
    }

    /// Throws away what was drafted ahead.
    mutating func dropAhead(_ reference: PathReference) {
        guard speculation.isBegun(reference) else { return }
        withdraw(WorkItemReference(path: reference, isAhead: true))
        queue.dropAhead(reference)
        speculation.end(reference)
    }

    /// A worker says how much it had written of an order that was taken back.
    mutating func take(_ report: WithdrawalReport, from peer: PeerID) {
        guard let worker = roster.presentWorker(at: peer) else { return }
        roster[worker].hear(nowMs: nowMs)
        speculation.discard(
            report.tokens, of: report.tag.order, from: worker, ledger.number(of: report.tag.path.run))
    }

    // MARK: Waiting for verdicts

    /// Counts the paths that have changed in this step among those that wait for verdicts, or not.
    mutating func noteWaits() {
        for reference in queue.changedPaths where queue.contains(reference) {
            waits.note(
                reference, waitsAt: isWaitingForVerdict(reference) ? queue.affinity(of: reference, .draft) : nil)
        }
        queue.forgetChanges()
    }

    /// Whether the draft could write more of the path if its verdict were there, and may not or does not: it waits at
    /// a barrier, it may not run ahead at all, or it may and nobody has been asked to.
    private func isWaitingForVerdict(_ reference: PathReference) -> Bool {
        if queue[WorkItemReference(path: reference)]?.place == .atBarrier { return true }
        let policy = ledger.policy(reference)
        guard policy.isJudged, ledger[reference].state.stage == .score else { return false }
        guard speculation.isAllowed(reference, policy) else {
            guard case .scoring(let block) = ledger[reference].state else { return false }
            return ledger[reference].ifKept(block, policy).state.isOpening
        }
        return speculation.wantsBlock(reference, policy)
            && queue[WorkItemReference(path: reference, isAhead: true)]?.order == nil
    }

    /// What a look at everything finds wrong with what is counted; for tests.
    public var miscounts: [String] {
        var waiting = [Int](repeating: 0, count: roster.indices.count)
        for run in ledger.openRuns {
            for problem in ledger.runs[run].problems.indices {
                for path in openPaths(run, problem) where isWaitingForVerdict(path) {
                    if let home = queue.affinity(of: path, .draft) { waiting[home] += 1 }
                }
            }
        }
        let workers = roster.indices.filter { worker in
            waits.waitingPaths(worker) != waiting[worker]
                || roster[worker].aheadOrders != roster[worker].orders.values.count(where: \.item.isAhead)
        }
        return workers.map { "the waiting paths or orders of \(roster[$0].hello.name)" } + queue.miscounts
    }
}

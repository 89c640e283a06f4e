import Domain

/// Drafting beyond a block whose verdict is out, so that no draft worker waits for verification: ALGORITHM.md,
/// section 5.
extension Coordinator {
    /// Lets the draft go on beyond what it has written of the path, if it may.
    mutating func runAhead(_ reference: PathReference) {
        let policy = runs[reference.run].policy
        guard policy.runAhead > 0, !self[reference].desk.isBarredFromRunningAhead,
            case .scoring(let block) = self[reference].path.state
        else { return }
        if self[reference].desk.ahead == nil {
            self[reference].desk.ahead = Ahead(path: ifKept(self[reference].path, block, policy))
        }
        let ahead = self[reference].desk.ahead!
        guard ahead.piece.place == .nowhere, ahead.blocks.count < policy.runAhead, ahead.path.state == .opening else {
            return
        }
        arrivalSequence += 1
        self[reference].desk.ahead!.piece = Piece(arrival: arrivalSequence)
        enqueue(PieceReference(path: reference, isAhead: true))
    }

    /// The path as it will be if its block is kept.
    private func ifKept(_ path: Path, _ block: WrittenBlock, _ policy: PathPolicy) -> Path {
        var path = path
        do throws(IllegalPathEvent) {
            try path.advance(.judged(.keep, segment: block.segment.id), policy: policy)
        } catch {
            preconditionFailure("a block that is scored can be kept: \(error)")
        }
        return path
    }

    /// A block that was drafted ahead has come.
    mutating func takeAhead(_ report: BlockReport, _ piece: PieceReference, worker: String) {
        let policy = runs[piece.path.run].policy
        var ahead = self[piece.path].desk.ahead!
        let block = WrittenBlock(segment: report.block, finish: report.finish)
        do throws(IllegalPathEvent) {
            try ahead.path.advance(.written(block), policy: policy)
        } catch {
            preconditionFailure("a path that is opening can be written to: \(error)")
        }
        ahead.path = ifKept(ahead.path, block, policy)
        ahead.blocks.append((report, worker))
        self[piece.path].desk.ahead = ahead
        runAhead(piece.path)
        updateWaiting(piece.path)
    }

    /// The block under judgement was kept and the path goes on: what was drafted on that bet is its own now.
    ///
    /// - Returns: false if nothing was.
    mutating func winBet(_ reference: PathReference) -> Bool {
        guard var ahead = self[reference].desk.ahead, self[reference].path.state == .opening else { return false }
        if !ahead.blocks.isEmpty {
            let block = ahead.blocks.removeFirst()
            self[reference].desk.ahead = ahead
            accept(block.report, reference, worker: block.worker)
            return true
        }
        guard let order = ahead.piece.order else {
            dropAhead(reference)
            return false
        }
        self[reference].desk.due = ahead.piece
        self[reference].desk.ahead = nil
        workers[order.worker].orders[order.tag.order] = PieceReference(path: reference)
        workers[order.worker].aheadOrders -= 1
        tell(order.worker, .confirm(order.tag.order))
        updateWaiting(reference)
        return true
    }

    /// Throws away what was drafted ahead.
    mutating func dropAhead(_ reference: PathReference) {
        guard let ahead = self[reference].desk.ahead else { return }
        withdraw(PieceReference(path: reference, isAhead: true))
        self[reference].desk.ahead = nil
        runs[reference.run].discardedTokens += ahead.tokens
    }

    /// A worker says how much it had written of an order that was taken back.
    mutating func take(_ report: WithdrawalReport, from peer: PeerID) {
        guard let worker = peers[peer], workers[worker].isPresent else { return }
        workers[worker].lastHeardMs = now.monotonicMs
        discard(report.tokens, of: report.tag, at: worker)
    }

    /// Counts tokens of a run-ahead order that was taken back.
    ///
    /// - Returns: whether the order was one.
    @discardableResult
    mutating func discard(_ tokens: Int, of tag: OrderTag, at worker: Int) -> Bool {
        guard workers[worker].withdrawnAhead.remove(tag.order) != nil else { return false }
        if let run = runNumbers[tag.path.run] { runs[run].discardedTokens += max(0, tokens) }
        return true
    }

    // MARK: Waiting for verdicts

    /// Whether the draft could write more of the path if its verdict were there, and may not or does not: it waits at
    /// a barrier, it may not run ahead at all, or it may and nobody has been asked to.
    func isWaitingForVerdict(_ reference: PathReference) -> Bool {
        let policy = runs[reference.run].policy
        let desk = self[reference].desk
        if desk.due.place == .atBarrier { return true }
        guard policy.isJudged, case .scoring(let block) = self[reference].path.state else { return false }
        guard policy.runAhead > 0, !desk.isBarredFromRunningAhead else {
            return ifKept(self[reference].path, block, policy).state == .opening
        }
        guard let ahead = desk.ahead else { return false }
        return ahead.path.state == .opening && ahead.blocks.count < policy.runAhead && ahead.piece.order == nil
    }

    /// To be called whenever the answer of `isWaitingForVerdict`, or the path's draft worker, may have changed.
    mutating func updateWaiting(_ reference: PathReference) {
        let before = self[reference].desk.countedAsWaiting
        let worker = isWaitingForVerdict(reference) ? self[reference].desk.homes[.draft] : nil
        guard worker != before else { return }
        if let before { workers[before].waitingPaths -= 1 }
        if let worker { workers[worker].waitingPaths += 1 }
        self[reference].desk.countedAsWaiting = worker
    }

    /// Whether the counts of waiting paths are what a look at every path gives; for tests.
    var waitingIsCounted: Bool {
        var found = [Int](repeating: 0, count: workers.count)
        for run in openRuns {
            for problem in runs[run].problems.indices {
                for path in runs[run].problems[problem].paths.indices {
                    let reference = PathReference(run: run, problem: problem, path: path)
                    if isWaitingForVerdict(reference), let home = self[reference].desk.homes[.draft] {
                        found[home] += 1
                    }
                }
            }
        }
        return found == workers.map(\.waitingPaths) && workers.allSatisfy { worker in
            worker.aheadOrders == worker.orders.values.count(where: \.isAhead)
        }
    }

    /// Adds the time since the last step to that of every draft worker that had room and waited.
    mutating func countWaiting(until moment: Moment) {
        guard let last = lastStepMs, moment.monotonicMs > last else { return }
        for worker in workersOfRole[.draft] where workers[worker].waitingPaths > 0 {
            guard hasSpareRoom(worker) else { continue }
            workers[worker].verdictWaitMs += moment.monotonicMs - last
        }
    }
}

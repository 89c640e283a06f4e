import Conformal
import Domain

/// What workers answer to orders. Only a reply to the path's current order from the worker that has it changes
/// anything; every other is counted and dropped.
extension Coordinator {
    /// A log-probability above 0 by no more than this is rounding and means 0. Above it the reply is refused.
    static let logProbabilityTolerance: Float = 1e-6

    mutating func take(_ report: BlockReport, from peer: PeerID) {
        guard let order = current(report.tag, from: peer, tokens: report.block.tokens.count) else { return }
        if let fault = fault(in: report, to: order) {
            refuseReply(order, fault)
            return
        }
        let item = order.item
        let reference = item.path
        let name = roster[order.worker].hello.name
        measure(order, tokens: report.block.tokens.count)
        let isFull = report.block.tokens.isEmpty && report.finish == .contextFull
        if report.block.tokens.isEmpty, report.finish == .noProposal, item.isAhead {
            finish(order)
            dropAhead(reference)
            return
        }
        if isFull, item.isAhead || !isDraftOfOutlived(order) {
            finish(order)
            let model = roster[order.worker].hello.model
            giveUp(item, .contextFull, reason: "the context of \(model) is full")
            return
        }
        finish(order)
        roster[order.worker].hold(reference, also: report.block.id)
        if item.isAhead {
            takeAhead(report, reference, worker: name)
            return
        }
        queue.returnTakeoverSlot(reference, roster)
        accept(report, reference, worker: name)
    }

    /// The block is the path's.
    mutating func accept(_ report: BlockReport, _ reference: PathReference, worker name: String) {
        // The worker's own log has said that it was written.
        if outbox.logs(.debug) {
            log(
                .debug, "block accepted", path: report.tag.path, round: report.tag.round, worker: name,
                fields: [
                    .init("author", report.block.author.rawValue), .init("segment", report.block.id.description),
                    .init("tokens", report.block.tokens.count), .init("finish", report.finish.rawValue),
                ])
        }
        commit(
            .blockAccepted(
                BlockRecord(
                    path: report.tag.path, round: report.tag.round, block: report.block, finish: report.finish,
                    worker: name, attempt: report.tag.attempt, timing: report.timing,
                    recordedWallMs: now.wallMs, gate: gateRecord(report, reference))))
        proceed(reference)
    }

    /// What is wrong with a block, if anything.
    private func fault(in report: BlockReport, to order: OutstandingOrder) -> String? {
        let hello = roster[order.worker].hello
        guard let segment = order.segment else { return "a block in reply to an order to score" }
        if report.block.id != segment {
            return "the block is segment \(report.block.id); \(segment) was ordered"
        }
        if report.block.author.role != hello.role {
            return "the block's author is \(report.block.author.rawValue), the worker a \(hello.role.rawValue) worker"
        }
        if report.block.tokens.count > order.maximumTokens {
            return "the block has \(report.block.tokens.count) tokens; at most \(order.maximumTokens) were ordered"
        }
        if report.block.vocabulary != hello.vocabulary { return "the block's vocabulary is not the worker's" }
        if report.finish == .noProposal, !hello.proposesByLookup {
            return "the block ends for want of a proposal, and the worker has a model"
        }
        if report.block.tokens.isEmpty, ![.endToken, .contextFull, .noProposal].contains(report.finish) {
            return "the block is empty and did not end the text"
        }
        guard ledger.runs[order.item.path.run].policy.ranksDrafts, order.tag.stage == .draft else { return nil }
        let expected = report.block.tokens.count + (report.finish == .endToken ? 1 : 0)
        guard report.logProbabilities.count == expected else {
            return "\(report.logProbabilities.count) log-probabilities of \(expected) tokens that the draft wrote"
        }
        do throws(LogProbabilityFault) {
            _ = try Self.losses(report.logProbabilities)
        } catch {
            return error.reason
        }
        return nil
    }

    mutating func take(_ report: ScoreReport, from peer: PeerID) {
        guard let order = current(report.tag, from: peer, tokens: 0) else { return }
        let item = order.item
        let reference = item.path
        guard !item.isAhead, case .scoring(let block) = ledger[reference].state else {
            refuseReply(order, "a score in reply to an order to write")
            return
        }
        let hello = roster[order.worker].hello
        if let fault = fault(in: report, of: reference, by: hello) {
            refuseReply(order, fault)
            return
        }
        let score: BlockScore
        do throws(LogProbabilityFault) {
            let policy = ledger.runs[reference.run].policy
            score = BlockScore(
                try losses(report, of: block, by: hello), rule: policy.score, window: policy.scoreWindow)
        } catch {
            refuseReply(order, error.reason)
            return
        }
        measure(order, tokens: report.logProbabilities.count)
        finish(order)
        roster[order.worker].hold(reference, also: block.segment.id)
        let pending = PendingScore(report: report, score: score, worker: hello.name)
        if ledger[reference].isForAudit(block) {
            recordAudit(reference, block, pending)
            return
        }
        switch ledger.runs[reference.run].policy.judge {
        case .barrier:
            barrier.arrive(reference, pending)
            queue.hold(item)
            passBarrier(reference.run, reference.problem)
        case .rank:
            reach(ranked(reference, block, pending), on: reference, pending)
            proceed(reference)
        case .chance, nil:
            reach(drawn(reference), on: reference, pending)
            proceed(reference)
        }
    }

    /// What is wrong with the place where the scorer draws another token, if anything.
    private func fault(in report: ScoreReport, of reference: PathReference, by hello: Hello) -> String? {
        guard let difference = report.difference else { return nil }
        let isAsked = ledger.runs[reference.run].policy.takeover == .coupled
        guard isAsked else { return "a difference that nobody asked for" }
        if !report.logProbabilities.indices.contains(difference.place) {
            return "a difference at place \(difference.place) of \(report.logProbabilities.count)"
        }
        if !(0..<hello.vocabularySize).contains(Int(difference.token)) {
            return "token \(difference.token) of a vocabulary of \(hello.vocabularySize)"
        }
        if difference.endsText, !difference.text.isEmpty { return "a token that ends the text and writes" }
        return nil
    }

    /// The negative log-likelihood of each token of a block, nats (ALGORITHM.md, section 1).
    private func losses(
        _ report: ScoreReport, of block: WrittenBlock, by hello: Hello
    ) throws(LogProbabilityFault) -> [Double] {
        let values = report.logProbabilities
        let endToken = block.finish == .endToken ? 1 : 0
        // With one vocabulary the ids themselves were scored; with two, a token of the scorer has a byte at least.
        let expected =
            block.segment.vocabulary == hello.vocabulary
            ? block.segment.tokens.count + endToken...block.segment.tokens.count + endToken
            : 1...max(1, block.segment.text.count + endToken)
        guard !values.isEmpty, expected.contains(values.count) else {
            throw LogProbabilityFault(
                "\(values.count) log-probabilities for a block of \(block.segment.tokens.count) tokens; "
                    + "expected \(expected.lowerBound)...\(expected.upperBound)")
        }
        guard report.tokenBytes.count == values.count, report.tokenBytes.allSatisfy({ $0 >= 0 }) else {
            throw LogProbabilityFault("\(report.tokenBytes.count) token lengths for \(values.count) tokens")
        }
        return try Self.losses(values)
    }

    mutating func take(_ report: FailureReport, from peer: PeerID) {
        guard let order = current(report.tag, from: peer, tokens: 0) else { return }
        let item = order.item
        let worker = roster[order.worker].hello
        log(
            report.code == .invalidOrder ? .error : .warning, "order failed", path: report.tag.path,
            round: report.tag.round, worker: worker.name,
            fields: [
                .init("code", report.code.rawValue), .init("message", report.message),
                .init("order", report.tag.order.description),
            ])
        switch report.code {
        case .contextLost:
            loseContext(order)
        case .contextTooLong where !item.isAhead && isDraftOfOutlived(order):
            finish(order)
            accept(emptyBlock(order, worker), item.path, worker: worker.name)
        case .contextTooLong:
            finish(order)
            giveUp(item, .contextFull, reason: "\(worker.model): \(report.message)")
        case .cacheTooSmall, .nonFinite, .invalidOrder:
            finish(order)
            giveUp(item, .failed, reason: "\(report.code.rawValue) at \(worker.name): \(report.message)")
        case .draining:
            finish(order)
            forget(item.path, worker.role)
            beginDraining(order.worker)
            tryAgain(item, "\(worker.name) gave it back: \(report.message)")
        }
    }

    /// Whether the target writes on if the order's worker has no room for another token.
    private func isDraftOfOutlived(_ order: OutstandingOrder) -> Bool {
        order.tag.stage == .draft && ledger.runs[order.item.path.run].policy.outlivesDraft
    }

    /// Of a worker whose context has no room.
    private func emptyBlock(_ order: OutstandingOrder, _ worker: Hello) -> BlockReport {
        let block = Segment(id: order.segment!, author: .draft, text: [], tokens: [], vocabulary: worker.vocabulary)
        return BlockReport(
            tag: order.tag, block: block, finish: .contextFull,
            timing: WorkTiming(startedWallMs: now.wallMs, finishedWallMs: now.wallMs, queuedMs: 0))
    }

    /// The item cannot be done. One that runs ahead is left until it is due, if ever.
    mutating func giveUp(_ item: WorkItemReference, _ outcome: PathOutcome, reason: String) {
        if item.isAhead {
            speculation.bar(item.path)
            dropAhead(item.path)
        } else {
            end(item.path, outcome, reason: reason)
        }
    }

    /// The item goes back to its queue. One that runs ahead is dropped instead: what it was for may have gone. A path
    /// whose work ahead comes back again and again is drafted ahead no more.
    mutating func tryAgain(_ item: WorkItemReference, _ setback: String) {
        guard item.isAhead else {
            putBack(item, setback)
            return
        }
        speculation.noteReturn(item.path)
        dropAhead(item.path)
        runAhead(item.path)
    }

    private mutating func loseContext(_ order: OutstandingOrder) {
        let item = order.item
        guard !order.isWhole else {
            refuseReply(order, "contextLost, though the whole context came with the order")
            return
        }
        finish(order)
        roster[order.worker].drop(item.path)
        if queue.noteContextLoss(item) >= limits.contextLossesPerPiece {
            let name = roster[order.worker].hello.name
            giveUp(item, .failed, reason: "\(name) lost the context \(limits.contextLossesPerPiece) times")
        } else {
            putBack(item, "\(roster[order.worker].hello.name) lost the context")
        }
    }

    /// The worker's reply makes no sense: it is blamed, the item is ordered again, in the end the path fails.
    private mutating func refuseReply(_ order: OutstandingOrder, _ fault: String) {
        let item = order.item
        let worker = roster[order.worker].hello
        counters.refusedMessages += 1
        log(
            .error, "reply refused", path: order.tag.path, round: order.tag.round, worker: worker.name,
            fields: [.init("reason", fault), .init("order", order.tag.order.description)])
        finish(order)
        forget(item.path, worker.role)
        if queue.noteFault(item) >= limits.deathsPerPath {
            giveUp(item, .failed, reason: "\(limits.deathsPerPath) replies refused, the last: \(fault)")
        } else {
            putBack(item, "the reply of \(worker.name) was refused: \(fault)")
        }
    }

    /// Remembers how long the worker took.
    private mutating func measure(_ order: OutstandingOrder, tokens: Int) {
        roster[order.worker].note(tokens: tokens, elapsedMs: nowMs - order.sentMs)
    }

    /// The order that the tag names if the peer has it; the worker has then shown progress.
    ///
    /// - Parameter tokens: what was written, should it be in vain.
    private mutating func current(_ tag: OrderTag, from peer: PeerID, tokens: Int) -> OutstandingOrder? {
        if let worker = roster.presentWorker(at: peer) {
            roster[worker].hear(nowMs: nowMs)
            if let order = roster[worker].orders[tag.order], order.tag == tag {
                roster[worker].noteProgress(nowMs: nowMs)
                return order
            }
            // It was finished when it was taken back.
            let run = ledger.number(of: tag.path.run)
            if speculation.discard(tokens, of: tag.order, from: worker, run) { return nil }
        }
        counters.staleReplies += 1
        log(
            .debug, "stale reply dropped", path: tag.path, round: tag.round,
            worker: roster.worker(at: peer).map { roster[$0].hello.name },
            fields: [.init("order", tag.order.description), .init("stage", tag.stage.rawValue)])
        return nil
    }
}

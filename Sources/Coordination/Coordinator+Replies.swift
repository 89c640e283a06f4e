import Conformal
import Domain

/// What workers answer to orders. Only a reply to the path's current order from the worker that has it changes
/// anything; every other is counted and dropped.
extension Coordinator {
    /// A log-probability above 0 by no more than this is rounding and means 0. Above it the reply is refused.
    static let logProbabilityTolerance: Float = 1e-6

    mutating func take(_ report: BlockReport, from peer: PeerID) {
        guard let (piece, order) = current(report.tag, from: peer, tokens: report.block.tokens.count) else { return }
        if let fault = fault(in: report, to: order) {
            refuseReply(piece, order, fault)
            return
        }
        let reference = piece.path
        let name = workers[order.worker].hello.name
        measure(order, tokens: report.block.tokens.count)
        if report.block.tokens.isEmpty, report.finish == .contextFull {
            finish(piece, order)
            let model = workers[order.worker].hello.model
            giveUp(piece, .contextFull, reason: "the context of \(model) is full")
            return
        }
        finish(piece, order)
        workers[order.worker].held[reference]?.append(report.block.id)
        if piece.isAhead {
            takeAhead(report, piece, worker: name)
            return
        }
        returnTakeoverSlot(reference)
        accept(report, reference, worker: name)
    }

    /// The block is the path's.
    mutating func accept(_ report: BlockReport, _ reference: PathReference, worker name: String) {
        // The worker's own log has said that it was written.
        if configuration.leastLogLevel <= .debug {
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
                    recordedWallMs: now.wallMs)))
        proceed(reference)
    }

    /// What is wrong with a block, if anything.
    private func fault(in report: BlockReport, to order: OutstandingOrder) -> String? {
        let hello = workers[order.worker].hello
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
        if report.block.tokens.isEmpty, report.finish != .endToken, report.finish != .contextFull {
            return "the block is empty and did not end the text"
        }
        return nil
    }

    mutating func take(_ report: ScoreReport, from peer: PeerID) {
        guard let (piece, order) = current(report.tag, from: peer, tokens: 0) else { return }
        let reference = piece.path
        guard !piece.isAhead, case .scoring(let block) = self[reference].path.state else {
            refuseReply(piece, order, "a score in reply to an order to write")
            return
        }
        let hello = workers[order.worker].hello
        let score: BlockScore
        do throws(ScoreFault) {
            let policy = runs[reference.run].policy
            score = BlockScore(
                try losses(report, of: block, by: hello), rule: policy.score, window: policy.scoreWindow)
        } catch {
            refuseReply(piece, order, error.reason)
            return
        }
        measure(order, tokens: report.logProbabilities.count)
        finish(piece, order)
        workers[order.worker].held[reference]?.append(block.segment.id)
        let pending = PendingScore(report: report, score: score, worker: hello.name)
        switch runs[reference.run].policy.judge {
        case .barrier:
            self[reference].desk.score = pending
            self[reference].desk.due.place = .atBarrier
            updateWaiting(reference)
            passBarrier(reference.run, reference.problem)
        case .rank:
            reach(ranked(reference, block, pending), on: reference, pending)
            proceed(reference)
        case .chance, nil:
            reach(drawn(reference), on: reference, pending)
            proceed(reference)
        }
    }

    /// The negative log-likelihood of each token of a block, nats (ALGORITHM.md, section 1).
    private func losses(
        _ report: ScoreReport, of block: WrittenBlock, by hello: Hello
    ) throws(ScoreFault) -> [Double] {
        let values = report.logProbabilities
        let endToken = block.finish == .endToken ? 1 : 0
        // With one vocabulary the ids themselves were scored; with two, a token of the scorer has a byte at least.
        let expected =
            block.segment.vocabulary == hello.vocabulary
            ? block.segment.tokens.count + endToken...block.segment.tokens.count + endToken
            : 1...max(1, block.segment.text.count + endToken)
        guard !values.isEmpty, expected.contains(values.count) else {
            throw ScoreFault(
                reason: "\(values.count) log-probabilities for a block of \(block.segment.tokens.count) tokens; "
                    + "expected \(expected.lowerBound)...\(expected.upperBound)")
        }
        guard report.tokenBytes.count == values.count, report.tokenBytes.allSatisfy({ $0 >= 0 }) else {
            throw ScoreFault(reason: "\(report.tokenBytes.count) token lengths for \(values.count) tokens")
        }
        var losses: [Double] = []
        losses.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard value.isFinite else { throw ScoreFault(reason: "log-probability \(index) is \(value)") }
            guard value <= Self.logProbabilityTolerance else {
                throw ScoreFault(reason: "log-probability \(index) is \(value), above 0")
            }
            // Not minus the value, which would make -0 of 0.
            losses.append(0 - Double(min(value, 0)))
        }
        return losses
    }

    mutating func take(_ report: FailureReport, from peer: PeerID) {
        guard let (piece, order) = current(report.tag, from: peer, tokens: 0) else { return }
        let worker = workers[order.worker].hello
        log(
            report.code == .invalidOrder ? .error : .warning, "order failed", path: report.tag.path,
            round: report.tag.round, worker: worker.name,
            fields: [
                .init("code", report.code.rawValue), .init("message", report.message),
                .init("order", report.tag.order.description),
            ])
        switch report.code {
        case .contextLost:
            loseContext(piece, order)
        case .contextTooLong:
            finish(piece, order)
            giveUp(piece, .contextFull, reason: "\(worker.model): \(report.message)")
        case .cacheTooSmall, .nonFinite, .invalidOrder:
            finish(piece, order)
            giveUp(piece, .failed, reason: "\(report.code.rawValue) at \(worker.name): \(report.message)")
        case .draining:
            finish(piece, order)
            forget(piece.path, worker.role)
            beginDraining(order.worker)
            tryAgain(piece, "\(worker.name) gave it back: \(report.message)")
        }
    }

    /// The piece cannot be done. One that runs ahead is left until it is due, if ever.
    mutating func giveUp(_ piece: PieceReference, _ outcome: PathOutcome, reason: String) {
        if piece.isAhead {
            self[piece.path].desk.isBarredFromRunningAhead = true
            dropAhead(piece.path)
            updateWaiting(piece.path)
        } else {
            end(piece.path, outcome, reason: reason)
        }
    }

    /// The piece goes back to its queue. One that runs ahead is dropped instead: what it was for may have gone. A path
    /// whose work ahead comes back again and again is drafted ahead no more.
    mutating func tryAgain(_ piece: PieceReference, _ setback: String) {
        guard piece.isAhead else {
            putBack(piece, setback)
            return
        }
        self[piece.path].desk.aheadReturns += 1
        if self[piece.path].desk.aheadReturns >= limits.returnsPerPiece {
            self[piece.path].desk.isBarredFromRunningAhead = true
        }
        dropAhead(piece.path)
        runAhead(piece.path)
        updateWaiting(piece.path)
    }

    private mutating func loseContext(_ piece: PieceReference, _ order: OutstandingOrder) {
        guard !order.isWhole else {
            refuseReply(piece, order, "contextLost, though the whole context came with the order")
            return
        }
        finish(piece, order)
        workers[order.worker].held[piece.path] = nil
        self[piece: piece].tries.contextLosses += 1
        if self[piece: piece].tries.contextLosses >= limits.contextLossesPerPiece {
            let name = workers[order.worker].hello.name
            giveUp(piece, .failed, reason: "\(name) lost the context \(limits.contextLossesPerPiece) times")
        } else {
            putBack(piece, "\(workers[order.worker].hello.name) lost the context")
        }
    }

    /// The worker's reply makes no sense: it is blamed, the piece is ordered again, in the end the path fails.
    private mutating func refuseReply(_ piece: PieceReference, _ order: OutstandingOrder, _ fault: String) {
        let worker = workers[order.worker].hello
        counters.refusedMessages += 1
        log(
            .error, "reply refused", path: order.tag.path, round: order.tag.round, worker: worker.name,
            fields: [.init("reason", fault), .init("order", order.tag.order.description)])
        finish(piece, order)
        forget(piece.path, worker.role)
        self[piece: piece].tries.faults += 1
        if self[piece: piece].tries.faults >= limits.deathsPerPath {
            giveUp(piece, .failed, reason: "\(limits.deathsPerPath) replies refused, the last: \(fault)")
        } else {
            putBack(piece, "the reply of \(worker.name) was refused: \(fault)")
        }
    }

    /// Remembers how long the worker took.
    private mutating func measure(_ order: OutstandingOrder, tokens: Int) {
        workers[order.worker].note(tokens: tokens, elapsedMs: now.monotonicMs - order.sentMs)
    }

    /// The piece and its order if the tag names it and the peer has it; the worker has then shown progress.
    ///
    /// - Parameter tokens: what was written, should it be in vain.
    private mutating func current(
        _ tag: OrderTag, from peer: PeerID, tokens: Int
    ) -> (piece: PieceReference, order: OutstandingOrder)? {
        if let worker = peers[peer], workers[worker].isPresent {
            workers[worker].lastHeardMs = now.monotonicMs
            if let piece = workers[worker].orders[tag.order], let order = self[piece: piece].order, order.tag == tag {
                workers[worker].lastProgressMs = now.monotonicMs
                return (piece, order)
            }
            // It was finished when it was taken back.
            if discard(tokens, of: tag, at: worker) { return nil }
        }
        counters.staleReplies += 1
        log(
            .debug, "stale reply dropped", path: tag.path, round: tag.round,
            worker: peers[peer].map { workers[$0].hello.name },
            fields: [.init("order", tag.order.description), .init("stage", tag.stage.rawValue)])
        return nil
    }
}

/// Why log-probabilities do not make a score.
private struct ScoreFault: Error {
    let reason: String
}

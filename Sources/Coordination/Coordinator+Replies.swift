import Conformal
import Domain

/// What workers answer to orders. Only a reply to the path's current order from the worker that has it changes
/// anything; every other is counted and dropped.
extension Coordinator {
    /// A log-probability above 0 by no more than this is rounding and means 0. Above it the reply is refused.
    static let logProbabilityTolerance: Float = 1e-6

    mutating func take(_ report: BlockReport, from peer: PeerID) {
        guard let (reference, order) = current(report.tag, from: peer) else { return }
        if let fault = fault(in: report, to: order) {
            refuseReply(reference, order, fault)
            return
        }
        let name = workers[order.worker].hello.name
        if report.block.tokens.isEmpty, report.finish == .contextFull {
            finish(reference, order)
            let model = workers[order.worker].hello.model
            end(reference, .contextFull, reason: "the context of \(model) is full")
            return
        }
        finish(reference, order)
        workers[order.worker].held[reference]?.append(report.block.id)
        returnTakeoverSlot(reference)
        log(
            .info, "block accepted", path: report.tag.path, round: report.tag.round, worker: name,
            fields: [
                .init("author", report.block.author.rawValue), .init("segment", report.block.id.description),
                .init("tokens", "\(report.block.tokens.count)"), .init("finish", report.finish.rawValue),
            ])
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
        guard let (reference, order) = current(report.tag, from: peer) else { return }
        guard case .scoring(let block) = self[reference].path.state else {
            refuseReply(reference, order, "a score in reply to an order to write")
            return
        }
        let score: Double
        do throws(ScoreFault) {
            score = try meanScore(report, of: block, by: workers[order.worker].hello)
        } catch {
            refuseReply(reference, order, error.reason)
            return
        }
        finish(reference, order)
        workers[order.worker].held[reference]?.append(block.segment.id)
        judge(reference, block, score: score, report, worker: workers[order.worker].hello.name)
        proceed(reference)
    }

    private mutating func judge(
        _ reference: PathReference, _ block: WrittenBlock, score: Double, _ report: ScoreReport, worker: String
    ) {
        let round = self[reference].path.round
        let tieBreak = Seeds.uniform(
            Seeds.derive(
                run: runs[reference.run].spec.settings.seed, problem: reference.problem, path: reference.path,
                round: round, purpose: .pValue))
        let judgement: Judgement
        do throws(ScoreError) {
            judgement = try runs[reference.run].controller.assess(
                score: score, round: round, problem: reference.problem, tieBreak: tieBreak)
        } catch {
            preconditionFailure("a mean of checked log-probabilities is a score: \(error)")
        }
        let alarmsBefore = runs[reference.run].alarms.count
        commit(
            .verdictReached(
                VerdictRecord(
                    path: report.tag.path, round: round, segment: block.segment.id, score: score,
                    tokenCount: report.logProbabilities.count, pValue: judgement.pValue, tieBreak: tieBreak,
                    stratum: judgement.rankedIn.description, bankCount: judgement.bankCount, rate: judgement.rate,
                    verdict: judgement.verdict, worker: worker, timing: report.timing,
                    recordedWallMs: now.wallMs)))
        log(
            .info, "verdict", path: report.tag.path, round: round, worker: worker,
            fields: [
                .init("verdict", judgement.verdict.rawValue), .init("score", "\(score)"),
                .init("p_value", "\(judgement.pValue)"), .init("bank", "\(judgement.bankCount)"),
            ])
        for alarm in runs[reference.run].alarms.dropFirst(alarmsBefore) { tellDrift(alarm, reference.run) }
    }

    private mutating func tellDrift(_ alarm: DriftAlarm, _ run: Int) {
        let spec = runs[run].spec
        commit(
            .driftFound(
                DriftRecord(
                    run: spec.id, stratum: alarm.stratum?.description, verdicts: alarm.verdicts,
                    recordedWallMs: now.wallMs)))
        log(
            .warning, "the scores have drifted", run: spec.id,
            fields: [
                .init("stratum", alarm.stratum?.description ?? "whole run"), .init("verdicts", "\(alarm.verdicts)"),
                .init("response", spec.settings.onDrift.rawValue),
            ])
    }

    /// The mean negative log-likelihood of a block, nats a token (ALGORITHM.md, section 1).
    private func meanScore(
        _ report: ScoreReport, of block: WrittenBlock, by hello: Hello
    ) throws(ScoreFault) -> Double {
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
        var sum = 0.0
        for (index, value) in values.enumerated() {
            guard value.isFinite else { throw ScoreFault(reason: "log-probability \(index) is \(value)") }
            guard value <= Self.logProbabilityTolerance else {
                throw ScoreFault(reason: "log-probability \(index) is \(value), above 0")
            }
            sum -= Double(min(value, 0))
        }
        return sum / Double(values.count)
    }

    mutating func take(_ report: FailureReport, from peer: PeerID) {
        guard let (reference, order) = current(report.tag, from: peer) else { return }
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
            loseContext(reference, order)
        case .contextTooLong:
            finish(reference, order)
            end(reference, .contextFull, reason: "\(worker.model): \(report.message)")
        case .cacheTooSmall, .nonFinite, .invalidOrder:
            finish(reference, order)
            end(reference, .failed, reason: "\(report.code.rawValue) at \(worker.name): \(report.message)")
        case .draining:
            finish(reference, order)
            forget(reference, worker.role)
            beginDraining(order.worker)
            putBack(reference)
        }
    }

    private mutating func loseContext(_ reference: PathReference, _ order: OutstandingOrder) {
        guard !order.isWhole else {
            refuseReply(reference, order, "contextLost, though the whole context came with the order")
            return
        }
        finish(reference, order)
        workers[order.worker].held[reference] = nil
        self[reference].desk.tries.contextLosses += 1
        if self[reference].desk.tries.contextLosses >= limits.contextLossesPerPiece {
            let name = workers[order.worker].hello.name
            end(reference, .failed, reason: "\(name) lost the context \(limits.contextLossesPerPiece) times")
        } else {
            putBack(reference)
        }
    }

    /// The worker's reply makes no sense: it is blamed, the piece is ordered again, in the end the path fails.
    private mutating func refuseReply(_ reference: PathReference, _ order: OutstandingOrder, _ fault: String) {
        let worker = workers[order.worker].hello
        counters.refusedMessages += 1
        log(
            .error, "reply refused", path: order.tag.path, round: order.tag.round, worker: worker.name,
            fields: [.init("reason", fault), .init("order", order.tag.order.description)])
        finish(reference, order)
        forget(reference, worker.role)
        self[reference].desk.tries.faults += 1
        if self[reference].desk.tries.faults >= limits.deathsPerPath {
            end(reference, .failed, reason: "\(limits.deathsPerPath) replies refused, the last: \(fault)")
        } else {
            putBack(reference)
        }
    }

    /// The path and its order if the tag names it and the peer has it; the worker has then shown progress.
    private mutating func current(
        _ tag: OrderTag, from peer: PeerID
    ) -> (reference: PathReference, order: OutstandingOrder)? {
        if let worker = peers[peer], workers[worker].isPresent {
            workers[worker].lastHeardMs = now.monotonicMs
            if let reference = reference(tag.path), let order = self[reference].desk.order, order.tag == tag,
                order.worker == worker
            {
                workers[worker].lastProgressMs = now.monotonicMs
                return (reference, order)
            }
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

import Conformal
import Domain
import Evaluation

/// Which of the draft's text is scored.
extension Coordinator {
    /// What the gate decides about a block that the path takes; nil where it does not decide about single blocks, or
    /// the draft has written nothing.
    func gateRecord(_ report: BlockReport, _ reference: PathReference) -> GateRecord? {
        let policy = ledger.runs[reference.run].policy
        guard policy.ranksDrafts, report.block.author == .draft, !report.logProbabilities.isEmpty,
            let gate = ledger.runs[reference.run].gate
        else { return nil }
        let score: BlockScore
        do throws(LogProbabilityFault) {
            score = BlockScore(
                try Self.losses(report.logProbabilities), rule: policy.gateScore, window: policy.scoreWindow)
        } catch {
            preconditionFailure("log-probabilities were checked when they came: \(error)")
        }
        let isOpen = policy.gate == .path && ledger[reference].isRead
        return decide(gate, score.value, reference, round: ledger[reference].round, isOpen: isOpen)
    }

    /// Decides about a problem all of whose paths are drafted: by the margin of their vote.
    mutating func passGate(_ run: Int, _ problem: Int) {
        guard ledger.runs[run].isOpen, let gate = ledger.runs[run].gate, ledger.runs[run].policy.gate == .problem,
            ledger.runs[run].problems[problem].phase == .open
        else { return }
        let open = openPaths(run, problem)
        // Paths that were never begun are open.
        guard let first = open.first, open.allSatisfy({ ledger[$0].state.isDrafted }) else { return }
        let patterns = ledger.runs[run].policy.answerPatterns
        let votes = open.compactMap { reference in
            ledger[reference].answer(patterns).map { Vote(path: reference.path, answer: $0, meanScore: 0) }
        }
        let margin = Double(MajorityVote.margin(votes)) / Double(open.count)
        let record = decide(gate, 1 - margin, first, round: 0, isOpen: false)
        commit(
            .problemGated(
                ProblemGateRecord(
                    run: ledger.runs[run].spec.id, problem: problem, gate: record, recordedWallMs: now.wallMs)))
        log(
            .info, "problem gated", run: ledger.runs[run].spec.id,
            fields: [
                .init("problem", problem), .init("decision", record.decision.rawValue), .init("margin", margin),
                .init("p_value", record.pValue), .init("rate", record.rate),
            ])
        // The end of a path may decide the problem, which ends the others.
        for reference in open where queue.isOpen(problem: problem, of: run) && !ledger[reference].state.isEnded {
            proceed(reference)
        }
    }

    private func decide(
        _ gate: GateController, _ score: Double, _ reference: PathReference, round: Int, isOpen: Bool
    ) -> GateRecord {
        let seed = ledger.runs[reference.run].spec.settings.seed
        func draw(_ purpose: SeedPurpose) -> Double {
            Seeds.uniform(
                Seeds.derive(
                    run: seed, problem: reference.problem, path: reference.path, round: round, purpose: purpose))
        }
        do throws(ScoreError) {
            return try gate.decide(
                score: score, round: round, problem: reference.problem,
                group: ledger.policy(reference).settingsGroup, isOpen: isOpen, tieBreak: draw(.gate),
                auditDraw: draw(.audit))
        } catch {
            preconditionFailure("a number made of checked log-probabilities is a score: \(error)")
        }
    }

    /// The score that the audit asked for: the block stands whatever it says.
    mutating func recordAudit(_ reference: PathReference, _ block: WrittenBlock, _ pending: PendingScore) {
        commit(
            .auditScored(
                AuditRecord(
                    path: ledger.key(reference), round: ledger[reference].round, segment: block.segment.id,
                    score: pending.score.value, tokenCount: pending.report.logProbabilities.count,
                    worker: pending.worker, timing: pending.report.timing, recordedWallMs: now.wallMs)))
        log(
            .info, "audited", path: ledger.key(reference), round: ledger[reference].round, worker: pending.worker,
            fields: [.init("score", pending.score.value)])
        proceed(reference)
    }

    /// The negative log-likelihoods of tokens, nats.
    static func losses(_ logProbabilities: [Float]) throws(LogProbabilityFault) -> [Double] {
        var losses: [Double] = []
        losses.reserveCapacity(logProbabilities.count)
        for (index, value) in logProbabilities.enumerated() {
            guard value.isFinite else { throw LogProbabilityFault("log-probability \(index) is \(value)") }
            guard value <= logProbabilityTolerance else {
                throw LogProbabilityFault("log-probability \(index) is \(value), above 0")
            }
            // Not minus the value, which would make -0 of 0.
            losses.append(0 - Double(min(value, 0)))
        }
        return losses
    }
}

/// Why log-probabilities do not make a score.
struct LogProbabilityFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

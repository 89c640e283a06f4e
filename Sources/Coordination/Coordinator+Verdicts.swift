import Conformal
import Domain

/// A verdict with what led to it, whichever way it was reached.
struct Ruling: Sendable, Hashable {
    let verdict: Verdict
    let pValue: Double
    let tieBreak: Double
    let stratum: String
    let bankCount: Int
    let rate: Double
}

/// From scores to verdicts.
extension Coordinator {
    /// By the block's p-value among the earlier scores.
    func ranked(_ reference: PathReference, _ block: WrittenBlock, _ pending: PendingScore) -> Ruling {
        let u = tieBreak(reference)
        do throws(ScoreError) {
            let judgement = try runs[reference.run].controller.assess(
                score: pending.score.value, round: self[reference].path.round, problem: reference.problem, tieBreak: u,
                isFinal: self[reference].path.isFinal(block))
            return Ruling(
                verdict: judgement.verdict, pValue: judgement.pValue, tieBreak: u,
                stratum: judgement.rankedIn.description, bankCount: judgement.bankCount, rate: judgement.rate)
        } catch {
            preconditionFailure("a number made of checked log-probabilities is a score: \(error)")
        }
    }

    /// By chance.
    func drawn(_ reference: PathReference) -> Ruling {
        let u = tieBreak(reference)
        let rate = runs[reference.run].spec.settings.rejectionRate
        return Ruling(
            verdict: u < rate ? .takeOver : .keep, pValue: u, tieBreak: u, stratum: "drawn", bankCount: 0, rate: rate)
    }

    /// Uniform on [0, 1), for this path and round alone.
    func tieBreak(_ reference: PathReference) -> Double {
        Seeds.uniform(
            Seeds.derive(
                run: runs[reference.run].spec.settings.seed, problem: reference.problem, path: reference.path,
                round: self[reference].path.round, purpose: .pValue))
    }

    /// Records the verdict on the path's block.
    mutating func reach(_ ruling: Ruling, on reference: PathReference, _ pending: PendingScore) {
        guard case .scoring(let block) = self[reference].path.state else {
            preconditionFailure("\(key(reference)) has no block to be judged")
        }
        let round = self[reference].path.round
        let cut = ruling.verdict == .takeOver ? cut(reference, block, pending) : nil
        commit(
            .verdictReached(
                VerdictRecord(
                    path: key(reference), round: round, segment: block.segment.id, score: pending.score.value,
                    tokenCount: pending.report.logProbabilities.count, pValue: ruling.pValue,
                    tieBreak: ruling.tieBreak, stratum: ruling.stratum, bankCount: ruling.bankCount, rate: ruling.rate,
                    verdict: ruling.verdict, worker: pending.worker, timing: pending.report.timing,
                    recordedWallMs: now.wallMs, cut: cut)))
        log(
            .info, "verdict", path: key(reference), round: round, worker: pending.worker,
            fields: [
                .init("verdict", ruling.verdict.rawValue), .init("score", pending.score.value),
                .init("p_value", ruling.pValue), .init("rate", ruling.rate), .init("bank", ruling.bankCount),
            ])
        if ruling.verdict == .takeOver { dropAhead(reference) }
    }

    /// What stays of a block that is taken over.
    private mutating func cut(
        _ reference: PathReference, _ block: WrittenBlock, _ pending: PendingScore
    ) -> BlockCut? {
        guard runs[reference.run].policy.takeover == .resampleLine else { return nil }
        let vocabulary = runs[reference.run].models[.target]?.vocabulary
        let place = CutPlace(
            before: pending.score.worstToken, of: block.segment, tokenBytes: pending.report.tokenBytes,
            hasSameTokens: block.segment.vocabulary == vocabulary)
        guard let place else { return nil }
        return BlockCut(
            segment: self[reference].path.takeSegmentID(), bytes: place.bytes, tokens: place.tokens,
            isExact: place.isExact)
    }
}

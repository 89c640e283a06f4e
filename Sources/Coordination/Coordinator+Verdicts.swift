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
            let judgement = try ledger.runs[reference.run].controller.assess(
                score: pending.score.value, round: ledger[reference].round, problem: reference.problem,
                group: ledger.policy(reference).settingsGroup, tieBreak: u,
                isFinal: ledger[reference].isFinal(block, ledger.policy(reference)))
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
        let rate = ledger.runs[reference.run].spec.settings.rejectionRate
        return Ruling(
            verdict: u < rate ? .takeOver : .keep, pValue: u, tieBreak: u, stratum: "drawn", bankCount: 0, rate: rate)
    }

    /// Uniform on [0, 1), for this path and round alone.
    func tieBreak(_ reference: PathReference) -> Double {
        Seeds.uniform(
            Seeds.derive(
                run: ledger.runs[reference.run].spec.settings.seed, problem: reference.problem, path: reference.path,
                round: ledger[reference].round, purpose: .pValue))
    }

    /// Records the verdict on the path's block.
    mutating func reach(_ ruling: Ruling, on reference: PathReference, _ pending: PendingScore) {
        guard case .scoring(let block) = ledger[reference].state else {
            preconditionFailure("\(ledger.key(reference)) has no block to be judged")
        }
        let round = ledger[reference].round
        let cut = ruling.verdict == .takeOver ? cut(reference, block, pending) : nil
        commit(
            .verdictReached(
                VerdictRecord(
                    path: ledger.key(reference), round: round, segment: block.segment.id, score: pending.score.value,
                    tokenCount: pending.report.logProbabilities.count, pValue: ruling.pValue,
                    tieBreak: ruling.tieBreak, stratum: ruling.stratum, bankCount: ruling.bankCount, rate: ruling.rate,
                    verdict: ruling.verdict, worker: pending.worker, timing: pending.report.timing,
                    recordedWallMs: now.wallMs, cut: cut)))
        log(
            .info, "verdict", path: ledger.key(reference), round: round, worker: pending.worker,
            fields: [
                .init("verdict", ruling.verdict.rawValue), .init("score", pending.score.value),
                .init("p_value", ruling.pValue), .init("rate", ruling.rate), .init("bank", ruling.bankCount),
            ])
        guard ruling.verdict == .takeOver, cut?.segment != block.segment.id else { return }
        // What is drafted ahead goes on from the block as it was.
        dropAhead(reference)
        if ledger.runs[reference.run].policy.redrafts { replaceToken(reference, round, pending) }
    }

    /// The pass that scored the block has drawn the target's token already: it stands, and nothing is ordered.
    private mutating func replaceToken(_ reference: PathReference, _ round: Int, _ pending: PendingScore) {
        guard case .takingOver = ledger[reference].state, let difference = pending.report.difference,
            let vocabulary = ledger.runs[reference.run].models[.target]?.vocabulary
        else { return }
        let block = Segment(
            id: takeSegmentID(reference), author: .target, text: difference.text,
            tokens: difference.endsText ? [] : [difference.token], vocabulary: vocabulary)
        commit(
            .blockAccepted(
                BlockRecord(
                    path: ledger.key(reference), round: round, block: block,
                    finish: difference.endsText ? .endToken : .length, worker: pending.worker,
                    attempt: pending.report.tag.attempt, timing: pending.report.timing.ended,
                    recordedWallMs: now.wallMs)))
    }

    /// What stays of a block that is taken over.
    private mutating func cut(
        _ reference: PathReference, _ block: WrittenBlock, _ pending: PendingScore
    ) -> BlockCut? {
        let tokenBytes = pending.report.tokenBytes
        let place: CutPlace?
        switch ledger.runs[reference.run].policy.takeover {
        case .continue, .resample: return nil
        case .resampleLine:
            let vocabulary = ledger.runs[reference.run].models[.target]?.vocabulary
            place = CutPlace(
                before: pending.score.worstToken, of: block.segment, tokenBytes: tokenBytes,
                hasSameTokens: block.segment.vocabulary == vocabulary)
        case .coupled:
            guard let difference = pending.report.difference else {
                return BlockCut(
                    segment: block.segment.id, bytes: block.segment.text.count, tokens: block.segment.tokens.count,
                    isExact: true)
            }
            place = CutPlace(keeping: difference.place, of: block.segment, tokenBytes: tokenBytes)
        }
        guard let place else { return nil }
        return BlockCut(
            segment: takeSegmentID(reference), bytes: place.bytes, tokens: place.tokens, isExact: place.isExact)
    }

    // MARK: The barrier

    /// Lets on whoever waits for nobody any more: all paths of a problem finish a round before any begins the next, and
    /// their blocks are judged together.
    mutating func passBarrier(_ run: Int, _ problem: Int) {
        guard ledger.runs[run].isOpen, ledger.runs[run].policy.hasBarrier else { return }
        let open = openPaths(run, problem)
        guard let round = open.map({ ledger[$0].round }).min() else { return }
        // All of them, unless the records of an earlier life end within a round's verdicts.
        let slowest = open.filter { ledger[$0].round == round }
        if barrier.isComplete(slowest) {
            judgeTogether(slowest)
            return
        }
        for path in slowest where ledger[path].state.isOpening {
            let item = WorkItemReference(path: path)
            if queue[item]?.place == .atBarrier { queue.enqueue(item, roster) }
        }
    }

    /// Takes over the worst of these blocks.
    private mutating func judgeTogether(_ paths: [PathReference]) {
        let run = paths[0].run
        let u = tieBreak(paths[0])
        let scores = barrier.takeScores(of: paths)
        for path in paths { queue.remove(WorkItemReference(path: path)) }
        let rulings = BarrierRanking.judge(
            scores.map(\.score.value), rejectionRate: ledger.runs[run].spec.settings.rejectionRate, uniform: u)
        for (path, (pending, ruling)) in zip(paths, zip(scores, rulings)) {
            reach(
                Ruling(
                    verdict: ruling.verdict, pValue: ruling.weight, tieBreak: u, stratum: "barrier",
                    bankCount: paths.count, rate: ruling.rate),
                on: path, pending)
        }
        // Each has its verdict before any goes on: whoever is ended by its own decides nothing for the others.
        for path in paths where ledger.runs[run].isOpen && queue.isOpen(problem: path.problem, of: run) {
            if !ledger[path].state.isEnded { proceed(path) }
        }
    }
}

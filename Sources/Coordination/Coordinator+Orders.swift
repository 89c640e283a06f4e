import Domain

/// Making orders.
extension Coordinator {
    /// Orders the first block of a path that was never begun, whose problem is open.
    mutating func orderFirst(_ reference: PathReference, at worker: Int) {
        let role = roster[worker].hello.role
        queue.begin(reference)
        queue.add(reference, .draft, role)
        let item = WorkItemReference(path: reference)
        if role == .draft, let home = queue.home(ofProblemOf: reference), home != worker, roster[home].state == .live {
            queue.enqueue(item, roster)
        } else {
            order(item, at: worker)
        }
    }

    /// Orders the item at this worker, whose role fits. It has been taken out of its queue.
    mutating func order(_ item: WorkItemReference, at worker: Int) {
        let reference = item.path
        guard let known = queue[item] else { preconditionFailure("\(ledger.key(reference)) needs no work") }
        let path = item.isAhead ? PathNeed(speculation[reference]) : PathNeed(ledger[reference])
        if queue.affinity(of: reference, known.role) != worker { forget(reference, known.role) }
        queue.setAffinity(of: reference, known.role, worker)
        if roster[worker].hello.proposesByLookup { queue.setHome(ofProblemOf: reference, worker) }
        noteModel(of: worker, in: reference.run)

        let context = contextUpdate(reference, path, at: worker)
        let tag = OrderTag(
            order: queue.takeOrderID(), path: ledger.key(reference), round: path.round, attempt: known.tries.attempt,
            stage: known.stage, incarnation: roster[worker].hello.incarnation)
        let work = work(reference, path, at: known.role)
        queue.send(item, to: worker, tag.order)
        roster[worker].take(
            OutstandingOrder(
                tag: tag, item: item, worker: worker, segment: work.task?.segment,
                maximumTokens: work.task?.maximumTokens ?? 0, isWhole: context.isWhole, sentMs: nowMs))
        counters.ordersSent += 1
        volatileRuns.noteOrder(reference.run, nowMs: nowMs)
        tell(worker, .order(Order(tag: tag, context: context, work: work, isRunAhead: item.isAhead)))
        // Asked here so that the words need not be made.
        guard outbox.logs(.debug) else { return }
        log(
            .debug, "order sent", path: tag.path, round: tag.round, worker: roster[worker].hello.name,
            fields: [
                .init("order", tag.order.description), .init("stage", tag.stage.rawValue),
                .init("attempt", tag.attempt), .init("ahead", item.isAhead),
            ])
    }

    private mutating func work(_ reference: PathReference, _ path: PathNeed, at role: Role) -> Order.Work {
        switch path.state {
        case .opening: .generate(task(reference, path, by: role == .draft ? .draft : .target))
        case .takingOver: .generate(task(reference, path, by: .target))
        case .scoring(let block):
            .score(
                ScoreTask(
                    block: block.segment, endsText: block.finish == .endToken, draws: scorerDraws(reference, path)))
        case .drafted, .over, .ended: preconditionFailure("\(ledger.key(reference)) needs no work")
        }
    }

    private mutating func task(_ reference: PathReference, _ path: PathNeed, by author: Author) -> GenerateTask {
        let policy = ledger.policy(reference)
        let (seed, position) = draws(reference, path, by: author)
        let lengths = ledger.runs[reference.run].lengths
        let isJudged = policy.isJudged && author == .draft
        let best = isJudged && policy.boundary == .adaptive ? lengths.bestLength : Int.max
        let most = min(best, policy.blockTokens(author))
        return GenerateTask(
            segment: takeSegmentID(reference), maximumTokens: min(most, policy.pathTokens - path.tokens),
            sampling: policy.sampling(author), seed: seed, position: position,
            stopsAtSteps: policy.boundary == .step, stop: policy.stop,
            doubtThreshold: isJudged && policy.boundary == .doubt ? lengths.doubtThreshold : nil,
            reportsLogProbabilities: author == .draft && policy.ranksDrafts)
    }

    /// The seed of a block's draws and the position of its first token. Where a token that was just rejected would be
    /// drawn again with the same noise, every block has a seed of its own. With a seed of the problem's own the place
    /// in the batch does not count.
    private func draws(
        _ reference: PathReference, _ path: PathNeed, by author: Author
    ) -> (seed: UInt64, position: Int) {
        let policy = ledger.policy(reference)
        let isCommon = policy.hasCommonDraws
        let seed = Seeds.derive(
            run: policy.ownSeed ?? ledger.runs[reference.run].spec.settings.seed,
            problem: policy.ownSeed == nil ? reference.problem : 0, path: reference.path,
            round: isCommon ? 0 : path.round, purpose: isCommon ? .commonDraws : author.seedPurpose)
        return (seed, isCommon ? path.tokens : 0)
    }

    /// What the target would draw in the places of the block under judgement, where that matters.
    private func scorerDraws(_ reference: PathReference, _ path: PathNeed) -> ScorerDraws? {
        let policy = ledger.policy(reference)
        guard policy.takeover == .coupled else { return nil }
        let (seed, position) = draws(reference, path, by: .target)
        return ScorerDraws(sampling: policy.sampling(.target), seed: seed, position: position)
    }

    /// An id for a segment of the path that none has had.
    mutating func takeSegmentID(_ reference: PathReference) -> SegmentID {
        queue.takeSegmentID(reference, recorded: ledger[reference].nextSegment)
    }

    /// What the worker lacks of the path's standing text; afterwards it counts as holding all of it. A worker that
    /// does not, says `contextLost`.
    private mutating func contextUpdate(_ reference: PathReference, _ path: PathNeed, at worker: Int) -> ContextUpdate {
        let needed = path.standing
        guard let held = roster[worker].hold(reference, needed.map(\.id)) else {
            let prompt = ledger.runs[reference.run].problems[reference.problem].spec.prompt
            return ContextUpdate(base: .problem(prompt), segments: needed)
        }
        var common = 0
        while common < min(held.count, needed.count), held[common] == needed[common].id { common += 1 }
        let base: ContextUpdate.Base = common == 0 ? .prompt : .segment(needed[common - 1].id)
        return ContextUpdate(base: base, segments: Array(needed[common...]))
    }
}

/// What an order says of a path, as it is or as it will be if every block is kept.
private struct PathNeed {
    let state: PathState
    let round: Int
    let standing: [Segment]
    /// In standing blocks.
    let tokens: Int

    init(_ path: borrowing Path) {
        state = path.state
        round = path.round
        standing = path.standing
        tokens = path.tokens.total
    }
}

extension ContextUpdate {
    /// Whether nothing is presumed of the worker.
    var isWhole: Bool {
        switch base {
        case .problem: true
        case .prompt, .segment: false
        }
    }
}

extension Order.Work {
    /// What is to be written, if anything is.
    fileprivate var task: GenerateTask? {
        switch self {
        case .generate(let task): task
        case .score: nil
        }
    }
}

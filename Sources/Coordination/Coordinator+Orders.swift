import Domain

/// Making orders.
extension Coordinator {
    /// Orders the piece at this worker, whose role fits.
    mutating func order(_ piece: PieceReference, at worker: Int) {
        let reference = piece.path
        let path = pathState(of: piece)
        let policy = runs[reference.run].policy
        guard let stage = path.state.stage else { preconditionFailure("\(key(reference)) needs no work") }
        let role = policy.role(for: stage)
        if self[reference].desk.homes[role] != worker { forget(reference, role) }
        self[reference].desk.homes[role] = worker
        markBegun(reference)
        noteModel(of: worker, in: reference.run)

        let context = contextUpdate(reference, path, at: worker)
        orderSequence += 1
        let tag = OrderTag(
            order: OrderID(epoch: configuration.epoch, sequence: orderSequence), path: key(reference),
            round: path.round, attempt: self[piece: piece].tries.attempt, stage: stage,
            incarnation: workers[worker].hello.incarnation)
        let work = work(reference, path, policy)
        let outstanding = OutstandingOrder(
            tag: tag, worker: worker, segment: work.task?.segment, maximumTokens: work.task?.maximumTokens ?? 0,
            isWhole: context.isWhole, sentMs: now.monotonicMs)

        if workers[worker].orders.isEmpty { workers[worker].lastProgressMs = now.monotonicMs }
        workers[worker].orders[tag.order] = piece
        if piece.isAhead { workers[worker].aheadOrders += 1 }
        self[piece: piece].place = .ordered(outstanding)
        runs[reference.run].inFlight[role] += 1
        counters.ordersSent += 1
        if runs[reference.run].firstOrderMs == nil { runs[reference.run].firstOrderMs = now.monotonicMs }
        updateWaiting(reference)
        tell(worker, .order(Order(tag: tag, context: context, work: work, isRunAhead: piece.isAhead)))
        // Asked here so that the words need not be made.
        guard configuration.leastLogLevel <= .debug else { return }
        log(
            .debug, "order sent", path: tag.path, round: tag.round, worker: workers[worker].hello.name,
            fields: [
                .init("order", tag.order.description), .init("stage", stage.rawValue),
                .init("attempt", tag.attempt), .init("ahead", piece.isAhead),
            ])
    }

    /// The path as the piece finds it.
    func pathState(of piece: PieceReference) -> Path {
        piece.isAhead ? self[piece.path].desk.ahead!.path : self[piece.path].path
    }

    private mutating func work(_ reference: PathReference, _ path: Path, _ policy: PathPolicy) -> Order.Work {
        switch path.state {
        case .opening: .generate(task(reference, path, policy, by: policy.opener))
        case .takingOver: .generate(task(reference, path, policy, by: .target))
        case .scoring(let block):
            .score(ScoreTask(block: block.segment, endsText: block.finish == .endToken))
        case .over, .ended: preconditionFailure("\(key(reference)) needs no work")
        }
    }

    private mutating func task(
        _ reference: PathReference, _ path: Path, _ policy: PathPolicy, by author: Author
    ) -> GenerateTask {
        let seed = Seeds.derive(
            run: runs[reference.run].spec.settings.seed, problem: reference.problem, path: reference.path,
            round: path.round, purpose: author.seedPurpose)
        return GenerateTask(
            segment: self[reference].path.takeSegmentID(),
            maximumTokens: min(policy.blockTokens(author), path.tokensLeft(policy)),
            sampling: policy.sampling(author), seed: seed, boundary: policy.boundary)
    }

    /// What the worker lacks of the path's standing text; afterwards it counts as holding all of it. A worker that
    /// does not, says `contextLost`.
    private mutating func contextUpdate(_ reference: PathReference, _ path: Path, at worker: Int) -> ContextUpdate {
        let needed = path.standing
        let held = workers[worker].held.updateValue(needed.map { $0.id }, forKey: reference)
        guard let held else {
            let text = runs[reference.run].problems[reference.problem].spec.text
            return ContextUpdate(base: .problem(text), segments: needed)
        }
        var common = 0
        while common < min(held.count, needed.count), held[common] == needed[common].id { common += 1 }
        let base: ContextUpdate.Base = common == 0 ? .prompt : .segment(needed[common - 1].id)
        return ContextUpdate(base: base, segments: Array(needed[common...]))
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

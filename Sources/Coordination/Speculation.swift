import Domain

/// Speculative drafting: what is drafted of paths beyond the block whose verdict is out, so that no draft worker waits
/// for verification (ALGORITHM.md, section 5). Nothing of it is recorded before the verdict: with the same context and
/// the same seeds it comes out the same again.
struct Speculation: Sendable {
    private let returnsPerPiece: Int
    private var bets = PathTable<Bet>()
    /// Tokens drafted ahead of verdicts that went against them, by run.
    private var discarded: [Int: Int] = [:]
    /// Orders that were taken back, by worker, until it says how much it had written.
    private var withdrawn: [Int: Set<OrderID>] = [:]

    /// What is drafted on the bet that blocks will be kept.
    private struct Bet: Sendable {
        /// The path as it will be if every block is kept; nil where nothing is drafted ahead.
        var path: Path?
        /// Written on that bet, oldest first.
        var blocks: [DraftedBlock] = []
        /// Times that what was drafted ahead came back undone.
        var returns = 0
        var isBarred = false
    }

    init(limits: Limits) { returnsPerPiece = limits.returnsPerPiece }

    // MARK: Runs and problems

    mutating func open(run: Int, problems: Int) { bets.open(run: run, problems: problems) }

    mutating func open(problem: Int, of run: Int, paths: Int) {
        bets.open(problem: problem, of: run, Bet(), paths: paths)
    }

    mutating func close(problem: Int, of run: Int) { bets.close(problem: problem, of: run) }

    mutating func close(run: Int) {
        bets.close(run: run)
        discarded[run] = nil
    }

    /// Tokens that were drafted in vain, in this life.
    func discardedTokens(of run: Int) -> Int { discarded[run] ?? 0 }

    // MARK: Bets

    /// Whether the draft may go on beyond a block that is not judged.
    func isAllowed(_ reference: PathReference, _ policy: PathPolicy) -> Bool {
        policy.runAhead > 0 && !bets[reference].isBarred
    }

    /// The path as it will be if every block is kept; nil where nothing is drafted ahead.
    func path(_ reference: PathReference) -> Path? { bets[reference].path }

    func blockCount(_ reference: PathReference) -> Int { bets[reference].blocks.count }

    /// Whether one more block may be drafted ahead of the path.
    func wantsBlock(_ reference: PathReference, _ policy: PathPolicy) -> Bool {
        guard bets[reference].blocks.count < policy.runAhead, let path = bets[reference].path else { return false }
        return path.state.isOpening
    }

    /// Bets that the block under judgement will be kept, if that is not done yet.
    mutating func begin(_ reference: PathReference, _ path: Path, _ block: WrittenBlock, _ policy: PathPolicy) {
        guard bets[reference].path == nil else { return }
        bets[reference].path = path.ifKept(block, policy)
    }

    /// A block has come that was drafted ahead.
    mutating func add(_ drafted: DraftedBlock, _ reference: PathReference, _ policy: PathPolicy) {
        let block = WrittenBlock(segment: drafted.report.block, finish: drafted.report.finish)
        do throws(IllegalPathEvent) {
            try bets[reference].path!.advance(.written(block), policy: policy)
        } catch {
            preconditionFailure("a path that is opening can be written to: \(error)")
        }
        bets[reference].path = bets[reference].path!.ifKept(block, policy)
        bets[reference].blocks.append(drafted)
    }

    /// The oldest block is the path's own now; nil where there is none.
    mutating func takeBlock(_ reference: PathReference) -> DraftedBlock? {
        bets[reference].blocks.isEmpty ? nil : bets[reference].blocks.removeFirst()
    }

    /// The bet is over, won or lost. What is left of the blocks was in vain.
    mutating func end(_ reference: PathReference) {
        let tokens = bets[reference].blocks.reduce(0) { $0 + $1.report.block.tokens.count }
        if tokens > 0 { discarded[reference.run, default: 0] += tokens }
        bets[reference].path = nil
        bets[reference].blocks = []
    }

    /// Nothing more is drafted ahead of the path: what came back too often, or killed a worker, shall be found by work
    /// that is counted.
    mutating func bar(_ reference: PathReference) { bets[reference].isBarred = true }

    /// What was drafted ahead came back undone; too often, and it is not tried again.
    mutating func noteReturn(_ reference: PathReference) {
        bets[reference].returns += 1
        if bets[reference].returns >= returnsPerPiece { bar(reference) }
    }

    // MARK: Orders that were taken back

    mutating func withdraw(_ order: OrderID, from worker: Int) { withdrawn[worker, default: []].insert(order) }

    /// The worker is not there any more.
    mutating func forgetWithdrawn(from worker: Int) { withdrawn[worker] = nil }

    /// Counts tokens of an order that was taken back.
    ///
    /// - Parameter run: nil if it is not open.
    /// - Returns: whether the order was one.
    @discardableResult
    mutating func discard(_ tokens: Int, of order: OrderID, from worker: Int, _ run: Int?) -> Bool {
        guard withdrawn[worker]?.remove(order) != nil else { return false }
        if let run { discarded[run, default: 0] += max(0, tokens) }
        return true
    }
}

/// A block with the name of the worker that wrote it.
struct DraftedBlock: Sendable {
    let report: BlockReport
    let worker: String
}

extension Path {
    /// The path as it will be if this block, which is under judgement, is kept.
    func ifKept(_ block: WrittenBlock, _ policy: PathPolicy) -> Path {
        var path = self
        do throws(IllegalPathEvent) {
            try path.advance(.judged(.keep, segment: block.segment.id), policy: policy)
        } catch {
            preconditionFailure("a block that is scored can be kept: \(error)")
        }
        return path
    }
}

import Domain

/// Speculative drafting: what is drafted of paths beyond the block whose verdict is out, so that no draft worker waits
/// for verification (ALGORITHM.md, section 5). Nothing of it is recorded before the verdict: with the same context and
/// the same seeds it comes out the same again.
struct Speculation: Sendable {
    private let returnsPerPiece: Int
    private var drafts = PathTable<SpeculativeDraft>()
    /// Tokens drafted ahead of verdicts that went against them, by run.
    private var discarded: [Int: Int] = [:]
    /// Orders that were taken back, by worker, until it says how much it had written.
    private var withdrawn: [Int: Set<OrderID>] = [:]

    /// What is drafted before the verdicts on the blocks before it, as if these were kept.
    private struct SpeculativeDraft: Sendable {
        /// The path as it will be if every block is kept; nil where nothing is drafted ahead.
        var path: Path?
        /// Written so far, oldest first.
        var blocks: [DraftedBlock] = []
        /// Times that what was drafted ahead came back undone.
        var returns = 0
        var isBarred = false
    }

    init(limits: Limits) { returnsPerPiece = limits.returnsPerPiece }

    // MARK: Runs and problems

    mutating func open(run: Int, problems: Int) { drafts.open(run: run, problems: problems) }

    mutating func open(problem: Int, of run: Int, paths: Int) {
        drafts.open(problem: problem, of: run, SpeculativeDraft(), paths: paths)
    }

    mutating func close(problem: Int, of run: Int) { drafts.close(problem: problem, of: run) }

    mutating func close(run: Int) {
        drafts.close(run: run)
        discarded[run] = nil
    }

    /// Tokens that were drafted in vain, in this life.
    func discardedTokens(of run: Int) -> Int { discarded[run] ?? 0 }

    // MARK: Drafts

    /// Whether the draft may go on beyond a block that is not judged.
    func isAllowed(_ reference: PathReference, _ policy: PathPolicy) -> Bool {
        policy.runAhead > 0 && !drafts[reference].isBarred
    }

    /// Whether it is said how the path will be.
    func isBegun(_ reference: PathReference) -> Bool { drafts[reference].path != nil }

    /// The path as it will be if every block is kept. Read in place.
    ///
    /// - Precondition: `isBegun`.
    subscript(reference: PathReference) -> Path {
        _read { yield drafts[reference].path! }
    }

    func blockCount(_ reference: PathReference) -> Int { drafts[reference].blocks.count }

    /// Whether one more block may be drafted ahead of the path.
    func wantsBlock(_ reference: PathReference, _ policy: PathPolicy) -> Bool {
        drafts[reference].blocks.count < policy.runAhead && drafts[reference].path?.state.isOpening == true
    }

    /// Drafts on as if the block under judgement were kept, if that is not done yet.
    mutating func begin(_ reference: PathReference, _ path: Path, _ block: WrittenBlock, _ policy: PathPolicy) {
        guard drafts[reference].path == nil else { return }
        drafts[reference].path = path.ifKept(block, policy)
    }

    /// A block has come that was drafted ahead.
    mutating func add(_ drafted: DraftedBlock, _ reference: PathReference, _ policy: PathPolicy) {
        let block = WrittenBlock(segment: drafted.report.block, finish: drafted.report.finish)
        do throws(IllegalPathEvent) {
            try drafts[reference].path!.advance(.written(block), policy: policy)
        } catch {
            preconditionFailure("a path that is opening can be written to: \(error)")
        }
        drafts[reference].path = drafts[reference].path!.ifKept(block, policy)
        drafts[reference].blocks.append(drafted)
    }

    /// The oldest block is the path's own now; nil where there is none.
    mutating func takeBlock(_ reference: PathReference) -> DraftedBlock? {
        drafts[reference].blocks.isEmpty ? nil : drafts[reference].blocks.removeFirst()
    }

    /// Nothing is drafted ahead any more. What is left of the blocks was in vain.
    mutating func end(_ reference: PathReference) {
        let tokens = drafts[reference].blocks.reduce(0) { $0 + $1.report.block.tokens.count }
        if tokens > 0 { discarded[reference.run, default: 0] += tokens }
        drafts[reference].path = nil
        drafts[reference].blocks = []
    }

    /// Nothing more is drafted ahead of the path: what came back too often, or killed a worker, shall be found by work
    /// that is counted.
    mutating func bar(_ reference: PathReference) { drafts[reference].isBarred = true }

    /// What was drafted ahead came back undone; too often, and it is not tried again.
    mutating func noteReturn(_ reference: PathReference) {
        drafts[reference].returns += 1
        if drafts[reference].returns >= returnsPerPiece { bar(reference) }
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

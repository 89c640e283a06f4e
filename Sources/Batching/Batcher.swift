/// Continuous batching: decides which tokens of which requests the next step computes.
///
/// The order of use is `plan`, compute, `commit`, then `append` or `finish` for the requests whose
/// logits came out. Requests are admitted first come first served (confirmed work before run-ahead
/// work) once the blocks for their full length are set aside, so a request that has begun never runs
/// out of memory. Run-ahead work evicts nothing while there is confirmed work, and is paused where that
/// needs its place; what it has so far stays. Every step holds one row for each request that decodes;
/// what is left of the step goes to prompts and blocks, in order of admission.
///
/// Memory for a request is taken when it is admitted: steps take none.
public struct Batcher: Sendable {
    public let limits: BatchLimits
    private var table: SequenceTable
    private var requests: [RequestID: BatchRequest] = [:]
    private var waiting: [RequestID] = []
    private var active: [RequestID] = []
    /// Blocks that the step that is being planned has begun to compute. Empty between steps; keeps its memory.
    private var begun: Set<PrefixIndex.Link> = []

    public init(limits: BatchLimits) {
        self.limits = limits
        table = SequenceTable(blockCount: limits.blockCount)
        begun.reserveCapacity(limits.maximumSequences)
    }

    public var freeBlockCount: Int { table.freeBlockCount }
    public var waitingCount: Int { waiting.count }
    public var activeCount: Int { active.count }
    /// Sequences with anything cached, idle ones included.
    public var cachedSequenceCount: Int { table.sequences.count }

    public func request(_ id: RequestID) -> BatchRequest? { requests[id] }

    public func isActive(_ id: RequestID) -> Bool { active.contains(id) }

    /// Requests in hand that belong to `key`.
    public func requests(of key: SequenceKey) -> [RequestID] {
        (active + waiting).filter { requests[$0]!.key == key }
    }

    /// The tokens cached for a sequence.
    public func cachedTokens(of key: SequenceKey) -> [Int32] { table.sequences[key]?.tokens ?? [] }

    /// How many tokens are cached for a sequence.
    public func cachedLength(of key: SequenceKey) -> Int { table.length(of: key) }

    /// The KV blocks of a sequence, in order of position.
    public func blocks(of key: SequenceKey) -> [BlockID] { table.sequences[key]?.blocks ?? [] }

    // MARK: - Requests come and go

    public mutating func submit(_ request: BatchRequest) throws(BatchRefusal) {
        guard requests[request.id] == nil else { throw .identifierInUse(request.id) }
        guard !request.tokens.isEmpty else { throw .noContext }
        switch request.work {
        case .generate(let maximumTokens):
            guard maximumTokens > 0 else { throw .nothingAsked }
        case .score(let blockTokens):
            guard blockTokens > 0 else { throw .nothingAsked }
            guard blockTokens < request.tokens.count else {
                throw .blockLongerThanTokens(block: blockTokens, tokens: request.tokens.count)
            }
        }
        let needed = BlockLayout.blocks(for: request.maximumLength)
        guard needed <= limits.blockCount else {
            throw .cacheTooSmall(neededBlocks: needed, totalBlocks: limits.blockCount)
        }
        requests[request.id] = request
        let place = request.isRunAhead ? nil : waiting.firstIndex { requests[$0]!.isRunAhead }
        waiting.insert(request.id, at: place ?? waiting.endIndex)
    }

    /// Makes a run-ahead request one like any other, behind those that wait already.
    public mutating func confirm(_ id: RequestID) {
        guard requests[id]?.isRunAhead == true else { return }
        requests[id]!.isRunAhead = false
        guard let place = waiting.firstIndex(of: id) else { return }
        waiting.remove(at: place)
        waiting.insert(id, at: waiting.firstIndex { requests[$0]!.isRunAhead } ?? waiting.endIndex)
    }

    /// Ends a request, done or not. What is cached of its sequence stays cached, but may be evicted.
    public mutating func finish(_ id: RequestID) {
        guard let request = requests.removeValue(forKey: id) else { return }
        if let place = active.firstIndex(of: id) {
            active.remove(at: place)
            table.deactivate(request.key)
        } else {
            waiting.removeAll { $0 == id }
        }
    }

    /// Forgets a sequence, and ends whatever is in hand for it.
    public mutating func release(_ key: SequenceKey) {
        for id in requests(of: key) { finish(id) }
        table.remove(key)
    }

    /// Lets the idle sequence `copy` begin as what is cached of `key`. No block is copied yet.
    public mutating func fork(_ key: SequenceKey, as copy: SequenceKey) {
        release(copy)
        table.fork(key, as: copy)
    }

    /// Shortens an idle sequence. (A request whose context is shorter or different does this by itself.)
    public mutating func rewind(_ key: SequenceKey, to length: Int) {
        precondition(!table.isActive(key), "a sequence was rewound under a running request")
        table.rewind(key, to: length)
    }

    // MARK: - A step

    /// The next step, in the place of what `plan` says. Blocks for it are held from here on.
    public mutating func plan(into plan: inout StepPlan) {
        plan.removeAll()
        admitWaiting(&plan)
        planDecodes(&plan)
        planChunks(&plan)
    }

    /// Records that the plan's tokens are computed: their keys and values stand in the blocks.
    public mutating func commit(_ plan: StepPlan) {
        for chunk in plan.chunks {
            table.commit(chunk.key, requests[chunk.request]!.tokens[chunk.positions])
        }
    }

    /// Adds the token that was chosen after a request's last one.
    public mutating func append(_ token: Int32, to id: RequestID) {
        guard case .generate(let maximumTokens)? = requests[id]?.work else {
            preconditionFailure("a token was appended to a request that does not generate")
        }
        requests[id]!.tokens.append(token)
        requests[id]!.work = .generate(maximumTokens: maximumTokens - 1)
    }

    private mutating func admitWaiting(_ plan: inout StepPlan) {
        var position = 0
        while position < waiting.count {
            let request = requests[waiting[position]]!
            if table.isActive(request.key) {
                position += 1
                continue
            }
            guard active.count < limits.maximumSequences || (!request.isRunAhead && pauseRunAhead()) else { return }
            while !admit(request, &plan) {
                guard !request.isRunAhead else { return }
                guard pauseRunAhead() else {
                    plan.isWaitingForMemory = true
                    return
                }
            }
            waiting.remove(at: position)
            active.append(request.id)
        }
    }

    /// Puts the run-ahead request that was admitted last back in the line; false if none is active. Only what writes
    /// can be put off: a score's rows come out once.
    private mutating func pauseRunAhead() -> Bool {
        guard let place = active.lastIndex(where: { requests[$0]!.isRunAhead && requests[$0]!.isGeneration }) else {
            return false
        }
        let id = active.remove(at: place)
        table.deactivate(requests[id]!.key)
        waiting.insert(id, at: waiting.firstIndex { requests[$0]!.isRunAhead } ?? waiting.endIndex)
        return true
    }

    /// Sets aside the blocks that the request may need; false if others hold too many of them.
    private mutating func admit(_ request: BatchRequest, _ plan: inout StepPlan) -> Bool {
        table.adoptPrefix(request.key, of: request.tokens, limit: request.firstLogits)
        while true {
            let missing = table.missingBlocks(request.key, toReach: request.maximumLength)
            if missing <= table.freeBlockCount - promisedBlocks { break }
            guard !request.isRunAhead || !hasConfirmedWork, table.evictLeastRecentlyUsed(sparing: request.key) else {
                return false
            }
        }
        requests[request.id]!.tokens.reserveCapacity(request.maximumLength)
        table.activate(request.key, reservingTokens: request.maximumLength)
        let isWritable = table.makeTailWritable(request.key, copies: &plan.copies)
        precondition(isWritable, "no free block where one was counted")
        return true
    }

    private var hasConfirmedWork: Bool { requests.values.contains { !$0.isRunAhead } }

    /// Blocks that active requests may still take.
    private var promisedBlocks: Int {
        active.reduce(0) { $0 + table.missingBlocks(requests[$1]!.key, toReach: requests[$1]!.maximumLength) }
    }

    private mutating func planDecodes(_ plan: inout StepPlan) {
        for id in active {
            let request = requests[id]!
            if isDecoding(request) { addChunk(request, tokens: 1, to: &plan) }
        }
    }

    /// Confirmed work first.
    private mutating func planChunks(_ plan: inout StepPlan) {
        guard plan.chunks.count < active.count else { return }
        planChunks(&plan, runAhead: false)
        planChunks(&plan, runAhead: true)
        begun.removeAll(keepingCapacity: true)
    }

    /// Two requests never compute the same block in one step: the second waits and then shares it.
    private mutating func planChunks(_ plan: inout StepPlan, runAhead: Bool) {
        var left = limits.maximumStepTokens - plan.tokenCount
        for id in active where left > 0 {
            let request = requests[id]!
            guard request.isRunAhead == runAhead, !isDecoding(request) else { continue }
            table.adoptFollowingBlocks(request.key, of: request.tokens, limit: request.firstLogits)
            if let link = table.nextLink(request.key, in: request.tokens) {
                let isFirst = begun.insert(link).inserted
                guard isFirst || !canShareNextBlock(request) else { continue }
            }
            let count = min(left, request.endOfLogits - table.length(of: request.key))
            addChunk(request, tokens: count, to: &plan)
            left -= count
        }
    }

    /// Whether the request could use its next block if somebody else computed it.
    private func canShareNextBlock(_ request: BatchRequest) -> Bool {
        let length = table.length(of: request.key)
        return length.isMultiple(of: BlockLayout.tokensPerBlock)
            && length + BlockLayout.tokensPerBlock <= request.firstLogits
    }

    private func isDecoding(_ request: BatchRequest) -> Bool {
        request.isGeneration && request.tokens.count - table.length(of: request.key) == 1
    }

    private mutating func addChunk(_ request: BatchRequest, tokens count: Int, to plan: inout StepPlan) {
        let start = table.length(of: request.key)
        table.grow(request.key, by: count, copies: &plan.copies)
        let positions = start..<start + count
        let logits = (request.firstLogits..<request.endOfLogits).clamped(to: positions)
        plan.chunks.append(PlannedChunk(request: request.id, key: request.key, positions: positions, logits: logits))
    }
}

import Domain
import Evaluation

/// One path: the fold of its records.
struct Path: Sendable {
    private(set) var state = PathState.opening
    private(set) var round = 0
    /// The blocks that stand, in order.
    private(set) var standing: [Segment] = []
    /// Tokens in standing blocks.
    private(set) var tokens = TokenCounts()
    private(set) var verdicts = 0
    private(set) var takeovers = 0
    private var scoreSum = 0.0
    /// Of its first judged block; nil before.
    private(set) var firstScore: Double?
    /// The draft's own, of the first block that the gate decided about; nil before.
    private(set) var firstGateScore: Double?
    /// Reads the standing text as it grows, so that an answer that spans blocks is seen when it is complete.
    private var scanner = AnswerScanner()
    private var bytesRead = 0
    var hasBox: Bool { scanner.hasBox }
    /// Bytes of the standing text before the first stop sequence; nil while there is none.
    private var stopPlace: Int?
    /// The draft's context is full: the target writes what is left of the path.
    private var isDraftFull = false
    /// Whether a block was scored for its verdict, so that under a gate by paths all that follow are.
    private(set) var isRead = false
    /// Whether the gate has decided about the problem.
    private var isGated = false
    /// Whether the gate left the problem out and its blocks are scored for the audit.
    private var isAudited = false
    /// What the draft wrote before the gate decided about the problem, and has not been scored yet.
    private(set) var drafted: [WrittenBlock] = []
    /// Greater than the id of every recorded segment.
    private(set) var nextSegment = SegmentID(rawValue: 1)

    /// Mean over the scores of the path's judged blocks, in nats a token; 0 where nothing was judged, so that such
    /// paths are equal.
    var meanScore: Double { verdicts == 0 ? 0 : scoreSum / Double(verdicts) }

    /// Whether anything is recorded of it.
    var hasBegun: Bool { !standing.isEmpty || state != .opening || nextSegment.rawValue > 1 }

    /// Tokens the path may still write.
    func tokensLeft(_ policy: PathPolicy) -> Int { policy.pathTokens - tokens.total }

    /// The content of the last balanced box in the standing text, else what the patterns find. A character cut in two
    /// becomes U+FFFD.
    func answer(_ patterns: [AnswerPattern]) -> String? {
        let text = standing.flatMap { $0.text }
        return AnswerExtractor.answer(in: stopPlace.map { Array(text.prefix($0)) } ?? text, patterns: patterns)
    }

    /// The state that a record leads to.
    ///
    /// - Throws: when the state does not allow it; the path is then unchanged.
    mutating func advance(_ event: PathEvent, policy: PathPolicy) throws(IllegalPathEvent) {
        switch (state, event) {
        case (.opening, .written(let block)):
            if !policy.isAuto { try checkAuthor(of: block, is: policy.opener, event) }
            noteSegment(block.segment.id)
            if policy.isAuto, block.segment.author == .target {
                finishRound(on: block, policy)
            } else if isDrafting(policy) {
                if !block.segment.tokens.isEmpty || block.finish == .endToken { drafted.append(block) }
                finishRound(on: block, policy)
            } else if policy.outlivesDraft, block.isEmptyHanded {
                isDraftFull = isDraftFull || block.finish == .contextFull
                state = .takingOver
            } else if policy.isJudged, block.gate != .leaveOut {
                isRead = isRead || block.gate != .audit
                state = .scoring(block)
            } else {
                finishRound(on: block, policy)
            }
        case (.scoring(let block), .judged(let verdict, let segment, let cut)):
            guard segment == block.segment.id else { throw illegal(event) }
            var beginning: Segment?
            if let cut {
                guard verdict == .takeOver, policy.takeover.keepsBeginning, let kept = block.segment.beginning(cut)
                else { throw illegal(event) }
                noteSegment(cut.segment)
                beginning = kept
            }
            verdicts += 1
            switch verdict {
            case .keep:
                finishRound(on: block, policy)
            case .takeOver:
                takeovers += 1
                makeRoom(after: block, beginning, policy)
            }
        case (.takingOver, .written(let block)):
            try checkAuthor(of: block, is: .target, event)
            noteSegment(block.segment.id)
            finishRound(on: block, policy)
        case (.scoring(let block), .audited(let segment)):
            guard segment == block.segment.id, isForAudit(block) else { throw illegal(event) }
            finishRound(on: block, policy)
        case (.drafted(let outcome), .gated(let decision)):
            isGated = true
            if decision == .leaveOut {
                drafted = []
                state = .over(outcome)
            } else {
                beginScoring(isAudited: decision == .audit, policy)
            }
        case (.opening, .closed(let outcome)), (.scoring, .closed(let outcome)),
            (.takingOver, .closed(let outcome)), (.drafted, .closed(let outcome)), (.over, .closed(let outcome)):
            state = .ended(outcome)
            // What follows the end is only the problem's vote, which is taken before.
            standing = []
            drafted = []
        case (.opening, _), (.scoring, _), (.takingOver, _), (.drafted, _), (.over, _), (.ended, _):
            throw illegal(event)
        }
    }

    /// Whether the gate has still to decide about the problem.
    private func isDrafting(_ policy: PathPolicy) -> Bool { policy.gate == .problem && !isGated }

    /// Whether the score of the block under judgement changes nothing.
    func isForAudit(_ block: WrittenBlock) -> Bool { isAudited || block.gate == .audit }

    /// What the draft has written is scored from the beginning, as if it had just been written.
    private mutating func beginScoring(isAudited: Bool, _ policy: PathPolicy) {
        let (blocks, next) = (drafted, nextSegment)
        self = Path()
        (isGated, self.isAudited, isRead) = (true, isAudited, !isAudited)
        (drafted, nextSegment) = (blocks, next)
        openRound(policy)
    }

    /// The round's block is to be written, if the draft has not written it already.
    private mutating func openRound(_ policy: PathPolicy) {
        state = drafted.isEmpty || isDrafting(policy) ? .opening : .scoring(drafted.removeFirst())
    }

    /// Whether the path would be over with an answer or an end if this block stood.
    func isFinal(_ block: WrittenBlock, _ policy: PathPolicy) -> Bool {
        if block.finish == .endToken || stopPlace(with: block.segment, policy.stop) != nil { return true }
        var scanner = scanner
        if scanner.completes(in: block.segment.text) { return true }
        return block.finish == .answer && scanner.hasBox
    }

    /// Remembers the score that a verdict was reached on.
    mutating func note(score: Double) {
        scoreSum += score
        if firstScore == nil { firstScore = score }
    }

    /// Remembers the draft's own score of a block.
    mutating func note(gateScore score: Double) {
        if firstGateScore == nil { firstGateScore = score }
    }

    /// A block that stands ends the round, and the path if it ends it.
    private mutating func finishRound(on block: WrittenBlock, _ policy: PathPolicy) {
        let isAnswered = stand(block.segment, policy)
        if let outcome = outcome(of: block, isAnswered: isAnswered, policy) {
            state = isDrafting(policy) ? .drafted(outcome) : .over(outcome)
            return
        }
        if isAudited, drafted.isEmpty {
            // Its draft had no room for another token.
            state = .over(.contextFull)
            return
        }
        round += 1
        isDraftFull = isDraftFull || block.finish == .contextFull
        if isDraftFull || block.finish == .noProposal { state = .takingOver } else { openRound(policy) }
    }

    /// How the path ends with this block, which stands; nil if it goes on.
    private func outcome(of block: WrittenBlock, isAnswered: Bool, _ policy: PathPolicy) -> PathOutcome? {
        if isAnswered || block.finish == .answer && hasBox { return .answered }
        // A box in a block that was taken over was no answer then; the target that ends the text agrees to it.
        if block.finish == .endToken || stopPlace != nil { return hasBox ? .answered : .ended }
        let mayOutlive = block.segment.author == .draft && policy.outlivesDraft && !isDrafting(policy)
        if block.finish == .contextFull, !mayOutlive { return .contextFull }
        if tokensLeft(policy) <= 0 { return .tokensExhausted }
        if let rounds = policy.rounds, round + 1 >= rounds { return .roundsExhausted }
        return nil
    }

    /// The block is taken over: it stays and the target goes on after it, or it goes, but for its beginning.
    private mutating func makeRoom(after block: WrittenBlock, _ beginning: Segment?, _ policy: PathPolicy) {
        let kept: Segment?
        switch policy.takeover {
        case .resample, .resampleLine: kept = beginning
        case .continue: kept = block.segment
        case .coupled:
            if beginning?.id == block.segment.id {
                // The target would have written the same.
                finishRound(on: block, policy)
                return
            }
            // What is kept is the target's own text, also where no token is left.
            if let beginning { _ = stand(beginning, policy) }
            drafted = []
            if stopPlace != nil {
                state = .over(hasBox ? .answered : .ended)
            } else {
                state = tokensLeft(policy) > 0 ? .takingOver : .over(.tokensExhausted)
            }
            return
        }
        drafted = []
        // Without a token left for the target nothing can make the block good; what it says is no answer. A beginning
        // may have as many tokens as the block: it may end within the last one.
        guard tokensLeft(policy) > kept?.tokens.count ?? 0 else {
            state = .over(.tokensExhausted)
            return
        }
        if let kept { _ = stand(kept, policy) }
        state = stopPlace == nil ? .takingOver : .over(hasBox ? .answered : .ended)
    }

    /// Where the first stop sequence begins in the standing text, this block included; nil if there is none.
    private func stopPlace(with segment: Segment, _ stop: StopSequences) -> Int? {
        if stopPlace != nil || stop.isEmpty { return stopPlace }
        var tail: [UInt8] = []
        for earlier in standing.reversed() where tail.count < stop.overlap {
            tail = earlier.text.suffix(stop.overlap - tail.count) + tail
        }
        return stop.start(in: tail + segment.text).map { bytesRead - tail.count + $0 }
    }

    /// Adds a block to the standing text; true if the answer is complete in it, before any stop sequence.
    private mutating func stand(_ segment: Segment, _ policy: PathPolicy) -> Bool {
        stopPlace = stopPlace(with: segment, policy.stop)
        var isAnswered = false
        for byte in segment.text.prefix(stopPlace.map { max(0, $0 - bytesRead) } ?? .max) {
            if scanner.completes(byte) { isAnswered = true }
            bytesRead += 1
        }
        standing.append(segment)
        switch segment.author {
        case .draft: tokens.draft += segment.tokens.count
        case .target: tokens.target += segment.tokens.count
        }
        return isAnswered
    }

    /// Tokens in standing blocks and in one that is not judged yet.
    var tokensWritten: TokenCounts {
        guard case .scoring(let block) = state else { return tokens }
        return TokenCounts(draft: tokens.draft + block.segment.tokens.count, target: tokens.target)
    }

    private mutating func noteSegment(_ id: SegmentID) {
        if id >= nextSegment { nextSegment = SegmentID(rawValue: id.rawValue + 1) }
    }

    private func checkAuthor(of block: WrittenBlock, is author: Author, _ event: PathEvent) throws(IllegalPathEvent) {
        guard block.segment.author == author else { throw illegal(event) }
    }

    private func illegal(_ event: PathEvent) -> IllegalPathEvent {
        IllegalPathEvent(state: state.name, event: event.name)
    }
}

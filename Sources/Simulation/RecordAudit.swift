import Domain

/// Reads records as a stranger would and says what cannot be: an own, simpler reading of the rules beside the
/// coordinator's.
public struct RecordAudit: Sendable {
    private struct PathStory: Sendable {
        var standing: [Segment] = []
        var pending: Segment?
        var awaitsTarget = false
        /// The draft's context is full, or is if the block under judgement stands; the target writes on.
        var isDraftFull = false
        var pendingFillsContext = false
        /// Nothing that the draft knows of follows the block under judgement, if it stands.
        var pendingEndsProposals = false
        /// Drafted before the gate decided about the problem, and not judged yet.
        var drafted: [(block: Segment, fillsContext: Bool)] = []
        var isGated = false
        var isForAudit = false
        var isEnded = false
        var segments: Set<SegmentID> = []

        /// The next block that was drafted before the gate decided is to be judged, if there is one.
        mutating func takeDrafted() {
            pending = nil
            guard !drafted.isEmpty else { return }
            (pending, pendingFillsContext) = drafted.removeFirst()
        }
        var verdictRounds: Set<Int> = []
    }

    private var settings: [RunID: RunSettings] = [:]
    /// What each problem sets for itself.
    private var problems: [RunID: [ProblemSettings]] = [:]
    private var stories: [PathKey: PathStory] = [:]
    /// Of problems that are ranked together by round: scores and takeovers.
    private var byRound: [RankedTogether: [Int: (scores: Int, takeovers: Int)]] = [:]
    private var barriers: [Barrier: [VerdictRecord]] = [:]
    private var endedProblems: [RunID: Set<Int>] = [:]
    private(set) var endedRuns: [RunID: RunState] = [:]
    /// Runs that are over, in the order in which they ended.
    public private(set) var endedInOrder: [RunID] = []
    /// How paths ended.
    public private(set) var outcomes: [PathKey: PathOutcome] = [:]
    private var models: Set<String> = []
    /// What cannot be, in the order of its discovery.
    public private(set) var complaints: [String] = []

    public init() {}

    public var openRuns: Int { settings.count - endedRuns.count }

    private struct RankedTogether: Hashable {
        let run: RunID
        /// 0 for those with the run's sampling and limits.
        let number: Int
    }

    private func settings(of run: RunID, _ problem: Int) -> RunSettings {
        settings[run]!.with(problems[run]![problem])
    }

    /// The problems of the batch from the first on, one of each kind that differs from the run's.
    private func rankedTogether(_ path: PathKey) -> RankedTogether {
        func kind(_ own: ProblemSettings) -> String {
            let settings = settings[path.run]!.with(own)
            return "\(settings.pathTokens) \(own.stop) \(settings.draftSampling) \(settings.targetSampling)"
        }
        var kinds = [kind(ProblemSettings())]
        for own in problems[path.run]! where !kinds.contains(kind(own)) { kinds.append(kind(own)) }
        return RankedTogether(run: path.run, number: kinds.firstIndex(of: kind(problems[path.run]![path.problem]))!)
    }

    /// The texts before which the path ends.
    public func stop(of path: PathKey) -> StopSequences { StopSequences(problems[path.run]?[path.problem].stop ?? []) }

    /// The text that an order for this path must find before it.
    public func standingText(_ path: PathKey) -> [UInt8] {
        guard let story = stories[path] else { return [] }
        // Before the gate decides all that is drafted stands for the draft.
        return (story.standing + (story.isGated ? [] : story.drafted.map(\.block))).flatMap(\.text)
    }

    /// Takes records in, in the order of their making.
    public mutating func read(_ records: [Record]) {
        for record in records { read(record) }
    }

    private mutating func read(_ record: Record) {
        switch record {
        case .runSubmitted(let spec, let specs, _):
            require(settings.updateValue(spec.settings, forKey: spec.id) == nil, "\(spec.id) submitted twice")
            problems[spec.id] = specs.map { $0.settings ?? ProblemSettings() }
        case .modelBegun(let run, let model):
            let isFirst = models.insert("\(run) \(model.role)").inserted
            require(isFirst == !model.isDrift, "\(run): a \(model.role) model begins twice")
        case .blockAccepted(let block): read(block)
        case .verdictReached(let verdict): read(verdict)
        case .problemGated(let gate): read(gate)
        case .auditScored(let audit): read(audit)
        case .strategyChosen(let choice):
            let mayChoose = settings[choice.run]?.strategy == .auto && endedRuns[choice.run] == nil
            require(mayChoose, "a choice of \(choice.run)")
        case .driftFound(let drift):
            require(settings[drift.run] != nil && drift.verdicts > 0, "an alarm about nothing")
            // Those before it in the batch have ended, too.
            let ended = endedProblems[drift.run] ?? []
            require(
                drift.stratum == nil && drift.problems.map { (1...$0).allSatisfy { ended.contains($0 - 1) } } == true,
                "\(drift.run): an alarm before the problems it is about")
        case .pathEnded(let end):
            require(stories[end.path]?.isEnded != true, "\(end.path) ended twice")
            stories[end.path, default: PathStory()].isEnded = true
            outcomes[end.path] = end.outcome
        case .problemEnded(let end):
            let isNew = endedProblems[end.run, default: []].insert(end.problem).inserted
            require(isNew, "problem \(end.problem) ended twice")
            for path in 0..<settings(of: end.run, end.problem).paths {
                let key = PathKey(run: end.run, problem: end.problem, path: path)
                require(stories[key]?.isEnded == true, "problem \(end.problem) ended before \(key)")
            }
        case .measured(_, let measures):
            for worker in measures.workers {
                for share in [worker.busy, worker.memory, worker.sync, worker.verdictWait] {
                    require((0...1).contains(share), "a share of \(worker.worker) is no share")
                }
            }
            require(measures.discardedTokens >= 0, "fewer than no tokens discarded")
        case .runEnded(let run, let state, _):
            require(endedRuns.updateValue(state, forKey: run) == nil, "\(run) ended twice")
            endedInOrder.append(run)
            if state == .finished {
                require(endedProblems[run]?.count == problems[run]?.count, "\(run) finished before its problems")
            }
        }
    }

    private mutating func read(_ record: BlockRecord) {
        let settings = settings(of: record.path.run, record.path.problem)
        var story = stories[record.path] ?? PathStory()
        require(endedRuns[record.path.run] == nil && !story.isEnded, "\(record.path): a block after the end")
        require(story.segments.insert(record.block.id).inserted, "\(record.path): segment \(record.block.id) twice")
        require(
            story.pending == nil && (!story.isGated || story.drafted.isEmpty),
            "\(record.path): a block before the verdict on the last one")
        let isGated = settings.scoring == .gated && settings.gate < 1
        let mayDecide = isGated && settings.gateBy != .problem && record.block.author == .draft
        let hasWritten = !record.block.tokens.isEmpty || record.finish == .endToken
        require((record.gate != nil) == (mayDecide && hasWritten), "\(record.path): the gate and \(record.block.id)")
        switch settings.strategy {
        case .async where isGated && settings.gateBy == .problem && !story.isGated:
            require(record.block.author == .draft, "\(record.path): the target before the gate")
            if hasWritten { story.drafted.append((record.block, record.finish == .contextFull)) }
        case .async where record.gate?.decision == .leaveOut:
            require(!story.awaitsTarget, "\(record.path): the draft in the target's place")
            story.standing.append(record.block)
            story.isDraftFull = settings.takeover == .coupled && record.finish == .contextFull
            story.awaitsTarget = story.isDraftFull
        case .auto where record.block.author == .target && !story.awaitsTarget:
            story.standing.append(record.block)
        case .async, .auto, .sync, .random:
            story.isForAudit = record.gate?.decision == .audit
            require(
                record.block.author == (story.awaitsTarget ? .target : .draft), "\(record.path): the wrong author")
            if story.awaitsTarget {
                story.standing.append(record.block)
                story.awaitsTarget = story.isDraftFull
            } else if settings.takeover == .coupled, record.block.tokens.isEmpty,
                record.finish == .contextFull || record.finish == .noProposal
            {
                (story.awaitsTarget, story.isDraftFull) = (true, record.finish == .contextFull)
            } else {
                story.pending = record.block
                story.pendingFillsContext = record.finish == .contextFull
                story.pendingEndsProposals = record.finish == .noProposal
            }
        case .draft, .target: story.standing.append(record.block)
        }
        let tokens = story.standing.reduce(story.pending?.tokens.count ?? 0) { $0 + $1.tokens.count }
        require(tokens <= settings.pathTokens, "\(record.path): \(tokens) tokens")
        stories[record.path] = story
    }

    /// What was drafted is judged block by block from here on, or stands.
    private mutating func read(_ record: ProblemGateRecord) {
        for path in 0..<settings(of: record.run, record.problem).paths {
            let key = PathKey(run: record.run, problem: record.problem, path: path)
            guard var story = stories[key], !story.isEnded else { continue }
            require(!story.isGated && !story.drafted.isEmpty, "\(key): the gate decides twice, or about nothing")
            story.isGated = true
            story.isForAudit = record.gate.decision == .audit
            if record.gate.decision == .leaveOut {
                story.standing += story.drafted.map(\.block)
                story.drafted = []
            } else {
                story.takeDrafted()
            }
            stories[key] = story
        }
    }

    private mutating func read(_ record: AuditRecord) {
        var story = stories[record.path] ?? PathStory()
        require(
            story.isForAudit && story.pending?.id == record.segment, "\(record.path): an audit of what was not drawn")
        if let block = story.pending { story.standing.append(block) }
        // An audited problem ends with its drafts; an audited block is followed by others.
        let goesOn = settings[record.path.run]!.gateBy != .problem && story.pendingFillsContext
        story.isDraftFull = goesOn && settings[record.path.run]!.takeover == .coupled
        story.awaitsTarget = story.isDraftFull
        story.takeDrafted()
        stories[record.path] = story
    }

    private mutating func read(_ record: VerdictRecord) {
        let settings = settings(of: record.path.run, record.path.problem)
        var story = stories[record.path] ?? PathStory()
        require(!story.isForAudit, "\(record.path): a verdict on what was to be audited")
        require(story.pending?.id == record.segment, "\(record.path): a verdict on what was not written")
        require(story.verdictRounds.insert(record.round).inserted, "\(record.path): two verdicts in a round")
        require(record.score.isFinite && record.score >= 0, "\(record.path): score \(record.score)")
        switch settings.strategy {
        case .async, .auto: checkRank(record, settings)
        case .random: require((record.verdict == .takeOver) == (record.pValue < record.rate), "\(record.path): drawn")
        case .sync: checkBarrier(record)
        case .draft, .target: require(false, "\(record.path): a verdict where nothing is judged")
        }
        if let cut = record.cut, let block = story.pending {
            let mayCut = settings.takeover == .resampleLine || settings.takeover == .coupled
            require(mayCut && record.verdict == .takeOver, "\(record.path): a cut")
            let isWhole = settings.takeover == .coupled && cut.segment == block.id
            let isNew = isWhole || story.segments.insert(cut.segment).inserted
            require(isNew, "\(record.path): segment \(cut.segment) twice")
            require(!isWhole || cut.bytes == block.text.count, "\(record.path): a whole block that is cut")
            let text = Array(block.text.prefix(cut.bytes))
            require(text.last == UInt8(ascii: "\n") || cut.isExact, "\(record.path): cut within a line")
            story.standing.append(
                Segment(
                    id: cut.segment, author: .draft, text: text, tokens: Array(block.tokens.prefix(cut.tokens)),
                    vocabulary: ""))
        }
        if record.verdict == .keep || settings.takeover == .continue, let block = story.pending {
            story.standing.append(block)
        }
        let changesNothing = settings.takeover == .coupled && record.cut?.segment == record.segment
        let isTakenOver = record.verdict == .takeOver && !changesNothing
        story.isDraftFull = settings.takeover == .coupled && story.pendingFillsContext && !isTakenOver
        story.awaitsTarget = isTakenOver || story.isDraftFull || story.pendingEndsProposals
        if isTakenOver { story.drafted = [] }
        story.takeDrafted()
        stories[record.path] = story
    }

    /// A verdict by rank agrees with its p-value, is ranked where it should be, and keeps the rate of its round.
    private mutating func checkRank(_ record: VerdictRecord, _ settings: RunSettings) {
        let isTakenOver = record.rate >= 1 || (record.rate > 0 && record.pValue <= record.rate)
        require(
            (record.verdict == .takeOver) == isTakenOver,
            "\(record.path): p \(record.pValue) at \(record.rate) and \(record.verdict)")
        // Where blocks that end their path have a rate of their own, or few are scored, rounds have none.
        guard settings.finalRejectionRate == nil, settings.scoring == .all || settings.gate >= 1 else { return }
        let group = rankedTogether(record.path)
        let rounds = byRound[group] ?? [:]
        var round = rounds[record.round] ?? (0, 0)
        let all = rounds.values.reduce(0) { $0 + $1.scores }
        // A round with few scores is ranked among all.
        let borrows = round.scores < 16 && all > round.scores
        let name = (borrows ? "all" : "round=\(record.round)") + (group.number > 0 ? ",settings=\(group.number)" : "")
        let expected = (name, borrows ? all : round.scores)
        require(
            (record.stratum, record.bankCount) == expected,
            "\(record.path): ranked in \(record.stratum) among \(record.bankCount), not \(expected)")
        round.scores += 1
        round.takeovers += isTakenOver ? 1 : 0
        byRound[group, default: [:]][record.round] = round
        let excess = Double(round.takeovers) - settings.rejectionRate * Double(round.scores)
        require(
            abs(excess) <= max(2.5, 0.04 * Double(round.scores)) + 1e-9,
            "round \(record.round): \(round.takeovers) of \(round.scores) taken over")
    }

    /// Nobody that was kept is worse than one that was taken over, and all open paths are in the same round.
    private mutating func checkBarrier(_ record: VerdictRecord) {
        let place = Barrier(run: record.path.run, problem: record.path.problem, round: record.round)
        for other in barriers[place, default: []] where other.verdict != record.verdict {
            let (kept, taken) = record.verdict == .keep ? (record, other) : (other, record)
            require(kept.score <= taken.score, "\(place): \(kept.score) kept, \(taken.score) taken over")
        }
        barriers[place, default: []].append(record)
        for (path, story) in stories where path.run == record.path.run && path.problem == record.path.problem {
            guard !story.isEnded, path != record.path else { continue }
            // What only the target writes is not judged.
            let isHere = story.pending != nil || story.isDraftFull || story.verdictRounds.contains(record.round)
            require(isHere, "\(record.path) is judged before \(path) has come to the barrier")
        }
    }

    private struct Barrier: Hashable {
        let run: RunID
        let problem: Int
        let round: Int
    }

    private mutating func require(_ holds: Bool, _ complaint: String) {
        if !holds { complaints.append(complaint) }
    }
}

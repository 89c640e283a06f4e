import Domain

/// A batch in virtual time: the steps of workers' engines, one after the other, at the times that were measured. An
/// engine's step takes in everything that waits for it; in a step of a draft worker each of its sequences writes a
/// token; in one of a target worker every block that waits is read, and each sequence that it writes gets a token.
struct BatchSimulation {
    /// What a block of the draft comes to, in the mean, by the sample of texts.
    struct Blocks: Sendable {
        /// Tokens.
        var length: Double
        /// Share that the target cuts, and tokens that are lost where it does.
        var cutShare: Double
        var lost: Double
        /// Tokens of the target's own that take the place of what differs and cost nothing: they come with the reading.
        var replaced: Double
        /// Tokens that the target writes behind a cut, and behind any block.
        var writtenAfterCut: Double
        var writtenAfterBlock: Double
        /// Share of blocks that the target writes anew.
        var resampled: Double
        /// W.
        var runAhead: Int
        /// Tokens of a block that the target opens.
        var targetLength: Int
        /// Tokens of a path's prompt, which the target reads. Paths that begin together share nothing of it.
        var prompt: Int
    }

    /// What came of it.
    struct Outcome: Sendable {
        var seconds = 0.0
        var drafted = 0
        var read = 0
        var written = 0
        var standing = 0
        /// Seconds of passes, of all workers of the role.
        var draftBusy = 0.0
        var targetBusy = 0.0

        /// Of a batch so many times as large.
        func scaled(by factor: Double) -> Outcome {
            Outcome(
                seconds: seconds * factor, drafted: Int(Double(drafted) * factor), read: Int(Double(read) * factor),
                written: Int(Double(written) * factor), standing: Int(Double(standing) * factor),
                draftBusy: draftBusy * factor, targetBusy: targetBusy * factor)
        }
    }

    private struct Path {
        let problem: Int
        /// Tokens until its end.
        var left: Int
        /// Tokens that are drafted and were not given to the target, by block; and blocks that are being drafted.
        var ready: [Int] = []
        var isDrafting = false
        /// Of the block that is being read.
        var reading: Int?
        /// Counts cuts: what was drafted before one is void.
        var generation = 0
        /// What will be drafted before the gate decides.
        var undrafted: Int
        /// What the target, and the draft, have still to read before anything else.
        var prompt: Int
        var draftPrompt: Int
        var isOver = false
    }

    /// A piece of work at a worker.
    private struct Job {
        let path: Int
        let generation: Int
        /// Tokens still to be written, or all that are to be read.
        var tokens: Int
        let isReading: Bool
        let isAhead: Bool
        let total: Int
    }

    private struct Worker {
        let isDraft: Bool
        let slots: Int
        let times: PassTimes
        var queue: [Job] = []
        var running: [Job] = []
        var endsAt: Double?
    }

    private let way: Way
    private let blocks: Blocks
    private let gate: Double
    private let paths: Int
    private let atOnce: Int
    private var workers: [Worker] = []
    private var states: [Path] = []
    private var next = 0
    private var active = 0
    private var openPaths: [Int]
    private var arrivals: [(time: Double, worker: Int, job: Job)] = []
    private var now = 0.0
    private var random: UInt64
    private var outcome = Outcome()
    private let handOver: Double

    /// - Parameters:
    ///   - lengths: of paths, used in turn.
    ///   - pathsAtOnce: begun and not over, at most.
    init(
        _ way: Way, _ blocks: Blocks, _ model: CostModel, lengths: [Int], problems: Int, paths: Int, pathsAtOnce: Int
    ) {
        self.way = way
        self.blocks = blocks
        self.paths = paths
        handOver = model.handOver
        atOnce = pathsAtOnce
        if case .coupled(_, let gate) = way { self.gate = gate } else { gate = 1 }
        random = 11
        openPaths = Array(repeating: paths, count: problems)
        let target = way == .target ? model.target : model.busyTarget
        if way != .target, let draft = model.draft {
            for _ in 0..<draft.workers {
                workers.append(Worker(isDraft: true, slots: draft.slots, times: draft.times))
            }
        }
        for _ in 0..<target.workers {
            workers.append(Worker(isDraft: false, slots: target.slots, times: target.times))
        }
        states = (0..<problems * paths).map { number in
            let length = lengths[number % lengths.count]
            return Path(
                problem: number / paths, left: length, undrafted: gate < 1 ? length : 0,
                prompt: blocks.prompt, draftPrompt: blocks.prompt)
        }
    }

    private var isGated: Bool { gate < 1 }

    /// Goes on until every path is over.
    mutating func run() -> Outcome {
        beginPaths()
        startSteps()
        while let time = [arrivals.first?.time, workers.compactMap(\.endsAt).min()].compactMap(\.self).min() {
            now = time
            while let arrival = arrivals.first, arrival.time <= now {
                arrivals.removeFirst()
                workers[arrival.worker].queue.append(arrival.job)
            }
            for worker in workers.indices where workers[worker].endsAt == now { endStep(worker) }
            beginPaths()
            startSteps()
        }
        outcome.seconds = now
        return outcome
    }

    // MARK: Paths

    private mutating func beginPaths() {
        while next < states.count, active < atOnce {
            active += 1
            let path = next
            next += 1
            switch way {
            case .target: give(path, tokens: min(states[path].left, blocks.targetLength), toDraft: false)
            case .draft: give(path, tokens: states[path].left, toDraft: true)
            case .coupled where isGated: give(path, tokens: states[path].undrafted, toDraft: true)
            case .coupled, .resample: draftOn(path)
            }
        }
    }

    /// Orders the path's next block from the draft, if it may have one.
    private mutating func draftOn(_ path: Int) {
        let state = states[path]
        guard !state.isOver, !state.isDrafting else { return }
        let ahead = state.ready.count + (state.reading == nil ? 0 : 1)
        guard ahead <= (state.reading == nil ? 0 : blocks.runAhead) else { return }
        let left = state.left - state.ready.reduce(state.reading ?? 0, +)
        guard left > 0 else { return }
        states[path].isDrafting = true
        give(path, tokens: min(left, whole(blocks.length)), toDraft: true, isAhead: ahead > 0)
    }

    /// Gives the path's next block to the target.
    private mutating func readOn(_ path: Int) {
        guard states[path].reading == nil, !states[path].ready.isEmpty else { return }
        let tokens = states[path].ready.removeFirst()
        states[path].reading = tokens
        send(
            Job(
                path: path, generation: states[path].generation, tokens: tokens, isReading: true, isAhead: false,
                total: tokens), toDraft: false)
        if !isGated || states[path].undrafted == 0 { draftOn(path) }
    }

    private mutating func end(_ path: Int) {
        states[path].isOver = true
        active -= 1
    }

    // MARK: Work

    private mutating func give(_ path: Int, tokens: Int, toDraft: Bool, isAhead: Bool = false) {
        let job = Job(
            path: path, generation: states[path].generation, tokens: tokens, isReading: false, isAhead: isAhead,
            total: tokens)
        guard toDraft, !workers.contains(where: \.isDraft) else {
            send(job, toDraft: toDraft)
            return
        }
        // Lookup: it takes no time but that of the hand-over.
        outcome.drafted += tokens
        isDone(job, wasDrafted: true)
    }

    /// To the worker of the role with the least in hand, over a hand-over.
    private mutating func send(_ job: Job, toDraft: Bool) {
        let worker = workers.indices.filter { workers[$0].isDraft == toDraft }
            .min { load($0) < load($1) }!
        let arrival = (now + handOver / 2, worker, job)
        arrivals.insert(arrival, at: arrivals.firstIndex { $0.time > arrival.0 } ?? arrivals.count)
    }

    private func load(_ worker: Int) -> Int {
        workers[worker].queue.count + workers[worker].running.count + arrivals.count { $0.worker == worker }
    }

    private mutating func startSteps() {
        for worker in workers.indices where workers[worker].endsAt == nil { startStep(worker) }
    }

    private mutating func startStep(_ worker: Int) {
        var running = workers[worker].running.filter { !isVoid($0) }
        let waiting = workers[worker].queue.filter { !isVoid($0) }
        // What runs ahead gets what is left.
        let queue = waiting.filter { !$0.isAhead } + waiting.filter(\.isAhead)
        let chosen = queue.prefix(max(0, workers[worker].slots - running.count))
        running += chosen
        workers[worker].running = running
        workers[worker].queue = Array(queue.dropFirst(chosen.count))
        guard !running.isEmpty else { return }
        let times = workers[worker].times
        let writers = running.count { !$0.isReading }
        let prompts = takePrompts(running, ofDraft: workers[worker].isDraft)
        let read = running.reduce(0) { $0 + ($1.isReading ? $1.tokens : 0) }
        let seconds: Double
        if workers[worker].isDraft {
            // How fast a draft reads is not measured: as fast as many sequences write.
            seconds = times.write(Double(writers)) + Double(prompts) * times.write(16) / 16
        } else if read + prompts == 0 {
            seconds = times.write(Double(writers))
        } else {
            seconds = times.read(Double(read + prompts + writers))
        }
        workers[worker].endsAt = now + seconds
        if workers[worker].isDraft { outcome.draftBusy += seconds } else { outcome.targetBusy += seconds }
    }

    /// Tokens of prompts that these paths' worker reads now.
    private mutating func takePrompts(_ jobs: [Job], ofDraft isDraft: Bool) -> Int {
        var tokens = 0
        for job in jobs {
            if isDraft {
                tokens += states[job.path].draftPrompt
                states[job.path].draftPrompt = 0
            } else {
                tokens += states[job.path].prompt
                states[job.path].prompt = 0
            }
        }
        return tokens
    }

    private func isVoid(_ job: Job) -> Bool {
        states[job.path].isOver || states[job.path].generation != job.generation
    }

    private mutating func endStep(_ worker: Int) {
        workers[worker].endsAt = nil
        let running = workers[worker].running
        workers[worker].running = []
        let isDraft = workers[worker].isDraft
        for var job in running {
            if job.isReading {
                outcome.read += job.tokens
                judge(job.path)
                continue
            }
            if isDraft { outcome.drafted += 1 } else { outcome.written += 1 }
            job.tokens -= 1
            if job.tokens > 0 {
                workers[worker].running.append(job)
            } else if !isVoid(job) {
                isDone(job, wasDrafted: isDraft)
            }
        }
    }

    /// A block is written.
    private mutating func isDone(_ job: Job, wasDrafted: Bool) {
        let path = job.path
        switch way {
        case .target, .draft:
            stand(path, job.total)
            guard !states[path].isOver else { return }
            give(path, tokens: min(states[path].left, blocks.targetLength), toDraft: way == .draft)
        case .coupled where isGated && states[path].undrafted > 0: decideAboutProblem(path)
        case .coupled, .resample:
            guard wasDrafted else {
                stand(path, job.total)
                if !states[path].isOver { draftOn(path) }
                return
            }
            states[path].isDrafting = false
            states[path].ready.append(job.total)
            readOn(path)
            draftOn(path)
        }
    }

    private mutating func judge(_ path: Int) {
        guard let tokens = states[path].reading else { return }
        states[path].reading = nil
        if uniform() < blocks.resampled {
            voidDrafts(path)
            give(path, tokens: tokens, toDraft: false)
            return
        }
        guard uniform() < blocks.cutShare else {
            stand(path, tokens)
            if !states[path].isOver { goOn(path, written: whole(blocks.writtenAfterBlock)) }
            return
        }
        voidDrafts(path)
        stand(path, max(1, tokens - min(tokens, whole(blocks.lost)) + whole(blocks.replaced)))
        let written = whole(blocks.writtenAfterCut) + whole(blocks.writtenAfterBlock)
        if !states[path].isOver { goOn(path, written: written) }
    }

    /// The next block is the target's own, or is read, or drafted.
    private mutating func goOn(_ path: Int, written: Int) {
        if written > 0 {
            voidDrafts(path)
            give(path, tokens: min(written, states[path].left), toDraft: false)
            return
        }
        readOn(path)
        draftOn(path)
    }

    private mutating func voidDrafts(_ path: Int) {
        states[path].generation += 1
        states[path].ready = []
        states[path].isDrafting = false
    }

    private mutating func stand(_ path: Int, _ tokens: Int) {
        let stood = min(tokens, states[path].left)
        states[path].left -= stood
        outcome.standing += stood
        if states[path].left == 0 { end(path) }
    }

    /// The path's drafts are there; when all of its problem's are, they are read or stand.
    private mutating func decideAboutProblem(_ path: Int) {
        states[path].undrafted = 0
        let problem = states[path].problem
        openPaths[problem] -= 1
        guard openPaths[problem] == 0 else { return }
        let isRead = uniform() < gate
        for other in problem * paths..<(problem + 1) * paths {
            if isRead {
                var left = states[other].left
                while left > 0 {
                    let tokens = min(left, whole(blocks.length))
                    states[other].ready.append(tokens)
                    left -= tokens
                }
                readOn(other)
            } else {
                stand(other, states[other].left)
            }
        }
    }

    // MARK: Numbers

    private mutating func uniform() -> Double {
        random = Seeds.mix(random)
        return Seeds.uniform(random)
    }

    /// A whole number with this mean.
    private mutating func whole(_ mean: Double) -> Int {
        let floor = mean.rounded(.down)
        return Int(floor) + (uniform() < mean - floor ? 1 : 0)
    }
}

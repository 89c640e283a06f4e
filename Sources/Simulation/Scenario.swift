public import Domain
public import WorkerCore

/// What a simulation begins with, beside its seed.
public struct Scenario: Sendable {
    /// The runs that a client wants; nil draws them from the seed.
    public var submissions: [Submission]?
    /// What the store holds already.
    public var records: [Record] = []
    /// Whether anything goes wrong that the seed draws.
    public var hasFaults = true
    /// A path whose orders kill every worker that computes them.
    public var poison: PathKey?
    /// Workers of each role; nil draws them from the seed.
    public var workers: Int?
    /// Tokens of context that the draft's model takes; nil draws them from the seed.
    public var draftContext: Int?
    /// How draft workers propose; nil where their model writes everything.
    public var lookup: PromptLookup?
    /// Of the runs that a client submits.
    public var forecast: RunForecast?
    /// How long a step of an engine takes; nil draws it from the seed.
    public var stepMs: (@Sendable (Step) -> Int64)?
    /// From when to when no draft worker is there.
    public var withoutDraftsMs: Range<Int64>?

    /// A step that begins.
    public struct Step: Sendable {
        public let role: Role
        /// Whether blocks are read in it; else it only writes.
        public let reads: Bool
        public let nowMs: Int64
    }

    public init() {}

    /// A run with its problems, under a key of its own.
    public struct Submission: Sendable {
        public let spec: RunSpec
        public private(set) var problems: [ProblemSpec]

        /// - Parameter name: of the run, its key and its id, 32 hexadecimal digits.
        public init(_ name: String, _ settings: RunSettings, problems: Int) {
            spec = RunSpec(id: RunID(name), submissionKey: name, name: name, settings: settings)
            self.problems = (0..<problems).map { ProblemSpec(id: "p\($0)", text: "question \($0)", answer: "1") }
        }

        /// Gives a problem settings of its own, or takes them away.
        public mutating func setSettings(_ own: ProblemSettings?, of problem: Int) { problems[problem].settings = own }

        /// Gives half of the problems a conversation and settings of their own.
        public mutating func addRequests(_ numbers: inout SeededNumbers) {
            let fewest = spec.settings.scoring == .gated && spec.settings.gateBy == .problem ? 2 : 1
            for index in problems.indices where numbers.oneIn(2) {
                var own = ProblemSettings()
                if numbers.oneIn(2) { own.paths = fewest + numbers.below(4) }
                if numbers.oneIn(2) { own.pathTokens = 8 + numbers.below(80) }
                // Scripted texts are of steps with a number.
                if numbers.oneIn(2) { own.stop = [["so"], ["7 s", "2\n"], ["no", "p 4"]][numbers.below(3)] }
                if numbers.oneIn(3) { own.seed = UInt64(numbers.below(3)) }
                if numbers.oneIn(3) { own.temperature = [0, 0.7, 1.5][numbers.below(3)] }
                problems[index].settings = own
                problems[index].turns = [ConversationTurn(speaker: .system, text: "be brief")]
            }
        }
    }

    /// A name for the run of this number.
    public static func name(_ number: Int) -> String {
        String(repeating: String(number + 1, radix: 16), count: 32)
    }

    /// Settings of a small run, each of them somewhere.
    public static func settings(_ numbers: inout SeededNumbers) -> RunSettings {
        var settings = RunSettings()
        settings.strategy = Strategy.allCases[numbers.below(Strategy.allCases.count)]
        settings.paths = 1 + numbers.below(4)
        settings.rounds = 1 + numbers.below(6)
        settings.draftTokens = 16
        settings.targetTokens = 16
        settings.pathTokens = 8 + numbers.below(80)
        settings.rejectionRate = [0, 0.25, 0.4, 1][numbers.below(4)]
        settings.takeover = TakeoverRule.allCases[numbers.below(TakeoverRule.allCases.count)]
        if settings.strategy == .auto { settings.takeover = .coupled }
        settings.afterMismatch = AfterMismatch.allCases[numbers.below(AfterMismatch.allCases.count)]
        let boundaries: [BlockBoundary] = [.tokens, .doubt, .adaptive]
        settings.boundary = boundaries[numbers.below(settings.takeover == .coupled ? 3 : 2)]
        settings.score = ScoreRule.allCases[numbers.below(3)]
        settings.scoreWindow = 1 + numbers.below(9)
        settings.runAhead = numbers.below(4)
        settings.vote = VoteRule.allCases[numbers.below(3)]
        settings.problemsInFlight = numbers.below(3)
        settings.takeoversInFlight = numbers.below(3)
        if numbers.oneIn(4) { settings.finalRejectionRate = [0, 0.6, 1][numbers.below(3)] }
        settings.seed = numbers.bits()
        if settings.strategy == .async, settings.finalRejectionRate == nil, numbers.oneIn(2) {
            settings.scoring = .gated
            settings.gateBy = GateUnit.allCases[numbers.below(settings.paths > 1 ? 3 : 2)]
            settings.gate = [0, 0.4, 0.7, 1][numbers.below(4)]
            if settings.gateBy == .block { settings.gate = max(settings.gate, settings.rejectionRate) }
            settings.gateScore = ScoreRule.allCases[numbers.below(3)]
            settings.audit = [0, 0.02, 0.5][numbers.below(3)]
        }
        return settings
    }
}

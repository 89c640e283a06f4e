/// A message of a problem's conversation before its question.
public struct ConversationTurn: Sendable, Codable, Hashable {
    /// Who speaks.
    public enum Speaker: String, Sendable, Codable, CaseIterable {
        /// Sets the rules of the conversation.
        case system
        case user
        case assistant
    }

    public var speaker: Speaker
    public var text: String

    public init(speaker: Speaker, text: String) {
        self.speaker = speaker
        self.text = text
    }
}

/// What opens a problem's context: its question, and the conversation before it.
public struct ProblemPrompt: Sendable, Hashable {
    /// Messages before the question, in order; empty for most problems.
    public var turns: [ConversationTurn]
    /// The question.
    public var text: String

    public init(turns: [ConversationTurn] = [], text: String) {
        self.turns = turns
        self.text = text
    }
}

/// What a row of a batch sets for itself, in place of the run's settings: the parameters of an OpenAI chat completion
/// request (platform.openai.com/docs/api-reference/chat/create). Nil leaves the run's.
public struct ProblemSettings: Sendable, Codable, Hashable {
    /// `n`: candidate chains of the problem.
    public var paths: Int?
    /// `max_tokens` or `max_completion_tokens`: at most this many tokens a path.
    public var pathTokens: Int?
    /// `stop`: a path ends before the first of these texts.
    public var stop: [String]
    /// `seed`: of the tokens that are drawn. Two problems with equal prompts, settings and seeds get equal texts.
    public var seed: UInt64?
    public var temperature: Float?
    public var topP: Float?
    public var topK: Int?
    public var minP: Float?
    public var repetitionPenalty: Float?

    public init(
        paths: Int? = nil, pathTokens: Int? = nil, stop: [String] = [], seed: UInt64? = nil,
        temperature: Float? = nil, topP: Float? = nil, topK: Int? = nil, minP: Float? = nil,
        repetitionPenalty: Float? = nil
    ) {
        self.paths = paths
        self.pathTokens = pathTokens
        self.stop = stop
        self.seed = seed
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
    }
}

extension ProblemSettings {
    /// Longest text that is looked for, bytes, and how many may be looked for.
    public static let stopBytes = 256
    public static let stopTexts = 16

    /// Every value that no run can have, with the problem's own name for the setting.
    public func problems(in settings: RunSettings, _ limits: Limits = .standard) -> [RunSettingsError] {
        var found = settings.with(self).problems(limits)
        if stop.count > Self.stopTexts {
            found.append(RunSettingsError(
                field: "stop", value: "\(stop.count) texts", allowed: "at most \(Self.stopTexts)"))
        }
        if stop.contains(where: { !(1...Self.stopBytes).contains($0.utf8.count) }) {
            found.append(RunSettingsError(
                field: "stop", value: "a text that is empty or long", allowed: "1...\(Self.stopBytes) bytes each"))
        }
        return found
    }
}

extension RunSettings {
    /// The settings of a problem with settings of its own. A temperature and its companions are of both authors.
    public func with(_ own: ProblemSettings) -> RunSettings {
        var settings = self
        if let paths = own.paths { settings.paths = paths }
        if let tokens = own.pathTokens { settings.pathTokens = tokens }
        if let seed = own.seed { settings.seed = seed }
        settings.draftSampling = draftSampling.with(own)
        settings.targetSampling = targetSampling.with(own)
        return settings
    }
}

/// Which problems of a run are ranked together: scores made with other sampling or other limits are other scores.
public struct SettingsGroups: Sendable {
    private struct Making: Hashable {
        let sampling: [SamplingSettings]
        let pathTokens: Int
        let stop: [String]

        init(_ settings: RunSettings, _ stop: [String]) {
            sampling = [settings.draftSampling, settings.targetSampling]
            pathTokens = settings.pathTokens
            self.stop = stop
        }
    }

    private let run: RunSettings
    private var numbers: [Making: Int]

    public init(_ run: RunSettings) {
        self.run = run
        numbers = [Making(run, []): 0]
    }

    /// The group of a problem that sets this for itself: 0 where scores are made as the run's own, from 1 for others.
    /// Problems are asked for in the order of the batch.
    public mutating func number(of own: ProblemSettings) -> Int {
        let making = Making(run.with(own), own.stop)
        if let number = numbers[making] { return number }
        numbers[making] = numbers.count
        return numbers.count - 1
    }
}

extension SamplingSettings {
    fileprivate func with(_ own: ProblemSettings) -> SamplingSettings {
        SamplingSettings(
            temperature: own.temperature ?? temperature, topK: own.topK ?? topK, topP: own.topP ?? topP,
            minP: own.minP ?? minP, repetitionPenalty: own.repetitionPenalty ?? repetitionPenalty)
    }
}

extension ProblemSpec {
    /// How many candidate chains it has in a run with these settings.
    public func paths(in settings: RunSettings) -> Int { self.settings?.paths ?? settings.paths }

    public var prompt: ProblemPrompt { ProblemPrompt(turns: turns, text: text) }
}

import Domain

// Each type of worker.proto that is part of a message, to and from the project's own types. Decoding checks every
// value that the types promise; encoding cannot fail.

extension WireTag {
    init(_ tag: OrderTag) {
        self.init()
        order = tag.order.rawValue
        run = tag.path.run.rawValue
        problem = UInt32(tag.path.problem)
        path = UInt32(tag.path.path)
        round = UInt32(tag.round)
        attempt = UInt32(tag.attempt)
        incarnation = tag.incarnation
        stage =
            switch tag.stage {
            case .draft: .draft
            case .score: .score
            case .takeOver: .takeOver
            }
    }

    func decoded() throws(WireError) -> OrderTag {
        let stage: Stage =
            switch stage {
            case .draft: .draft
            case .score: .score
            case .takeOver: .takeOver
            case .unknown: throw .missing("tag.stage")
            case .UNRECOGNIZED(let value): throw .invalid("tag.stage", value: String(value))
            }
        let key = try pathKey(run: run, problem: problem, path: path)
        return OrderTag(
            order: OrderID(rawValue: order), path: key, round: Int(round), attempt: Int(attempt), stage: stage,
            incarnation: incarnation)
    }
}

func pathKey(run: String, problem: UInt32, path: UInt32) throws(WireError) -> PathKey {
    guard run.utf8.count == 32 else { throw .invalid("run", value: "\(run.utf8.count) bytes; it has 32") }
    return PathKey(run: RunID(run), problem: Int(problem), path: Int(path))
}

extension WireSegment {
    init(_ segment: Segment) {
        self.init()
        id = segment.id.rawValue
        author = segment.author == .draft ? .draft : .target
        text = .init(segment.text)
        tokens = segment.tokens
        vocabulary = segment.vocabulary
    }

    func decoded() throws(WireError) -> Segment {
        let author: Author =
            switch author {
            case .draft: .draft
            case .target: .target
            case .unknown: throw .missing("segment.author")
            case .UNRECOGNIZED(let value): throw .invalid("segment.author", value: String(value))
            }
        if let negative = tokens.first(where: { $0 < 0 }) {
            throw .invalid("segment.tokens", value: String(negative))
        }
        return Segment(
            id: SegmentID(rawValue: id), author: author, text: [UInt8](text), tokens: tokens, vocabulary: vocabulary)
    }
}

extension WireContext {
    init(_ update: ContextUpdate) {
        self.init()
        switch update.base {
        case .problem(let prompt):
            problem = prompt.text
            turns = prompt.turns.map(WireTurn.init)
        case .prompt: prompt = WirePrompt()
        case .segment(let id): segment = id.rawValue
        }
        segments = update.segments.map(WireSegment.init)
    }

    func decoded() throws(WireError) -> ContextUpdate {
        var spoken: [ConversationTurn] = []
        for turn in turns { spoken.append(try turn.decoded()) }
        let base: ContextUpdate.Base =
            switch self.base {
            case .problem(let text): .problem(ProblemPrompt(turns: spoken, text: text))
            case .prompt: .prompt
            case .segment(let id): .segment(SegmentID(rawValue: id))
            case nil: throw .missing("context.base")
            }
        var decoded: [Segment] = []
        decoded.reserveCapacity(segments.count)
        for segment in segments { decoded.append(try segment.decoded()) }
        return ContextUpdate(base: base, segments: decoded)
    }
}

extension WireTurn {
    init(_ turn: ConversationTurn) {
        self.init()
        text = turn.text
        speaker =
            switch turn.speaker {
            case .system: .system
            case .user: .user
            case .assistant: .assistant
            }
    }

    func decoded() throws(WireError) -> ConversationTurn {
        let speaker: ConversationTurn.Speaker =
            switch speaker {
            case .system: .system
            case .user: .user
            case .assistant: .assistant
            case .unknown: throw .missing("turn.speaker")
            case .UNRECOGNIZED(let value): throw .invalid("turn.speaker", value: String(value))
            }
        return ConversationTurn(speaker: speaker, text: text)
    }
}

extension WireSampling {
    init(_ settings: SamplingSettings) {
        self.init()
        temperature = settings.temperature
        topK = UInt32(settings.topK)
        topP = settings.topP
        minP = settings.minP
        repetitionPenalty = settings.repetitionPenalty
    }

    func decoded() throws(WireError) -> SamplingSettings {
        for (field, value) in [
            ("temperature", temperature), ("top_p", topP), ("min_p", minP), ("repetition_penalty", repetitionPenalty),
        ] where !(value >= 0 && value.isFinite) {
            throw .invalid("sampling.\(field)", value: String(value))
        }
        return SamplingSettings(
            temperature: temperature, topK: Int(topK), topP: topP, minP: minP, repetitionPenalty: repetitionPenalty)
    }
}

extension WireTiming {
    init(_ timing: WorkTiming) {
        self.init()
        startedWallMs = timing.startedWallMs
        finishedWallMs = timing.finishedWallMs
        queuedMs = timing.queuedMs
    }

    var decoded: WorkTiming {
        WorkTiming(startedWallMs: startedWallMs, finishedWallMs: finishedWallMs, queuedMs: queuedMs)
    }
}

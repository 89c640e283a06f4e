import Domain

extension WireOrder {
    init(_ order: Order) {
        self.init()
        tag = WireTag(order.tag)
        context = WireContext(order.context)
        isRunAhead = order.isRunAhead
        switch order.work {
        case .generate(let task): generate = WireGenerate(task)
        case .score(let task): score = WireScore(task)
        }
    }

    func decoded() throws(WireError) -> Order {
        guard hasTag else { throw .missing("order.tag") }
        guard hasContext else { throw .missing("order.context") }
        let work: Order.Work =
            switch self.work {
            case .generate(let task): .generate(try task.decoded())
            case .score(let task): .score(try task.decoded())
            case nil: throw .missing("order.work")
            }
        return Order(
            tag: try tag.decoded(), context: try context.decoded(), work: work, isRunAhead: isRunAhead)
    }
}

extension WireGenerate {
    init(_ task: GenerateTask) {
        self.init()
        segment = task.segment.rawValue
        maximumTokens = UInt32(task.maximumTokens)
        sampling = WireSampling(task.sampling)
        seed = task.seed
        position = UInt32(task.position)
        boundary = task.stopsAtSteps ? .step : .tokens
        if let threshold = task.doubtThreshold { doubtThreshold = threshold }
        reportsLogProbabilities = task.reportsLogProbabilities
        stop = task.stop.sequences.map { .init($0) }
    }

    func decoded() throws(WireError) -> GenerateTask {
        let stopsAtSteps: Bool =
            switch boundary {
            case .tokens: false
            case .step: true
            case .unknown: throw .missing("generate.boundary")
            case .UNRECOGNIZED(let value): throw .invalid("generate.boundary", value: String(value))
            }
        guard (1...UInt32(Limits.standard.tokensPerBlock)).contains(maximumTokens) else {
            throw .invalid("generate.maximum_tokens", value: String(maximumTokens))
        }
        return GenerateTask(
            segment: SegmentID(rawValue: segment), maximumTokens: Int(maximumTokens),
            sampling: try sampling.decoded(), seed: seed, position: Int(position), stopsAtSteps: stopsAtSteps,
            stop: StopSequences(bytes: stop.map { [UInt8]($0) }),
            doubtThreshold: hasDoubtThreshold ? doubtThreshold : nil,
            reportsLogProbabilities: reportsLogProbabilities)
    }
}

extension WireScore {
    init(_ task: ScoreTask) {
        self.init()
        block = WireSegment(task.block)
        endsText = task.endsText
        if let draws = task.draws { self.draws = WireDraws(draws) }
    }

    func decoded() throws(WireError) -> ScoreTask {
        guard hasBlock else { throw .missing("score.block") }
        return ScoreTask(
            block: try block.decoded(), endsText: endsText, draws: hasDraws ? try draws.decoded() : nil)
    }
}

extension WireDraws {
    init(_ draws: ScorerDraws) {
        self.init()
        sampling = WireSampling(draws.sampling)
        seed = draws.seed
        position = UInt32(draws.position)
    }

    func decoded() throws(WireError) -> ScorerDraws {
        guard hasSampling else { throw .missing("score.draws.sampling") }
        return ScorerDraws(sampling: try sampling.decoded(), seed: seed, position: Int(position))
    }
}

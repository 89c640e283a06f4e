import Batching

/// What callers ask for, carried out between two steps.
extension EngineLoop {
    /// False if the loop shall end.
    func obey(_ command: EngineCommand) -> Bool {
        switch command {
        case .generate(let request, let submitted): accept(request, submitted)
        case .score(let request, let submitted): accept(request, submitted)
        case .confirm(let id): batcher.confirm(id)
        case .cancel(let id): cancel(id)
        case .release(let key):
            for id in batcher.requests(of: key) { cancel(id) }
            batcher.release(key)
        case .shutDown:
            for id in tasks.keys.sorted() { fail(id, .shutDown) }
            return false
        }
        return true
    }

    private func accept(_ request: GenerateRequest, _ submitted: ContinuousClock.Instant) {
        do throws(EngineError) {
            try request.sampling.check()
            try checkTokens(request.context)
            guard request.context.count < contextLimit else {
                throw .contextTooLong(tokens: request.context.count + 1, limit: contextLimit)
            }
            let generation = Generation(request, contextLimit: contextLimit)
            let batched = BatchRequest(
                id: request.id, key: request.key, tokens: request.context,
                work: .generate(maximumTokens: generation.maximumTokens), isRunAhead: request.isRunAhead)
            try enter(batched, .generate(generation), submitted)
        } catch { events.append(.failed(request.id, error)) }
    }

    private func accept(_ request: ScoreRequest, _ submitted: ContinuousClock.Instant) {
        do throws(EngineError) {
            try request.draws?.sampling.check()
            try checkTokens(request.context)
            try checkTokens(request.block)
            let tokens = request.context + request.block
            guard tokens.count <= contextLimit else {
                throw .contextTooLong(tokens: tokens.count, limit: contextLimit)
            }
            let batched = BatchRequest(
                id: request.id, key: request.key, tokens: tokens, work: .score(blockTokens: request.block.count))
            try enter(batched, .score(Scoring(request)), submitted)
        } catch { events.append(.failed(request.id, error)) }
    }

    private func enter(
        _ request: BatchRequest, _ work: Task.Work, _ submitted: ContinuousClock.Instant
    ) throws(EngineError) {
        do { try batcher.submit(request) } catch { throw .refused(error) }
        tasks[request.id] = Task(work: work, submitted: submitted)
    }

    private func checkTokens(_ tokens: [Int32]) throws(EngineError) {
        let size = model.transformer.vocabularySize
        for token in tokens where token < 0 || token >= size {
            throw .tokenOutsideVocabulary(token: token, vocabularySize: size)
        }
    }

    private func cancel(_ id: RequestID) {
        var written = 0
        if case .generate(let generation)? = tasks[id]?.work { written = generation.block.tokens.count }
        fail(id, .cancelled(writtenTokens: written))
    }

    /// Ends a request without a result; nothing happens if there is no such request.
    func fail(_ id: RequestID, _ error: EngineError) {
        guard tasks.removeValue(forKey: id) != nil else { return }
        batcher.finish(id)
        events.append(.failed(id, error))
    }
}

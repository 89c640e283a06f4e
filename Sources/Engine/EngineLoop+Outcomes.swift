import Batching

/// What a step's logits mean for the requests that wanted them.
extension EngineLoop {
    func take(_ outcome: RowOutcome, of wanted: WantedRow, now: ContinuousClock.Instant) {
        // An earlier row of the same step may have ended the request.
        guard tasks[wanted.request] != nil else { return }
        switch (outcome, wanted.work) {
        case (.notFinite, _):
            // What such a model leaves in the cache is worth nothing.
            let key = batcher.request(wanted.request)!.key
            fail(wanted.request, .logitsNotFinite(position: wanted.position))
            batcher.rewind(key, to: 0)
        case (.value(let token, let logProbability), .generate(let generation)):
            advance(generation, wanted.request, token, logProbability, now)
        case (.value(let token, let logProbability), .score(let scoring)):
            advance(scoring, wanted.request, token, logProbability, now)
        }
    }

    /// Of a file that was overwritten in use nobody knows which numbers are its own.
    func distrustIfChanged() {
        guard !events.isEmpty else { return }
        do { try model.checkUnchanged() } catch {
            events = events.map { .failed($0.id, .modelFileChanged(error)) }
        }
    }

    private func advance(
        _ generation: Generation, _ id: RequestID, _ token: Int32, _ logProbability: Float,
        _ now: ContinuousClock.Instant
    ) {
        let hasEnded = generation.append(token, logProbability: logProbability, model.tokenizer)
        guard hasEnded else {
            statistics.generatedTokens += 1
            batcher.append(token, to: id)
            return
        }
        if generation.block.finish != .endToken { statistics.generatedTokens += 1 }
        let timing = finish(id, now)
        events.append(.generated(id, generation.block, timing))
    }

    private func advance(
        _ scoring: Scoring, _ id: RequestID, _ drawn: Int32, _ logProbability: Float,
        _ now: ContinuousClock.Instant
    ) {
        scoring.append(logProbability, drawn: drawn)
        statistics.scoredTokens += 1
        guard scoring.isComplete else { return }
        let timing = finish(id, now)
        events.append(.scored(id, BlockScores(scoring), timing))
    }

    private func finish(_ id: RequestID, _ now: ContinuousClock.Instant) -> Timing {
        let task = tasks.removeValue(forKey: id)!
        var timing = task.timing
        timing.cachedTokens = batcher.cachedLength(of: batcher.request(id)!.key) - timing.computedTokens
        batcher.finish(id)
        let started = task.started ?? now
        timing.queuedSeconds = task.submitted.duration(to: started).seconds
        timing.computeSeconds = started.duration(to: now).seconds
        return timing
    }
}

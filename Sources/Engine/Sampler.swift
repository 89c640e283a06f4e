import Glibc
import Transformer

/// Chooses a token from a row of logits. Never sorts the vocabulary: only tokens near the likeliest one.
///
/// Holds scratch, so it serves one thread at a time; the choice depends on the arguments alone.
final class Sampler {
    private struct Candidate {
        var token: Int32
        /// Nats below the likeliest token, at the temperature asked for.
        var distance: Float

        /// Probability over that of the likeliest token.
        var weight: Double { exp(-Double(distance)) }

        static func isLikelier(_ first: Candidate, _ second: Candidate) -> Bool {
            first.distance != second.distance ? first.distance < second.distance : first.token < second.token
        }
    }

    /// `[vocabulary]`: logits after penalty and temperature.
    private let scaled: UnsafeMutableBufferPointer<Float>
    private var candidates: [Candidate] = []

    /// Bytes that one takes.
    static func byteCount(vocabularySize: Int) -> Int {
        vocabularySize * (MemoryLayout<Float>.stride + MemoryLayout<Candidate>.stride)
    }

    init(vocabularySize: Int) {
        scaled = .allocate(capacity: vocabularySize)
        candidates.reserveCapacity(vocabularySize)
    }

    deinit {
        scaled.deallocate()
    }

    /// The chosen token. `logits` stay as they are.
    ///
    /// - Parameters:
    ///   - seen: distinct tokens that the repetition penalty touches.
    ///   - noise: decides the draw.
    func choose(
        from logits: Logits, _ options: SamplingOptions, seen: ArraySlice<Int32>, noise: TokenNoise.Position
    ) -> Int32 {
        if options.temperature == 0, options.repetitionPenalty == 1 { return logits.likeliest }
        _ = scaled.update(fromContentsOf: logits.values)
        penalize(seen, options.repetitionPenalty)
        if options.temperature == 0 { return Logits(values: scaled).likeliest }
        Logits(values: scaled).scale(by: 1 / options.temperature)
        if options.topK == 0, options.topP == 1, options.minP == 0 { return drawFromAll(noise) }
        keepCandidates(options)
        return drawFromCandidates(noise)
    }

    private func penalize(_ seen: ArraySlice<Int32>, _ penalty: Float) {
        guard penalty != 1 else { return }
        for token in seen {
            let logit = scaled[Int(token)]
            scaled[Int(token)] = logit > 0 ? logit / penalty : logit * penalty
        }
    }

    // MARK: - Which tokens are left

    private func keepCandidates(_ options: SamplingOptions) {
        let top = scaled[Int(Logits(values: scaled).likeliest)]
        if options.topK > 0 {
            gather(below: top) { $0.count >= options.topK }
            sortCandidates(by: Candidate.isLikelier)
            candidates.removeLast(max(0, candidates.count - options.topK))
            cut(at: Double(options.topP), of: candidates.reduce(0) { $0 + $1.weight })
        } else if options.topP < 1 {
            let total = exp(Logits(values: scaled).logSumExp - Double(top))
            let enough = Double(options.topP) * total
            gather(below: top) { $0.reduce(0) { $0 + $1.weight } >= enough }
            sortCandidates(by: Candidate.isLikelier)
            cut(at: Double(options.topP), of: total)
        } else {
            gather(below: top, within: -log(options.minP) + 0.01) { _ in true }
        }
        if options.minP > 0 { candidates.removeAll { $0.weight < Double(options.minP) } }
    }

    /// Sorts in place; `sort` takes memory to merge in. `precedes` decides about every pair, so there is one order.
    private func sortCandidates(by precedes: (Candidate, Candidate) -> Bool) {
        candidates.withUnsafeMutableBufferPointer { heap in
            for root in (0..<heap.count / 2).reversed() { sink(root, in: heap, by: precedes) }
            for end in (1..<max(1, heap.count)).reversed() {
                heap.swapAt(0, end)
                sink(0, in: UnsafeMutableBufferPointer(rebasing: heap[..<end]), by: precedes)
            }
        }
    }

    /// Moves the candidate at `root` down a heap, whose root is its last candidate, to its place.
    private func sink(
        _ root: Int, in heap: UnsafeMutableBufferPointer<Candidate>, by precedes: (Candidate, Candidate) -> Bool
    ) {
        var place = root
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, precedes(heap[child], heap[child + 1]) { child += 1 }
            guard precedes(heap[place], heap[child]) else { return }
            heap.swapAt(place, child)
            place = child
        }
    }

    /// Fills `candidates` with the tokens at most `limit` nats below the likeliest one. The limit is doubled
    /// until `isEnough` holds, so few sweeps are needed; in the end all tokens are taken.
    private func gather(below top: Float, within limit: Float = 2, until isEnough: ([Candidate]) -> Bool) {
        var limit = limit
        repeat {
            let isLast = limit > 200
            candidates.removeAll(keepingCapacity: true)
            let floor = isLast ? -Float.infinity : top - limit
            for token in 0..<scaled.count where scaled[token] >= floor {
                candidates.append(Candidate(token: Int32(token), distance: top - scaled[token]))
            }
            if isLast { return }
            limit *= 2
        } while !isEnough(candidates)
    }

    /// Keeps the first candidates that together reach `share` of `total`.
    private func cut(at share: Double, of total: Double) {
        guard share < 1 else { return }
        var reached = 0.0
        let last = candidates.firstIndex { candidate in
            reached += candidate.weight
            return reached >= share * total
        }
        if let last { candidates.removeLast(candidates.count - last - 1) }
    }

    // MARK: - The draw

    /// A token and its logit with noise, in nats above the likeliest token's logit.
    private struct Drawn {
        var token: Int32
        var value: Double

        /// Takes the place of what was drawn so far if it is greater; of equals the first token stays.
        mutating func note(_ other: Int32, distance: Float, _ noise: TokenNoise.Position) {
            // Most tokens are too unlikely to be drawn with any noise, or with that of their bits' first zeros.
            let needed = value + Double(distance)
            guard needed <= TokenNoise.Position.maximum else { return }
            let bits = noise.bits(other)
            guard TokenNoise.Position.bound(bits) >= needed else { return }
            let challenger = TokenNoise.Position.gumbel(bits) - Double(distance)
            guard challenger > value || (challenger == value && other < token) else { return }
            self = Drawn(token: other, value: challenger)
        }
    }

    /// The token whose logit is the greatest with its noise: each is drawn by its probability (Gumbel-max).
    private func drawFromCandidates(_ noise: TokenNoise.Position) -> Int32 {
        let first = candidates[0]
        var drawn = Drawn(token: first.token, value: noise.gumbel(first.token) - Double(first.distance))
        for candidate in candidates.dropFirst() {
            drawn.note(candidate.token, distance: candidate.distance, noise)
        }
        return drawn.token
    }

    private func drawFromAll(_ noise: TokenNoise.Position) -> Int32 {
        let likeliest = Logits(values: scaled).likeliest
        let top = scaled[Int(likeliest)]
        var drawn = Drawn(token: likeliest, value: noise.gumbel(likeliest))
        for token in 0..<Int32(scaled.count) where token != likeliest {
            drawn.note(token, distance: top - scaled[Int(token)], noise)
        }
        return drawn.token
    }
}

import Domain
import Glibc

/// Drafting without a model: what is proposed is what followed the same last tokens earlier, in the prompt, in the
/// path's own text or in that of the problem's other paths (prompt lookup, Saxena 2023; with several paths STAND,
/// arXiv:2506.04708). Pure; no table is kept beside the texts, since one walk over the few thousand tokens of a problem
/// costs microseconds where the token that it may save costs milliseconds.
public struct PromptLookup: Sendable, Hashable {
    /// Tokens that must match at least, and what is looked at at most.
    let shortestMatch: Int
    static let longestMatch = 5
    /// Whether there is a model that writes where nothing is found.
    let hasModel: Bool

    /// A worker without a model.
    public static let alone = PromptLookup(shortestMatch: 2, hasModel: false)
    /// A worker that asks its model where no match is long.
    public static let beforeModel = PromptLookup(shortestMatch: 4, hasModel: true)

    /// A token that is expected next.
    struct Proposal: Hashable {
        let token: Int32
        /// Of the places that match as far, the share that this token follows, above 0 and at most 1.
        let share: Double
    }

    /// What follows the longest match of the last tokens most often, the latest if equal; nil without a match.
    ///
    /// - Parameters:
    ///   - text: the path's tokens, whose last ones are looked for.
    ///   - others: of the problem's other paths, the latest last. They count as earlier than the path's own.
    func next(after text: [Int32], among others: [[Int32]]) -> Proposal? {
        guard text.count >= shortestMatch, let last = text.last else { return nil }
        var matched = shortestMatch
        var counts: [Int32: (count: Int, latest: Int)] = [:]
        var places = 0
        for earlier in others + [text] {
            for place in earlier.indices.dropLast() where earlier[place] == last {
                let length = Self.matchLength(text, earlier, endingAt: place)
                guard length >= matched else { continue }
                if length > matched {
                    matched = length
                    counts = [:]
                    places = 0
                }
                places += 1
                let count = counts[earlier[place + 1]]?.count ?? 0
                counts[earlier[place + 1]] = (count + 1, places)
            }
        }
        guard let best = counts.max(by: { ($0.value.count, $0.value.latest) < ($1.value.count, $1.value.latest) })
        else { return nil }
        return Proposal(token: best.key, share: Double(best.value.count) / Double(places))
    }

    /// How many of the text's last tokens are those up to this place of an earlier one, at most `longestMatch`.
    private static func matchLength(_ text: [Int32], _ earlier: [Int32], endingAt place: Int) -> Int {
        let limit = min(longestMatch, text.count, place + 1)
        var length = 0
        while length < limit, text[text.count - 1 - length] == earlier[place - length] { length += 1 }
        return length
    }

    /// A block after a context: one proposal after another, up to the first place without one.
    ///
    /// - Parameters:
    ///   - request: as for an engine. Nothing is sampled, and blocks do not end at steps: what stands is what the
    ///     target draws.
    ///   - others: as in `next`.
    ///   - bytes: what a token writes.
    func write(
        _ request: WriteRequest, among others: [[Int32]], bytes: (Int32) -> [UInt8]
    ) -> WrittenTokens {
        var text = request.context
        var (written, logProbabilities): ([UInt8], [Float]) = ([], [])
        func block(_ finish: FinishReason) -> WrittenTokens {
            WrittenTokens(
                tokens: Array(text[request.context.count...]), bytes: written, finish: finish,
                logProbabilities: logProbabilities)
        }
        for _ in 0..<request.task.maximumTokens {
            guard let proposal = next(after: text, among: others) else {
                return block(.noProposal)
            }
            let logProbability = Float(log(proposal.share))
            logProbabilities.append(logProbability)
            if request.endTokens.contains(proposal.token) { return block(.endToken) }
            text.append(proposal.token)
            written += bytes(proposal.token)
            if request.isComplete(written) { return block(.answer) }
            if let threshold = request.task.doubtThreshold, logProbability < threshold { return block(.doubt) }
        }
        return block(.length)
    }
}

/// What is written for a problem, by path, as far as this worker has heard of it; paths that are over stay until their
/// problem is.
struct ProblemTexts: Sendable {
    private var tokens: [Int: [Int32]] = [:]
    /// Numbers of paths, the one that was heard of last at the end.
    private var order: [Int] = []

    mutating func note(_ path: Int, _ text: [Int32]) {
        tokens[path] = text
        order.removeAll { $0 == path }
        order.append(path)
    }

    /// All but this path's, the latest last.
    func others(than path: Int) -> [[Int32]] {
        order.filter { $0 != path }.compactMap { tokens[$0] }
    }
}

/// How long the blocks of a run's draft should be, from its records alone, so that a restored run goes on as it was.
struct DraftLengths: Sendable {
    /// What a hand-over and the fixed part of a pass cost beside reading one token of a block, in tokens read: 3 for a
    /// model bound by memory, 12 for a small one. The cost around the best length is flat.
    private static let fixedCost = 8.0

    /// Tokens of judged blocks that stood, and places where the target drew another token, which ended them.
    private var stood = 0
    private var differences = 0
    /// The negative threshold, nats.
    private var doubt: Double
    /// Until more is known a difference every twenty tokens is expected.
    private(set) var bestLength = Self.bestLength(differenceRate: 0.05, atMost: 64)

    /// - Parameter doubtShare: of tokens that shall end their block. The threshold begins near where models of language
    ///   have it, since a run's first blocks are as long as it says.
    init(doubtShare: Double = 0.04) { doubt = 0.3 * (1 / doubtShare).squareRoot() }

    /// Below this log-probability of its own, in nats, a token of the draft is among the least likely `doubt_share`.
    var doubtThreshold: Float { Float(-doubt) }

    /// A drafted block ended, by doubt or otherwise: the threshold follows the share of tokens that end blocks, as the
    /// online quantile of Gibbs and Candes (arXiv:2106.00170, eq. 2), here by factors: log-probabilities span decades.
    mutating func note(block tokens: Int, isDoubtful: Bool, share: Double) {
        let step = 0.1 * ((isDoubtful ? 1 : 0) - share * Double(tokens))
        doubt = min(max(step > 0 ? doubt * (1 + step) : doubt / (1 - step), 1e-4), 200)
    }

    /// So many tokens of a judged block stand.
    mutating func note(stood tokens: Int, isCut: Bool, atMost: Int) {
        stood += tokens
        differences += isCut ? 1 : 0
        let rate = Double(differences + 1) / Double(stood + differences + 20)
        bestLength = Self.bestLength(differenceRate: rate, atMost: atMost)
    }

    /// The length whose cost for a token that stands is the least: (fixed cost + K) / E, where
    /// E = (1 - (1 - q)^K) / q tokens stand of a block of K if each differs with probability q, the token that replaces
    /// the first difference included (Leviathan, Kalman and Matias, arXiv:2211.17192, eq. 1).
    static func bestLength(differenceRate q: Double, atMost limit: Int) -> Int {
        var (same, expected) = (1.0, 0.0)
        var best = (length: 1, cost: Double.infinity)
        for length in 1...max(1, limit) {
            expected += same
            same *= 1 - q
            let cost = (fixedCost + Double(length)) / expected
            // It has one minimum.
            guard cost < best.cost else { break }
            best = (length, cost)
        }
        return best.length
    }
}

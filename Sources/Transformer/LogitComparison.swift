import Glibc

/// How far two models, or two ways to compute one, are apart on the same text.
public struct LogitComparison: Sendable {
    /// What one position says: two rows of logits over one vocabulary.
    public struct Row: Sendable {
        /// Kullback-Leibler divergence of the second from the first, nats: sum of p1 (log p1 - log p2).
        public var divergence: Double
        /// Largest difference of two log-probabilities over the vocabulary, where the first is above -20 nats (below
        /// that a difference is of no account).
        public var largestDifference: Double
        /// Whether both find the same token the likeliest.
        public var agrees: Bool
        /// Log-probabilities of the token that follows in the text, nats.
        public var next: (first: Double, second: Double)?

        static let leastLogProbability = -20.0

        public init(_ first: Logits, _ second: Logits, next token: Int32?) {
            let firstSum = first.logSumExp
            let secondSum = second.logSumExp
            var divergence = 0.0
            var largest = 0.0
            for index in 0..<first.values.count {
                let p = Double(first.values[index]) - firstSum
                let q = Double(second.values[index]) - secondSum
                guard p > -40 else { continue }
                divergence += exp(p) * (p - q)
                if p > Self.leastLogProbability { largest = max(largest, abs(p - q)) }
            }
            // Of two equal rows it may come out a hair below.
            self.divergence = max(0, divergence)
            largestDifference = largest
            agrees = first.likeliest == second.likeliest
            next = token.map {
                (Double(first.values[Int($0)]) - firstSum, Double(second.values[Int($0)]) - secondSum)
            }
        }
    }

    public private(set) var positions = 0
    public private(set) var largestDifference = 0.0
    private var divergenceSum = 0.0
    private var agreements = 0
    private var scored = 0
    private var sums = (first: 0.0, second: 0.0)

    public init() {}

    public mutating func add(_ row: Row) {
        positions += 1
        divergenceSum += row.divergence
        largestDifference = max(largestDifference, row.largestDifference)
        agreements += row.agrees ? 1 : 0
        if let next = row.next {
            scored += 1
            sums.first += next.first
            sums.second += next.second
        }
    }

    /// Mean over the positions, nats; not a number where there are none.
    public var meanDivergence: Double { divergenceSum / Double(positions) }
    /// Share of positions at which both find the same token the likeliest.
    public var top1Agreement: Double { Double(agreements) / Double(positions) }
    /// Mean negative log-likelihood of the text, nats a token.
    public var meanNLL: (first: Double, second: Double) {
        (-sums.first / Double(scored), -sums.second / Double(scored))
    }
}

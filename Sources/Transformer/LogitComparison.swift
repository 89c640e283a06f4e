import Glibc

/// How far two models, or two ways to compute one, are apart on the same text.
public struct LogitComparison: Sendable {
    /// Which of the two a row comes from.
    public enum Side: String, Sendable {
        case first, second
    }

    /// What one position says: two rows of logits over one vocabulary.
    struct Row {
        /// Kullback-Leibler divergence of the second from the first, nats: sum of p1 (log p1 - log p2).
        var divergence: Double
        /// Largest difference of two log-probabilities over the vocabulary, where the first is above -20 nats (below
        /// that a difference is of no account).
        var largestDifference: Double
        /// Whether both find the same token the likeliest.
        var agrees: Bool
        /// Log-probabilities of the token that follows in the text, nats.
        var next: (first: Double, second: Double)?

        static let leastLogProbability = -20.0

        /// Both rows are finite.
        init(_ first: Logits, _ second: Logits, next token: Int32?) {
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

    /// Adds the next position. `next` is the token that follows it in the text, if one does.
    ///
    /// - Throws: `notFinite`; nothing has then been added.
    public mutating func add(_ first: Logits, _ second: Logits, next: Int32?) throws(LogitComparisonError) {
        precondition(first.values.count == second.values.count, "rows over one vocabulary")
        guard first.areFinite else { throw .notFinite(.first, position: positions) }
        guard second.areFinite else { throw .notFinite(.second, position: positions) }
        let row = Row(first, second, next: next)
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

    /// Mean over the positions, nats; nil where there are none.
    public var meanDivergence: Double? { mean(divergenceSum, of: positions) }
    /// Share of positions at which both find the same token the likeliest; nil where there are none.
    public var top1Agreement: Double? { mean(Double(agreements), of: positions) }
    /// Mean negative log-likelihood of the text, nats a token; nil where no position had a next token.
    public var meanNLL: (first: Double, second: Double)? {
        guard let first = mean(-sums.first, of: scored), let second = mean(-sums.second, of: scored) else { return nil }
        return (first, second)
    }

    private func mean(_ sum: Double, of count: Int) -> Double? { count > 0 ? sum / Double(count) : nil }
}

/// Why two models cannot be compared.
public enum LogitComparisonError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A logit of this side is not a number, or none that a working model gives. Positions count from 0.
    case notFinite(LogitComparison.Side, position: Int)

    public var description: String {
        switch self {
        case .notFinite(let side, let position):
            "the logits of the \(side.rawValue) model are not finite at position \(position); the model file is damaged"
        }
    }
}

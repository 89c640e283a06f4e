/// Figures of samples. Nil where there is nothing to take them of.
public enum Statistics {
    public static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The value that a share of the others lies below, straight lines between neighbours (definition 7 of Hyndman
    /// and Fan, "Sample quantiles in statistical packages", 1996; the default of R and NumPy).
    public static func quantile(_ values: [Double], _ share: Double) -> Double? {
        guard !values.isEmpty, (0...1).contains(share) else { return nil }
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }

    public static func median(_ values: [Double]) -> Double? { quantile(values, 0.5) }

    /// The mean in which each value counts as much as its weight; nil without a positive weight.
    public static func weightedMean(_ values: [(value: Double, weight: Double)]) -> Double? {
        let weight = values.reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return nil }
        return values.reduce(0) { $0 + $1.value * $1.weight } / weight
    }

    /// How many values lie in each of so many bins of equal width; the last holds its upper end, too. Values outside
    /// the range are in none.
    public static func histogram(_ values: [Double], bins: Int, in range: ClosedRange<Double> = 0...1) -> [Int] {
        precondition(bins > 0 && range.lowerBound < range.upperBound, "a histogram has bins and a range")
        var counts = Array(repeating: 0, count: bins)
        let width = (range.upperBound - range.lowerBound) / Double(bins)
        for value in values where range.contains(value) {
            counts[min(Int((value - range.lowerBound) / width), bins - 1)] += 1
        }
        return counts
    }

    /// A cluster of a sample: one problem, with as many attempts as it has paths.
    public struct Cluster: Sendable, Hashable {
        public var successes: Int
        public var trials: Int

        public init(successes: Int, trials: Int) {
            self.successes = successes
            self.trials = trials
        }
    }

    /// The 95 % interval of the mean over clusters of their shares; inside 0...1, nil without a cluster that has
    /// trials.
    ///
    /// Paths of one problem are right or wrong together, so they count for less than as many problems. This is the
    /// interval of Wilson (1927) for as many independent trials as the spread between clusters says (the effective
    /// size, Kish 1965): p (1 - p) / (variance of the mean), at least the clusters and at most the trials. With one
    /// trial a cluster it is Wilson's own interval.
    public static func clusterInterval(_ clusters: [Cluster]) -> ClosedRange<Double>? {
        let shares = clusters.filter { $0.trials > 0 }.map { Double($0.successes) / Double($0.trials) }
        guard let share = mean(shares) else { return nil }
        let count = Double(shares.count)
        let trials = Double(clusters.reduce(0) { $0 + $1.trials })
        let variance = shares.reduce(0) { $0 + ($1 - share) * ($1 - share) } / (count * count)
        // All alike at an end of the range: each cluster may hang together as a whole.
        let isCertain = share <= 0 || share >= 1
        let effective = isCertain ? count : variance > 0 ? share * (1 - share) / variance : trials
        return Metrics.wilsonInterval(share: share, trials: min(max(effective, count), trials))
    }
}

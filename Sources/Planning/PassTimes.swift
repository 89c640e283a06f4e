import Domain

/// How long the passes of a worker take, between and beyond what was measured: straight lines from one measurement to
/// the next, as for an engine whose pass costs a fixed part (its weights are read once) and a part for each token.
public struct PassTimes: Sendable, Hashable {
    /// x: sequences; y: seconds of a step in which each writes a token.
    private let writing: Line
    /// x: tokens of all sequences together; y: seconds of the pass that scores them.
    private let reading: Line?

    /// - Returns: nil where no step was measured.
    public init?(_ probes: [Probe], _ seconds: [Double]) {
        var (writes, reads): ([Double: [Double]], [Double: [Double]]) = ([:], [:])
        for (probe, time) in zip(probes, seconds) where time > 0 {
            switch probe.kind {
            case .write: writes[Double(probe.sequences), default: []].append(time)
            case .read: reads[Double(probe.sequences * probe.tokens), default: []].append(time)
            }
        }
        guard let writing = Line(writes) else { return nil }
        self.writing = writing
        reading = Line(reads)
    }

    /// Seconds of a step in which so many sequences write a token each; a share of one where fewer than one do.
    func write(_ sequences: Double) -> Double { writing.value(at: max(1, sequences)) }

    /// Seconds of a pass that scores so many tokens.
    func read(_ tokens: Double) -> Double { reading?.value(at: max(1, tokens)) ?? .infinity }

    /// Whether what one sequence waits for is memory rather than arithmetic: four write in less than twice its time.
    var isMemoryBound: Bool { write(4) < 2 * write(1) }
}

/// A line through points, straight between them and beyond the last; before the first it stays at its height.
struct Line: Sendable, Hashable {
    private let points: [Point]

    private struct Point: Sendable, Hashable {
        let x: Double
        let y: Double
    }

    /// - Parameter measured: heights by place; of several at a place their mean.
    init?(_ measured: [Double: [Double]]) {
        guard !measured.isEmpty else { return nil }
        points = measured.map { Point(x: $0, y: $1.reduce(0, +) / Double($1.count)) }.sorted { $0.x < $1.x }
    }

    func value(at x: Double) -> Double {
        guard points.count > 1, x > points[0].x else { return points[0].y }
        let right = min(points.firstIndex { $0.x >= x } ?? points.count - 1, points.count - 1)
        let (low, high) = (points[right - 1], points[right])
        return low.y + (high.y - low.y) * (x - low.x) / (high.x - low.x)
    }
}

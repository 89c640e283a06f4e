/// How far a pull is.
public struct PullProgress: Equatable, Sendable {
    /// What is done now.
    public enum Phase: String, Equatable, Sendable {
        /// Another process pulls the same model.
        case waiting
        case fetching, unpacking, joining, checking
        case finished
    }

    public let phase: Phase
    /// From 1; 0 before the first.
    public let part: Int
    public let partCount: Int
    /// Of the model, in finished parts and the one at work.
    public let bytesDone: Int64
    /// The size of the model, if the manifest knows it.
    public let bytesTotal: Int64?
    /// Over what this pull itself brought; nil until something has come.
    public let bytesPerSecond: Double?
    /// At this rate; nil where rate or size is not known.
    public let secondsLeft: Double?
}

/// Keeps the figures of a pull and reports them.
final class PullMeter {
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let total: Int64?
    private let report: (PullProgress) -> Void
    private var broughtBytes: Int64 = 0
    private(set) var doneBytes: Int64 = 0
    let partCount: Int

    init(partCount: Int, total: Int64?, report: @escaping (PullProgress) -> Void) {
        start = clock.now
        self.partCount = partCount
        self.total = total
        self.report = report
    }

    /// Bytes that came in this pull.
    func brought(_ bytes: Int64) {
        broughtBytes += bytes
        doneBytes += bytes
    }

    /// Bytes that were there before.
    func found(_ bytes: Int64) {
        doneBytes += bytes
    }

    func show(_ phase: PullProgress.Phase, part: Int) {
        let elapsed = clock.now - start
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        let rate = broughtBytes > 0 && seconds > 0 ? Double(broughtBytes) / seconds : nil
        let missing = total.map { max(0, $0 - doneBytes) }
        report(
            PullProgress(
                phase: phase, part: part, partCount: partCount, bytesDone: doneBytes, bytesTotal: total,
                bytesPerSecond: rate,
                secondsLeft: rate.flatMap { rate in missing.map { Double($0) / rate } }))
    }
}

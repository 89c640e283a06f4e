import Domain

/// How long passes take on a cluster, by role: what a planned batch goes through. docs/cost-model.md.
public struct CostModel: Sendable {
    /// Seconds from the end of a pass to the beginning of the next of the same path, nobody waiting, where the sample
    /// run does not tell: measured, docs/measurements/strategies.md.
    static let usualHandOver = 0.000_5

    /// The workers of a role, of which each is as fast as the others.
    public struct Station: Sendable {
        /// Of one worker.
        public let times: PassTimes
        public let workers: Int
        /// Orders at once, of one worker.
        public let slots: Int

        public init(times: PassTimes, workers: Int, slots: Int) {
            self.times = times
            self.workers = workers
            self.slots = slots
        }
    }

    /// Nil where no draft worker has a model: what lookup proposes takes no time.
    public let draft: Station?
    /// While nothing else is at work.
    public let target: Station
    /// While the draft workers are at work as well.
    public let busyTarget: Station
    /// Seconds from the end of a pass to the beginning of the next of the same path, nobody waiting.
    var handOver = Self.usualHandOver

    public init(draft: Station?, target: Station, busyTarget: Station) {
        self.draft = draft
        self.target = target
        self.busyTarget = busyTarget
    }
}

/// How a batch is worked on.
enum Way: Sendable, Hashable {
    case target
    case draft
    /// Blocks are read; those that differ are cut, up to this share of all blocks, or of those of the share `gate` of
    /// the problems, of which all paths are drafted first.
    case coupled(rate: Double, gate: Double)
    /// Blocks are read, and this share of them is written anew by the target.
    case resample(rate: Double)
}

import Domain

/// A path with what is known of its current orders. Only `path` is durable.
struct OpenPath: Sendable {
    var path = Path()
    var desk = Desk()
}

/// Where the work on a path is, in this life of the coordinator.
struct Desk: Sendable {
    /// The next piece that the path needs.
    var due = Piece()
    /// What is drafted on the bet that the block under judgement will be kept.
    var ahead: Ahead?
    /// The score that waits for those of its barrier.
    var score: PendingScore?
    /// Whether an order of this path was ever sent in this life or an earlier one.
    var hasBegun = false
    /// Whether it holds one of its problem's slots for takeovers.
    var holdsTakeoverSlot = false
    /// Times that what is drafted ahead of this path came back undone.
    var aheadReturns = 0
    /// What is drafted ahead came back too often, or killed a worker: that shall be found by work that is counted.
    var isBarredFromRunningAhead = false
    /// Which worker of each role holds its context.
    var homes = RolePair<Int?>(nil)
    /// The draft worker among whose paths without a verdict it is counted.
    var countedAsWaiting: Int?
}

/// A piece of work.
struct Piece: Sendable {
    var place = Place.nowhere
    var tries = Tries()
    /// When the piece came up, counted over the coordinator's life; keeps its place in the line when it is put back.
    var arrival = 0

    enum Place: Sendable, Hashable {
        /// Not begun, or over.
        case nowhere
        /// In a queue, under this ticket.
        case queued(ticket: UInt64)
        /// Came back undone and waits until it may be ordered again, under this ticket.
        case backingOff(ticket: UInt64)
        /// Waits for one of its problem's slots for takeovers.
        case parked
        /// Waits for the other paths of its problem.
        case atBarrier
        case ordered(OutstandingOrder)

        /// Of the queue's entry that stands for the piece.
        var ticket: UInt64? {
            switch self {
            case .queued(let ticket), .backingOff(let ticket): ticket
            case .nowhere, .parked, .atBarrier, .ordered: nil
            }
        }
    }

    var order: OutstandingOrder? {
        switch place {
        case .ordered(let order): order
        case .nowhere, .queued, .backingOff, .parked, .atBarrier: nil
        }
    }
}

/// What is drafted of a path beyond the block whose verdict is out (ALGORITHM.md, section 5). Nothing of it is
/// recorded before the verdict: with the same context and the same seeds it comes out the same again.
struct Ahead: Sendable {
    /// The path as it will be if every block is kept.
    var path: Path
    /// Written on that bet, oldest first, each with the name of the worker that wrote it.
    var blocks: [(report: BlockReport, worker: String)] = []
    /// The piece for the block after these.
    var piece = Piece()

    var tokens: Int { blocks.reduce(0) { $0 + $1.report.block.tokens.count } }
}

/// Which piece of a path.
struct PieceReference: Sendable, Hashable {
    let path: PathReference
    var isAhead = false
}

/// An order that a worker has.
struct OutstandingOrder: Sendable, Hashable {
    let tag: OrderTag
    /// Index of the worker.
    let worker: Int
    /// The segment that is to be written, and its bound; nil for a score.
    let segment: SegmentID?
    let maximumTokens: Int
    /// Whether the whole context went with it, so that the worker cannot have lost it.
    let isWhole: Bool
    let sentMs: Int64
}

/// What has gone wrong with the current piece of work so far.
struct Tries: Sendable, Hashable {
    /// How often it has been ordered, from 1.
    var attempt = 1
    /// Why the last order came back undone; nil before the first.
    var setback: String?
    /// Workers that died while they held it.
    var deaths = 0
    var contextLosses = 0
    /// Replies that made no sense.
    var faults = 0
}

import Domain

/// A path with what is known of its current order. Only `path` is durable.
struct OpenPath: Sendable {
    var path = Path()
    var desk = Desk()
}

/// Where the next piece of a path's work is, in this life of the coordinator.
struct Desk: Sendable {
    var place = Place.nowhere
    var tries = Tries()
    /// When the piece came up, counted over the coordinator's life; keeps its place in the line when it is put back.
    var arrival = 0
    /// Whether an order of this path was ever sent in this life or an earlier one.
    var hasBegun = false
    /// Whether it holds one of its problem's slots for takeovers.
    var holdsTakeoverSlot = false
    /// Which worker of each role holds its context.
    var homes = RolePair<Int?>(nil)

    enum Place: Sendable, Hashable {
        /// Not begun, or over.
        case nowhere
        /// In a queue, under this ticket.
        case queued(ticket: UInt64)
        /// Waits for one of its problem's slots for takeovers.
        case parked
        case ordered(OutstandingOrder)
    }

    var order: OutstandingOrder? {
        switch place {
        case .ordered(let order): order
        case .nowhere, .queued, .parked: nil
        }
    }
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
}

/// What has gone wrong with the current piece of work so far.
struct Tries: Sendable, Hashable {
    /// How often it has been ordered, from 1.
    var attempt = 1
    /// Workers that died while they held it.
    var deaths = 0
    var contextLosses = 0
    /// Replies that made no sense.
    var faults = 0
}

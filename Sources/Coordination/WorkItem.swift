import Domain

/// A path's place in the coordinator's memory; its run is counted over the coordinator's life.
struct PathReference: Sendable, Hashable, Comparable {
    let run: Int
    let problem: Int
    let path: Int

    static func < (left: PathReference, right: PathReference) -> Bool {
        (left.run, left.problem, left.path) < (right.run, right.problem, right.path)
    }
}

/// Which item of a path: the one that it needs next, or the one that is drafted ahead of a verdict.
struct WorkItemReference: Sendable, Hashable {
    let path: PathReference
    var isAhead = false
}

/// A work item of a path: one block to be written or scored. The same item through all its orders.
struct WorkItem: Sendable {
    let stage: Stage
    /// Whose workers can do it.
    let role: Role
    /// Blocks drafted ahead before it; nil where it does not run ahead.
    let blocksAhead: Int?
    /// When the item came up, counted over the coordinator's life; keeps its place in the line when it is put back.
    let arrival: Int
    var place = Place.nowhere
    var tries = Tries()

    enum Place: Sendable, Hashable {
        /// Taken out of its queue, or done.
        case nowhere
        /// In a queue, under this generation.
        case queued(generation: UInt64, Queue)
        /// Came back undone and waits until it may be ordered again, under this generation.
        case backingOff(generation: UInt64)
        /// Waits for one of its problem's slots for takeovers.
        case parked
        /// Waits for the other paths of its problem.
        case atBarrier
        /// At a worker, by its index.
        case ordered(at: Int, OrderID)

        /// Of the queue's entry that stands for the item.
        var generation: UInt64? {
            switch self {
            case .queued(let generation, _), .backingOff(let generation): generation
            case .nowhere, .parked, .atBarrier, .ordered: nil
            }
        }
    }

    /// Which of the queues of its lane.
    enum Queue: Sendable, Hashable {
        /// For any worker.
        case free
        /// For the worker that holds the path's context.
        case pinned(Int)
        /// For workers that have nothing else, whatever its run.
        case poisonSuspect
    }

    /// The order that it is in, and the worker that has it.
    var order: (worker: Int, id: OrderID)? {
        switch place {
        case .ordered(let worker, let id): (worker, id)
        case .nowhere, .queued, .backingOff, .parked, .atBarrier: nil
        }
    }

    var isQueued: Bool {
        switch place {
        case .queued: true
        case .nowhere, .backingOff, .parked, .atBarrier, .ordered: false
        }
    }

    var lane: Lane {
        if blocksAhead != nil { return .ahead }
        return stage == .takeOver ? .takeovers : .work(role)
    }
}

/// An order that a worker has.
struct OutstandingOrder: Sendable, Hashable {
    let tag: OrderTag
    var item: WorkItemReference
    /// Index of the worker.
    let worker: Int
    /// The segment that is to be written, and its bound; nil for a score.
    let segment: SegmentID?
    let maximumTokens: Int
    /// Whether the whole context went with it, so that the worker cannot have lost it.
    let isWhole: Bool
    let sentMs: Int64
}

/// What has gone wrong with a work item so far.
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

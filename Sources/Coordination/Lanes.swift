import Domain

/// Which kind of work waits in a queue. Takeovers wait apart from the target's other work, so that a bound on them
/// holds up nothing else.
enum Lane: Sendable, Hashable {
    /// Of a role: opening blocks and scores.
    case work(Role)
    case takeovers
    /// Opening blocks that are drafted before the verdict on the blocks before them.
    case ahead

    /// What a worker of a role may do; `ahead` only where nothing else is left.
    static func of(_ role: Role) -> [Lane] {
        role == .target ? [.work(.target), .takeovers] : [.work(role), .ahead]
    }
}

/// A run's work that waits, by its lane.
struct Lanes: Sendable {
    private var work = RolePair(WaitingWork())
    private var takeovers = WaitingWork()
    private var ahead = WaitingWork()

    subscript(lane: Lane) -> WaitingWork {
        get {
            switch lane {
            case .work(let role): work[role]
            case .takeovers: takeovers
            case .ahead: ahead
            }
        }
        _modify {
            switch lane {
            case .work(let role): yield &work[role]
            case .takeovers: yield &takeovers
            case .ahead: yield &ahead
            }
        }
    }
}

/// Work of one lane that waits.
struct WaitingWork: Sendable {
    /// Begun paths that no live worker of the role holds.
    var free = ReadyQueue()
    /// Begun paths by the worker that holds them. Only looked up, never walked through in its own order.
    var pinned: [Int: ReadyQueue] = [:]
}

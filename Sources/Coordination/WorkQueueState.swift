import Domain

// What `WorkQueue` keeps of each path, run and problem.

extension WorkQueue {
    /// Of one path.
    struct PathItems: Sendable {
        enum Phase: Sendable { case fresh, begun, over }

        var phase = Phase.fresh
        var due: WorkItem?
        var ahead: WorkItem?
        /// Whether it holds one of its problem's slots for takeovers.
        var holdsTakeoverSlot = false
        /// Which worker of each role holds its context.
        var affinity = RolePair<Int?>(nil)
        /// Greater than the id of every segment that an order of this life asked for.
        var nextSegment = SegmentID(rawValue: 1)

        subscript(isAhead isAhead: Bool) -> WorkItem? {
            _read { if isAhead { yield ahead } else { yield due } }
            _modify { if isAhead { yield &ahead } else { yield &due } }
        }
    }

    /// Of one run.
    struct RunLanes: Sendable {
        var lanes = Lanes()
        var problemsInFlight = 0
        var takeoversInFlight = 0
        var problems: [ProblemSlots] = []
        /// The first path that was never begun; all before it were, or are over.
        var fresh = (problem: 0, path: 0)
        /// Problems that have begun and not ended.
        var openProblems = 0
        var begunPaths = 0
        /// Orders out, by the role that has them.
        var inFlight = RolePair(0)
    }

    /// Of one problem.
    struct ProblemSlots: Sendable {
        let paths: Int
        var isOver = false
        var takeoversInFlight = 0
        /// Paths that wait for a takeover's slot, in order of arrival.
        var parked: [Int] = []
        /// The draft worker that has all its paths, if one has.
        var home: Int?

        init(paths: Int) { self.paths = paths }
    }
}

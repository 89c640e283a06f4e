import Domain

/// A block as it was accepted, before it is known whether it stands.
struct WrittenBlock: Sendable, Hashable {
    let segment: Segment
    let finish: FinishReason
    /// What the gate decided about it, if it decided about it alone.
    var gate: GateDecision?

    /// Whether its draft had nothing to write, for want of room or of a proposal.
    var isEmptyHanded: Bool { segment.tokens.isEmpty && (finish == .contextFull || finish == .noProposal) }
}

/// What a path needs next. Only records move a path from one state to another, so a path that is restored is in the
/// state in which it was lost. Whether an order for the need is queued or out is not durable and stands elsewhere.
enum PathState: Sendable, Hashable {
    /// The block that opens the round is to be written.
    case opening
    /// That block is to be scored.
    case scoring(WrittenBlock)
    /// The verdict was `takeOver`: the target is to write.
    case takingOver
    /// The draft has written all of it, and the gate is to decide about its problem.
    case drafted(PathOutcome)
    /// The path has run its course; its end is not recorded yet.
    case over(PathOutcome)
    /// Its end is recorded.
    case ended(PathOutcome)

    /// The stage of the order that the state calls for.
    var stage: Stage? {
        switch self {
        case .opening: .draft
        case .scoring: .score
        case .takingOver: .takeOver
        case .drafted, .over, .ended: nil
        }
    }

    var isOpening: Bool {
        switch self {
        case .opening: true
        case .scoring, .takingOver, .drafted, .over, .ended: false
        }
    }

    /// Whether it waits for the gate to decide about its problem.
    var isDrafted: Bool {
        switch self {
        case .drafted: true
        case .opening, .scoring, .takingOver, .over, .ended: false
        }
    }

    var isEnded: Bool {
        switch self {
        case .ended: true
        case .opening, .scoring, .takingOver, .drafted, .over: false
        }
    }

    var name: String {
        switch self {
        case .opening: "opening"
        case .scoring: "scoring"
        case .takingOver: "takingOver"
        case .drafted(let outcome): "drafted(\(outcome.rawValue))"
        case .over(let outcome): "over(\(outcome.rawValue))"
        case .ended(let outcome): "ended(\(outcome.rawValue))"
        }
    }
}

/// What a record says about a path.
enum PathEvent: Sendable, Hashable {
    case written(WrittenBlock)
    /// With what stays of a block that is taken over from a place within it.
    case judged(Verdict, segment: SegmentID, cut: BlockCut? = nil)
    /// The audit's score of this block has come; the block stands.
    case audited(SegmentID)
    /// The gate has decided about the path's problem.
    case gated(GateDecision)
    case closed(PathOutcome)

    var name: String {
        switch self {
        case .written(let block): "written(\(block.segment.author.rawValue))"
        case .judged(let verdict, _, _): "judged(\(verdict.rawValue))"
        case .audited: "audited"
        case .gated(let decision): "gated(\(decision.rawValue))"
        case .closed(let outcome): "closed(\(outcome.rawValue))"
        }
    }
}

/// A record that the path's state does not allow: the store was changed by other hands, or we have a bug.
struct IllegalPathEvent: Error, Sendable, Hashable, CustomStringConvertible {
    let state: String
    let event: String

    var description: String { "a path that is \(state) cannot be \(event)" }
}

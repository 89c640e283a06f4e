import Domain
import FoundationEssentials

/// What a person's command asks of the coordinator. Each travels as one JSON frame: clients are short-lived, their
/// answers are documents that people and scripts read, and `--json` prints them as they came.
public enum ClientRequest: Sendable, Codable, Hashable {
    /// A part of a submission; the run begins when the last part is there.
    case submit(SubmissionPart)
    case status
    /// - problems: the page wanted; blocks: whether each block's text comes along.
    case results(run: String, firstProblem: Int, problemCount: Int, blocks: Bool)
    case cancel(run: String)
    /// Lets an open run go on, with other models than it was begun with if drift is allowed.
    case resume(run: String, allowsDrift: Bool)
    /// Times passes of the workers, which must have nothing to do.
    case measure(MeasureRequest)
}

/// A piece of a batch, small enough for one frame.
public struct SubmissionPart: Sendable, Codable, Hashable {
    public var spec: RunSpec
    /// Place of this part, from 0, and how many there are.
    public var part: Int
    public var parts: Int
    public var problems: [ProblemSpec]
    /// The bank that the run begins with; in the first part only, and not in `spec`.
    public var bank: CalibrationBank?

    public init(
        spec: RunSpec, part: Int, parts: Int, problems: [ProblemSpec], bank: CalibrationBank? = nil
    ) {
        self.spec = spec
        self.part = part
        self.parts = parts
        self.problems = problems
        self.bank = bank
    }
}

public enum ClientAnswer: Sendable, Codable, Hashable {
    /// More parts are wanted.
    case partTaken
    /// On disk. `alreadyKnown` when the same submission had come before.
    case accepted(run: RunID, alreadyKnown: Bool)
    case status(ClusterStatus)
    case results(RunResults)
    case cancelled(run: RunID, state: RunState)
    /// `drift`: what was allowed, a sentence for each role.
    case resumed(run: RunID, drift: [String])
    case measured([MeasuredWorker])
    case refused(ClientRefusal)
}

/// A request or reply with the number that pairs them.
public struct ClientEnvelope<Body: Codable & Sendable>: Codable, Sendable {
    public var version: Int
    public var id: UInt64
    public var body: Body

    public init(id: UInt64, body: Body) {
        version = WireVersion.current
        self.id = id
        self.body = body
    }

    public func encoded() -> [UInt8] {
        do {
            return [UInt8](try JSONEncoder().encode(self))
        } catch {
            preconditionFailure("documents of numbers and text always encode: \(error)")
        }
    }

    /// - Throws: what is wrong with the frame; nesting deeper than the limit is refused before anything is decoded.
    public init(decoding frame: [UInt8]) throws(WireError) {
        guard jsonDepth(frame) <= Limits.standard.jsonDepth else {
            throw .invalid("json", value: "nested deeper than \(Limits.standard.jsonDepth)")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(frame))
        } catch {
            throw .malformed
        }
        guard WireVersion.supported.contains(version) else {
            throw .version(version, supported: WireVersion.supported)
        }
    }
}

/// The deepest nesting of arrays and objects, counted without decoding.
func jsonDepth(_ bytes: [UInt8]) -> Int {
    var depth = 0
    var deepest = 0
    var isInString = false
    var isEscaped = false
    for byte in bytes {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            deepest = max(deepest, depth)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
    return deepest
}

import Engine
import Foundation
import Glibc
import Runtime

/// Standard input, a line at a time, of any length.
struct InputLines: Sequence, IteratorProtocol {
    private let buffer = LineBuffer()

    mutating func next() -> Data? { buffer.next() }

    /// What `getline` grows and we free.
    private final class LineBuffer {
        private var bytes: UnsafeMutablePointer<CChar>?
        private var capacity = 0
        private let file = fdopen(STDIN_FILENO, "r")

        /// The next line without its line break; nil at the end.
        func next() -> Data? {
            guard let file else { return nil }
            let count = getline(&bytes, &capacity, file)
            guard count >= 0, let bytes else { return nil }
            let line = UnsafeRawBufferPointer(start: bytes, count: count)
            return Data(line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...])
        }

        deinit { free(bytes) }
    }
}

/// What is wrong with one line of input.
struct LineError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A tool that answers each line of standard input with one line, in order.
///
/// A line that cannot be answered is answered with `{"error": ...}`, named on standard error by its number, and the
/// tool then exits with 65 when it has done the others.
final class LineTool {
    private struct Answer: Encodable {
        var error: String
    }

    private let encoder = JSONEncoder()
    private var failures = 0

    init() {
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func answer(_ value: some Encodable) throws {
        put(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// `{"ids":[...]}`. Written by hand, since a long text has more ids than an encoder has room for.
    func answer(ids: [Int32]) {
        put("{\"ids\":[" + ids.lazy.map(String.init).joined(separator: ",") + "]}")
    }

    func refuse(line: Int, _ error: any Error) throws {
        failures += 1
        let reason = "line \(line): \(Self.reason(error))"
        say("a1: \(reason)")
        try answer(Answer(error: reason))
    }

    /// To be thrown at the end if any line failed.
    func finish() throws {
        if failures > 0 { throw fail(.dataError, "\(failures) lines could not be answered") }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context),
            .keyNotFound(_, let context):
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
            return (path.isEmpty ? "" : "\(path): ") + context.debugDescription
        @unknown default: return "\(error)"
        }
    }
}

/// Runs the lines of a tool through an engine, several at a time, and answers them in order.
struct EngineLines<Line> {
    enum Work {
        /// To be computed first.
        case generate(GenerateRequest, Line)
        case score(ScoreRequest, Line)
        /// Answered without the engine.
        case ready(Line)
    }

    let engine: Engine
    let events: Inbox<EngineEvent>
    let atOnce: Int

    /// - Parameters:
    ///   - prepare: what a line asks for; gets a number to name request and sequence with.
    ///   - answer: the line's answer, from the event that ended its request (none for `ready`).
    func run(
        _ tool: LineTool, prepare: (Data, RequestID) throws -> Work,
        answer: (Line, EngineEvent?) throws -> any Encodable
    ) throws {
        var waiting: [(number: Int, work: Result<Work, any Error>)] = []
        var ended: [RequestID: EngineEvent] = [:]
        func answerFirst() throws {
            let (number, work) = waiting.removeFirst()
            let id = RequestID(number)
            do {
                switch try work.get() {
                case .ready(let line): try tool.answer(answer(line, nil))
                case .generate(_, let line), .score(_, let line):
                    while ended[id] == nil {
                        for event in events.take() { ended[event.id] = event }
                    }
                    engine.release(SequenceKey(rawValue: id))
                    let event = ended.removeValue(forKey: id)
                    if case .failed(_, let error) = event { throw error }
                    try tool.answer(answer(line, event))
                }
            } catch { try tool.refuse(line: number, error) }
        }
        for (index, line) in InputLines().enumerated() {
            let number = index + 1
            let work = Result { try prepare(line, RequestID(number)) }
            switch work {
            case .success(.generate(let request, _)): engine.submit(request)
            case .success(.score(let request, _)): engine.submit(request)
            case .success(.ready), .failure: break
            }
            waiting.append((number, work))
            if waiting.count >= atOnce { try answerFirst() }
        }
        while !waiting.isEmpty { try answerFirst() }
        engine.shutdown()
    }
}

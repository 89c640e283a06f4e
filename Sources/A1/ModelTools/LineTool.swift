import ArgumentParser
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

/// What a tool says of one input: an object of JSON, and a text for people.
protocol ToolAnswer: Encodable {
    var plain: String { get }
}

/// A tool that answers each line of standard input with one line of JSON, in order, or one text of its arguments.
///
/// A line that cannot be answered is answered with `{"error": ...}`, named on standard error by its number, and the
/// tool then exits with 65 when it has done the others. A text of the arguments that cannot be answered is a failure.
final class LineTool {
    enum Mode {
        case lines
        /// One input, from the arguments.
        case once(asJSON: Bool)
    }

    private struct Refusal: Encodable {
        var error: String
    }

    private let mode: Mode
    private let encoder = JSONEncoder()
    private var failures = 0

    init(_ mode: Mode = .lines) {
        self.mode = mode
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func answer(_ value: some Encodable) throws {
        put(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// In JSON, or as a text where one input of the arguments is answered for people.
    func answer(plainly value: any ToolAnswer) throws {
        if case .once(asJSON: false) = mode { put(value.plain) } else { try answer(value) }
    }

    /// `{"ids":[...]}`. Written by hand, since a long text has more ids than an encoder has room for.
    func answer(ids: [Int32]) {
        put("{\"ids\":[" + ids.lazy.map(String.init).joined(separator: ",") + "]}")
    }

    func refuse(line: Int, _ error: any Error) throws {
        guard case .lines = mode else { throw error as? Failure ?? fail(.dataError, "\(error)") }
        failures += 1
        let reason = "line \(line): \(error)"
        say("a1: \(reason)")
        try answer(Refusal(error: reason))
    }

    /// To be called at the end. Each line has been answered, so there is nothing to add to the output.
    func finish() throws {
        guard failures > 0 else { return }
        say("a1: \(failures) lines could not be answered")
        throw ArgumentParser.ExitCode(Runtime.ExitCode.dataError.rawValue)
    }
}

/// What a tool that takes ids, texts and messages is given: one text of the arguments, or lines of standard input.
struct ToolInputs: Sequence, IteratorProtocol {
    private var single: ModelInput?
    private var lines: InputLines?

    /// - Parameter single: from the arguments; nil: the lines of standard input.
    init(_ single: ModelInput?) {
        self.single = single
        lines = single == nil ? InputLines() : nil
    }

    mutating func next() -> Result<ModelInput, any Error>? {
        if let input = single {
            single = nil
            return .success(input)
        }
        return lines?.next().map { line in Result { try ModelInput(line: line) } }
    }
}

/// Runs the inputs of a tool through an engine, several at a time, and answers them in order.
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
    ///   - prepare: what an input asks for; gets a number to name request and sequence with.
    ///   - answer: the line's answer, from the event that ended its request (none for `ready`).
    func run(
        _ tool: LineTool, _ inputs: ToolInputs, prepare: (ModelInput, RequestID) throws -> Work,
        answer: (Line, EngineEvent?) throws -> any ToolAnswer
    ) throws {
        var waiting: [(number: Int, work: Result<Work, any Error>)] = []
        var ended: [RequestID: EngineEvent] = [:]
        func answerFirst() throws {
            let (number, work) = waiting.removeFirst()
            let id = RequestID(number)
            do {
                switch try work.get() {
                case .ready(let line): try tool.answer(plainly: answer(line, nil))
                case .generate(_, let line), .score(_, let line):
                    while ended[id] == nil {
                        for event in events.take() { ended[event.id] = event }
                    }
                    engine.release(SequenceKey(rawValue: id))
                    let event = ended.removeValue(forKey: id)
                    if case .failed(_, let error) = event { throw error }
                    try tool.answer(plainly: answer(line, event))
                }
            } catch { try tool.refuse(line: number, error) }
        }
        for (index, input) in inputs.enumerated() {
            let number = index + 1
            let work = Result { try prepare(try input.get(), RequestID(number)) }
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

import Domain
import Evaluation
import Logging
import RunStore
import Runtime
import Wire

/// A question whose answer lies in the store.
struct ResultsQuestion: Sendable {
    let peer: PeerID
    let id: UInt64
    /// The run's name or the beginning of it; empty for the newest.
    let run: String
    let firstProblem: Int
    var problemCount: Int
    /// Whether each block comes along; a problem too large for a frame comes without.
    var blocks: Bool
}

/// Answers questions from the store on a thread of its own, so that a large answer never delays a verdict.
final class QueryDesk: Sendable {
    private enum Input: Sendable {
        case question(ResultsQuestion)
        case stop
    }

    private let store: RunStore
    private let frameBytes: Int
    private let log: Logger
    private let inbox = Inbox<Input>()
    private let thread = OwnedThread(name: "a1-queries")

    /// - Parameter frameBytes: the largest frame that a client takes.
    init(store: RunStore, frameBytes: Int, log: Logger) {
        self.store = store
        self.frameBytes = frameBytes
        self.log = log
    }

    func start(send: @escaping @Sendable (PeerID, [UInt8]) -> Void) {
        thread.start { [self] in
            var summaries = SummaryCache()
            while true {
                for input in inbox.take() {
                    switch input {
                    case .stop: return
                    case .question(let question):
                        send(question.peer, frame(question, &summaries))
                    }
                }
            }
        }
    }

    func ask(_ question: ResultsQuestion) { inbox.post(.question(question)) }

    func stop() {
        inbox.post(.stop)
        thread.join()
    }

    /// The answer as a frame. A page that would not fit gets fewer problems; the client asks on from where it ends.
    private func frame(_ question: ResultsQuestion, _ summaries: inout SummaryCache) -> [UInt8] {
        var question = question
        while true {
            let frame = ClientEnvelope(id: question.id, body: answer(question, &summaries)).encoded()
            if frame.count <= frameBytes { return frame }
            if question.problemCount > 1 {
                question.problemCount /= 2
            } else {
                question.blocks = false
            }
        }
    }

    private func answer(_ question: ResultsQuestion, _ summaries: inout SummaryCache) -> ClientAnswer {
        func refused(_ code: ClientErrorCode, _ message: String) -> ClientAnswer {
            .refused(ClientRefusal(code: code, message: message))
        }
        do {
            let runs = try store.findRun(prefix: question.run)
            guard let run = runs.first else {
                let name = question.run.isEmpty ? "no run has been submitted yet" : "no run begins with \(question.run)"
                return refused(.unknownRun, name)
            }
            guard runs.count == 1 || question.run.isEmpty else {
                return refused(
                    .unknownRun, "\(runs.count) runs begin with \(question.run): type more of the name")
            }
            guard question.firstProblem >= 0, question.problemCount >= 0 else {
                return refused(.invalid, "a page of problems begins at 0 or later and has no negative length")
            }
            let end = question.firstProblem + min(question.problemCount, 1 << 20)
            let nowMs = Clocks.monotonicMs
            let known = summaries.summary(of: run, firstProblem: question.firstProblem, nowMs: nowMs)
            let results = try store.results(
                of: run, problems: question.firstProblem..<end, blocks: question.blocks, summary: known,
                equality: AnswerEquality.areEqual)
            guard let results else { return refused(.unknownRun, "the run \(run.short) is not in the store") }
            if known == nil { summaries.keep(results.summary, nowMs: nowMs) }
            return .results(results)
        } catch {
            log.error("the store did not answer", metadata: ["reason": "\(error)"])
            return refused(.invalid, "the store did not answer: \(error)")
        }
    }
}

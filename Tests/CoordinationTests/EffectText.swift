import Domain

@testable import Coordination

/// Effects as the lines of a trace.
struct EffectText {
    /// Logs below this are left out, so that scripts show decisions and not every step of them.
    var showsLog: (LogEntry.Level) -> Bool = { $0 == .warning || $0 == .error }

    func lines(_ effects: [Effect]) -> [String] {
        effects.flatMap { effect -> [String] in
            switch effect {
            case .record(let records): records.map { "record \(text($0))" }
            case .send(let peer, let instruction):
                ["send \(String(decoding: peer.bytes, as: UTF8.self)) \(text(instruction))"]
            case .reply(let client, let reply): ["reply c\(client) \(text(reply))"]
            case .wake(let time): ["wake \(time)"]
            case .log(let entry): showsLog(entry.level) ? [text(entry)] : []
            case .drained: ["drained"]
            }
        }
    }

    private func text(_ record: Record) -> String {
        switch record {
        case .runSubmitted(let spec, let problems, _):
            "run \(spec.id) key=\(spec.submissionKey) problems=\(problems.count)"
        case .blockAccepted(let record):
            "block \(record.path) r\(record.round) \(record.block.author.rawValue) s\(record.block.id) "
                + "\(quoted(record.block.text)) \(record.finish.rawValue) by=\(record.worker) a\(record.attempt)"
        case .verdictReached(let record):
            "verdict \(record.path) r\(record.round) s\(record.segment) score=\(record.score) "
                + "\(record.verdict.rawValue) \(record.stratum) n=\(record.bankCount) by=\(record.worker)"
        case .pathEnded(let record):
            "path \(record.path) \(record.outcome.rawValue) answer=\(record.answer ?? "-")"
                + (record.reason.map { " reason=\($0)" } ?? "")
        case .problemEnded(let record):
            "problem \(record.problem) answer=\(record.answer ?? "-") votes=\(record.votes) "
                + "right=\(record.isRight.map { "\($0)" } ?? "-")"
        case .busyMeasured(_, let shares):
            (["busy"] + shares.map { "\($0.worker)=\($0.busy)" }).joined(separator: " ")
        case .runEnded(let run, let state, _): "run \(run) \(state.rawValue)"
        }
    }

    private func text(_ instruction: WorkerInstruction) -> String {
        switch instruction {
        case .welcome(let welcome): welcome.startsAfresh ? "welcome" : "welcome again"
        case .refuse(let reason): "refuse \(reason)"
        case .order(let order): text(order)
        case .cancel(let id): "cancel #\(number(id))"
        case .release(let path): "release \(path)"
        case .introduceYourself: "introduceYourself"
        case .superseded: "superseded"
        case .shutDown(let reason): "shutDown \(reason)"
        }
    }

    private func text(_ order: Order) -> String {
        let base =
            switch order.context.base {
            case .problem(let text): "\"\(text)\""
            case .prompt: "prompt"
            case .segment(let id): "s\(id)"
            }
        let context = ([base] + order.context.segments.map { "s\($0.id)" }).joined(separator: "+")
        let work =
            switch order.work {
            case .generate(let task): "write s\(task.segment) max=\(task.maximumTokens)"
            case .score(let task): "score s\(task.block.id)\(task.endsText ? " end" : "")"
            }
        return "order #\(number(order.tag.order)) \(order.tag.stage.rawValue) \(order.tag.path) r\(order.tag.round) "
            + "a\(order.tag.attempt) after \(context): \(work)"
    }

    private func text(_ reply: ClientReply) -> String {
        switch reply {
        case .accepted(let run, let alreadyKnown): "accepted \(run)\(alreadyKnown ? " known" : "")"
        case .cancelled(let run, let state): "over \(run) \(state.rawValue)"
        case .refused(let refusal): "refused \(refusal)"
        }
    }

    private func text(_ entry: LogEntry) -> String {
        let about = [entry.path?.description, entry.worker].compactMap(\.self)
        let fields = entry.fields.filter { $0.name != "order" }.map { "\($0.name)=\($0.value)" }
        return (["log \(entry.level.rawValue)", entry.message] + about + fields).joined(separator: " ")
    }

    /// Orders are counted through all lives in a trace of one coordinator; later lives say their epoch.
    func number(_ id: OrderID) -> String {
        let epoch = id.rawValue >> 40
        let sequence = id.rawValue & (1 << 40 - 1)
        return epoch == 1 ? "\(sequence)" : "\(epoch).\(sequence)"
    }

    private func quoted(_ text: [UInt8]) -> String { "\"\(String(decoding: text, as: UTF8.self))\"" }
}

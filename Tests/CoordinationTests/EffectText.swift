import Domain

@testable import Coordination

/// Effects as the lines of a trace.
struct EffectText {
    /// Logs below this are left out, so that scripts show decisions and not every step of them.
    var showsLog: (LogEntry.Level) -> Bool = { $0 == .warning || $0 == .error }

    /// Whether the first model of each role is shown; else only drift is, so that most scripts stay short.
    var showsFirstModels = false

    func lines(_ effects: [Effect]) -> [String] {
        effects.flatMap { effect -> [String] in
            switch effect {
            case .record(let records): records.filter(isShown).map { "record \(text($0))" }
            case .send(let peer, let instruction):
                ["send \(String(decoding: peer.bytes, as: UTF8.self)) \(text(instruction))"]
            case .reply(let client, let reply): ["reply c\(client) \(text(reply))"]
            case .wake(let time): ["wake \(time)"]
            case .log(let entry): showsLog(entry.level) ? [text(entry)] : []
            case .drained: ["drained"]
            }
        }
    }

    private func isShown(_ record: Record) -> Bool {
        if case .modelBegun(_, let model) = record { model.isDrift || showsFirstModels } else { true }
    }

    private func text(_ record: Record) -> String {
        switch record {
        case .modelBegun(let run, let model):
            let words: [String] = [
                "model \(run)", model.role.rawValue, model.name, model.digest, model.vocabulary, model.promptTemplate,
                "of=\(model.worker)",
            ]
            return (words + (model.isDrift ? ["drift"] : [])).joined(separator: " ")
        case .runSubmitted(let spec, let problems, _):
            return "run \(spec.id) key=\(spec.submissionKey) problems=\(problems.count)"
        case .blockAccepted(let record): return text(record)
        case .verdictReached(let record): return text(record)
        case .problemGated(let record): return "gate \(record.problem) \(text(record.gate))"
        case .auditScored(let record):
            return "audit \(record.path) r\(record.round) s\(record.segment) score=\(record.score) by=\(record.worker)"
        case .strategyChosen(let choice):
            func rate(_ value: Double?) -> String { value.map { "\(Int($0))" } ?? "-" }
            return "strategy \(choice.strategy.rawValue) \(choice.reason.rawValue) "
                + "target=\(rate(choice.targetTokensPerSecond)) drafted=\(rate(choice.draftedTokensPerSecond)) "
                + "tokens=\(choice.tokens)"
        case .driftFound(let record): return "drift problems=\(record.problems ?? 0) n=\(record.verdicts)"
        case .pathEnded(let record):
            var words = ["path \(record.path)", record.outcome.rawValue, "answer=\(record.answer ?? "-")"]
            if let reason = record.reason { words.append("reason=\(reason)") }
            return words.joined(separator: " ")
        case .problemEnded(let record):
            let isRight = record.isRight.map { $0 ? "true" : "false" } ?? "-"
            return "problem \(record.problem) answer=\(record.answer ?? "-") votes=\(record.votes) right=\(isRight)"
        case .measured(_, let measures):
            var words = ["busy"]
            for share in measures.workers {
                words.append("\(share.worker)=\(share.busy)")
                if share.verdictWait > 0 { words.append("waits=\(share.verdictWait)") }
            }
            if measures.discardedTokens > 0 { words.append("discarded=\(measures.discardedTokens)") }
            return words.joined(separator: " ")
        case .runEnded(let run, let state, _): return "run \(run) \(state.rawValue)"
        }
    }

    private func text(_ record: BlockRecord) -> String {
        let words: [String] = [
            "block \(record.path) r\(record.round)", record.block.author.rawValue, "s\(record.block.id)",
            quoted(record.block.text), record.finish.rawValue, "by=\(record.worker)", "a\(record.attempt)",
        ]
        return (words + [record.gate.map { text($0) }].compactMap(\.self)).joined(separator: " ")
    }

    private func text(_ gate: GateRecord) -> String {
        "gate=\(gate.decision.rawValue) own=\(gate.score) \(gate.stratum) n=\(gate.bankCount)"
    }

    private func text(_ record: VerdictRecord) -> String {
        let words: [String] = [
            "verdict \(record.path) r\(record.round)", "s\(record.segment)", "score=\(record.score)",
            record.verdict.rawValue, record.stratum, "n=\(record.bankCount)", "by=\(record.worker)",
        ]
        let cut = record.cut.map { " keeps \($0.bytes) bytes as s\($0.segment)" } ?? ""
        return words.joined(separator: " ") + cut
    }

    private func text(_ instruction: WorkerInstruction) -> String {
        switch instruction {
        case .welcome(let welcome): welcome.startsAfresh ? "welcome" : "welcome again"
        case .refuse(let reason): "refuse \(reason)"
        case .order(let order): text(order)
        case .confirm(let id): "confirm #\(number(id))"
        case .cancel(let id): "cancel #\(number(id))"
        case .release(let path): "release \(path)"
        case .releaseProblem(let run, let problem): "release problem \(run)/\(problem)"
        case .measure(let order): "measure \(order.probes.count)"
        case .introduceYourself: "introduceYourself"
        case .superseded: "superseded"
        case .listOrders(let id): "list orders through #\(number(id))"
        case .shutDown(let reason): "shutDown \(reason)"
        }
    }

    private func text(_ order: Order) -> String {
        let base =
            switch order.context.base {
            case .problem(let prompt):
                "\"\(prompt.text)\"" + (prompt.turns.isEmpty ? "" : " after \(prompt.turns.count) turns")
            case .prompt: "prompt"
            case .segment(let id): "s\(id)"
            }
        var context = base
        for segment in order.context.segments { context += "+s\(segment.id)" }
        let work =
            switch order.work {
            case .generate(let task): "write s\(task.segment) max=\(task.maximumTokens)"
            case .score(let task):
                "score s\(task.block.id)\(task.endsText ? " end" : "")"
                    + (task.draws.map { " draws=\($0.position)" } ?? "")
            }
        let words: [String] = [
            "order #\(number(order.tag.order))",
            (order.isRunAhead ? "ahead " : "") + order.tag.stage.rawValue, "\(order.tag.path)",
            "r\(order.tag.round)", "a\(order.tag.attempt)", "after \(context):", work,
        ]
        return words.joined(separator: " ")
    }

    private func text(_ reply: ClientReply) -> String {
        switch reply {
        case .accepted(let run, let alreadyKnown): "accepted \(run)\(alreadyKnown ? " known" : "")"
        case .cancelled(let run, let state): "over \(run) \(state.rawValue)"
        case .resumed(let run, let drift): (["resumed \(run)"] + drift).joined(separator: "; ")
        case .measured(let workers):
            (["measured"] + workers.map { "\($0.name)=\($0.seconds)" }).joined(separator: " ")
        case .refused(let refusal): "refused \(refusal)"
        }
    }

    private func text(_ entry: LogEntry) -> String {
        var words: [String] = ["log \(entry.level.rawValue)", entry.message]
        if let path = entry.path { words.append(path.description) }
        if let worker = entry.worker { words.append(worker) }
        for field in entry.fields where field.name != "order" { words.append("\(field.name)=\(field.value)") }
        return words.joined(separator: " ")
    }

    /// Orders are counted through all lives in a trace of one coordinator; later lives say their epoch.
    func number(_ id: OrderID) -> String {
        let epoch = id.rawValue >> 40
        let sequence = id.rawValue & (1 << 40 - 1)
        return epoch == 1 ? "\(sequence)" : "\(epoch).\(sequence)"
    }

    private func quoted(_ text: [UInt8]) -> String {
        "\"\(String(decoding: text, as: UTF8.self).replacing("\n", with: "\\n"))\""
    }
}

import Domain

@testable import Coordination

/// Runs a text script: lines that begin with `> ` are events, the lines below one are the effects it must have.
/// `#` begins a comment. Scripts/README.md lists the events.
struct ScriptRunner {
    private var coordinator: Coordinator
    private var limits = ScriptRunner.limits
    private var epoch: UInt64 = 1
    private var now: Int64 = 0
    private var records: [Record] = []
    private var orders: [String: Order] = [:]
    private var text = EffectText()

    init() { coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1, limits: limits)) }

    /// One order a slot, so that scripts show who waits.
    private static let limits: Limits = {
        var limits = Limits.standard
        limits.ordersPerSlot = 1
        return limits
    }()

    /// The script with the effects that came instead of those it states.
    mutating func run(_ script: String) throws -> String {
        var output: [String] = []
        var isAfterEvent = false
        for line in script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("> ") {
                output.append(line)
                output += try effects(of: ScriptLine(String(line.dropFirst(2))))
                isAfterEvent = true
            } else if line.hasPrefix("#") || line.isEmpty || !isAfterEvent {
                output.append(line)
            }
        }
        return output.joined(separator: "\n")
    }

    private mutating func effects(of line: ScriptLine) throws -> [String] {
        switch line.verb {
        case "limits":
            if let deaths = line.int("deaths") { limits.deathsPerPath = deaths }
            if let stall = line.int("stall") { limits.stallMs = stall }
            if let workers = line.int("workers") { limits.workers = workers }
            if let returns = line.int("returns") { limits.returnsPerPiece = returns }
            if let losses = line.int("losses") { limits.contextLossesPerPiece = losses }
            if let begun = line.int("begun") { limits.begunPathsPerSlot = begun }
            if let perSlot = line.int("perSlot") { limits.ordersPerSlot = perSlot }
            coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: epoch, limits: limits))
            return []
        case "at":
            now = Int64(line.words[0])!
            return []
        case "show":
            text.showsFirstModels = line.words == ["models"]
            return []
        case "restart": return try restart(line)
        case "status": return status()
        case "records": return ["\(records.count)"]
        default: return step(try event(line))
        }
    }

    var allOrders: [OrderID] { orders.values.map(\.tag.order).sorted() }

    /// The order of this number, of whatever life.
    func sentOrder(_ number: String) -> Order? { orders[number] }

    private mutating func step(_ event: Event) -> [String] {
        let effects = coordinator.step(event, now: milliseconds(now))
        for effect in effects {
            switch effect {
            case .record(let new): records += new
            case .send(_, .order(let order)): orders[text.number(order.tag.order)] = order
            case .send, .reply, .wake, .log, .drained: break
            }
        }
        return text.lines(effects)
    }

    /// A new life from the first so many records, or all.
    private mutating func restart(_ line: ScriptLine) throws -> [String] {
        records = Array(records.prefix(line.words.first.flatMap { Int($0) } ?? records.count))
        epoch += 1
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: epoch, limits: limits))
        try coordinator.restore(records)
        return step(.started)
    }

    private func status() -> [String] {
        let status = coordinator.status(now: milliseconds(now))
        let workers = status.workers.map { worker -> String in
            var words = ["worker \(worker.name)", worker.state.rawValue, "orders=\(worker.orders)"]
            words.append("restarts=\(worker.restarts)")
            if let reason = worker.reason { words.append("reason=\(reason)") }
            return words.joined(separator: " ")
        }
        let runs = status.runs.map { run -> String in
            let stages = run.pathsByStage.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            let waits = stages.map { "\($0.key)=\($0.value)" } + run.waitingFor
            let words: [String] = [
                "run \(run.run)", run.state.rawValue, "problems=\(run.problemsEnded)/\(run.problems)",
                "paths=\(run.pathsEnded)/\(run.paths)", "verdicts=\(run.verdicts)", "takeovers=\(run.takeovers)",
                "tokens=\(run.tokens.draft)+\(run.tokens.target)", waits.joined(separator: ", "),
            ]
            return words.joined(separator: " ")
        }
        let counted = status.coordinator
        return workers + runs + ["stale=\(counted.staleReplies) refused=\(counted.refusedMessages)"]
    }
}

/// A script's line taken apart: a verb, words, and `key=value` pairs. Quotes hold spaces together.
struct ScriptLine {
    let verb: String
    private(set) var words: [String] = []
    private var values: [String: String] = [:]

    init(_ line: String) throws {
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == " ", !isQuoted {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        parts.append(part)
        verb = parts[0]
        for part in parts.dropFirst() {
            if let sign = part.firstIndex(of: "="), part.first != "\\" {
                values[String(part[..<sign])] = String(part[part.index(after: sign)...])
            } else {
                words.append(part)
            }
        }
    }

    func text(_ key: String) -> String? { values[key] }
    func int(_ key: String) -> Int? { values[key].flatMap { Int($0) } }
}

import Domain

/// Passes of workers that are timed for a client (`a1 plan`), one measurement at a time.
struct Measuring: Sendable {
    private var current: Measurement?
    private var begun: UInt64 = 0

    private struct Measurement: Sendable {
        let client: ClientToken
        let request: MeasureRequest
        /// Tells its reports from those of an earlier one.
        let id: UInt64
        let endsMs: Int64
        /// Workers that are still to be asked, and those that have been and have not answered.
        var waiting: [Int]
        var asked: [Int] = []
        var found: [MeasuredWorker] = []
    }

    /// What is to be done next.
    enum Step: Sendable {
        case ask([(worker: Int, order: ProbeOrder)])
        case answer(ClientToken, [MeasuredWorker])
        case wait
    }

    var isUnderWay: Bool { current != nil }

    /// - Parameter workers: indices of those that are to be measured.
    mutating func begin(_ request: MeasureRequest, of workers: [Int], for client: ClientToken, endsMs: Int64) {
        begun += 1
        current = Measurement(client: client, request: request, id: begun, endsMs: endsMs, waiting: workers)
    }

    /// Asks the next workers; a worker that has gone is asked no more, and what it had been asked is not waited for.
    mutating func goOn(_ roster: Roster, nowMs: Int64) -> Step {
        guard var current else { return .wait }
        current.asked.removeAll { !roster[$0].isPresent }
        current.waiting.removeAll { roster[$0].state != .live }
        defer { if self.current != nil { self.current = current } }
        if nowMs >= current.endsMs || (current.asked.isEmpty && current.waiting.isEmpty) {
            self.current = nil
            return .answer(current.client, current.found.sorted { $0.name < $1.name })
        }
        guard current.asked.isEmpty else { return .wait }
        current.asked = current.request.together ? current.waiting : [current.waiting[0]]
        current.waiting.removeFirst(current.asked.count)
        return .ask(
            current.asked.map { worker in
                (worker, ProbeOrder(id: current.id, probes: current.request[roster[worker].hello.role]))
            })
    }

    /// A worker has answered.
    ///
    /// - Returns: what is wrong with it, if anything.
    mutating func note(_ report: ProbeReport, from worker: Int, _ hello: Hello) -> String? {
        guard let probes = current?.request[hello.role], current?.id == report.id,
            current?.asked.contains(worker) == true
        else { return nil }
        current?.asked.removeAll { $0 == worker }
        guard report.seconds.count == probes.count else {
            return "\(report.seconds.count) times of \(probes.count) probes"
        }
        guard report.seconds.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return "a time that is none" }
        current?.found.append(MeasuredWorker(hello, probes: probes, seconds: report.seconds))
        return nil
    }
}

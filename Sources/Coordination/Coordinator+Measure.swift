import Domain

/// Timing passes of workers for a client. Nothing of a run is ordered meanwhile, so that the times are those of the
/// passes alone.
extension Coordinator {
    /// A measurement takes a minute at most.
    private static let measurementMs: Int64 = 60_000

    mutating func measure(_ request: MeasureRequest, for client: ClientToken) {
        do throws(ClientRefusal) {
            try checkMeasuring(request)
        } catch {
            outbox.add(.reply(client, .refused(error)))
            return
        }
        let workers = roster.indices.filter { roster[$0].state == .live && !request[roster[$0].hello.role].isEmpty }
        measuring.begin(request, of: workers, for: client, endsMs: nowMs + Self.measurementMs)
    }

    private func checkMeasuring(_ request: MeasureRequest) throws(ClientRefusal) {
        if let fault = (request.draft + request.target).compactMap(\.fault).first {
            throw ClientRefusal(code: .invalid, message: "probes: \(fault)")
        }
        guard !measuring.isUnderWay else {
            throw ClientRefusal(code: .tooMany, message: "the workers are being measured already; wait for it")
        }
        guard ledger.openRuns.isEmpty else {
            let runs = ledger.openRuns.map { ledger.runs[$0].spec.id.short }.joined(separator: ", ")
            throw ClientRefusal(
                code: .tooMany,
                message: "the workers have work: run \(runs) is open; measure when it is over, or cancel it")
        }
        guard roster.hasLive(.target) else {
            throw ClientRefusal(code: .conflict, message: "no target worker is here; start one (cluster/up.sh)")
        }
    }

    /// Asks the next workers, and answers the client when all have answered.
    mutating func goOnMeasuring() {
        switch measuring.goOn(roster, nowMs: nowMs) {
        case .wait: break
        case .ask(let orders): for (worker, order) in orders { tell(worker, .measure(order)) }
        case .answer(let client, let workers): outbox.add(.reply(client, .measured(workers)))
        }
    }

    mutating func take(_ report: ProbeReport, from peer: PeerID) {
        guard let worker = roster.presentWorker(at: peer) else { return }
        roster[worker].hear(nowMs: nowMs)
        guard let fault = measuring.note(report, from: worker, roster[worker].hello) else { return }
        counters.refusedMessages += 1
        log(.error, "probe report refused", worker: roster[worker].hello.name, fields: [.init("reason", fault)])
    }
}

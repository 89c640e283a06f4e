import Domain

/// Workers that come and go.
extension Coordinator {
    mutating func greet(_ peer: PeerID, _ hello: Hello) {
        if let reason = hello.fault(limits) ?? conflict(of: hello) {
            refuse(peer, hello, reason)
            return
        }
        guard let worker = roster.worker(named: hello.name) else {
            guard let worker = addWorker(hello, peer) else {
                refuse(peer, hello, "there are \(limits.workers) workers already, and that is the limit")
                return
            }
            takeIn(worker)
            return
        }
        let known = roster[worker]
        if known.isRetired(hello.incarnation) {
            outbox.add(.send(peer, .superseded))
        } else if known.hello.incarnation == hello.incarnation, known.peer == peer, known.isPresent {
            // The hello came twice.
            roster[worker].hear(nowMs: nowMs)
            tell(worker, .welcome(welcome(startsAfresh: false)))
        } else {
            let isYounger = known.hello.incarnation != hello.incarnation
            if !isYounger {
                // Nothing of what it had has killed it.
                for blame in known.blamed { queue.forgiveDeath(blame) }
                roster[worker].noteGap(until: nowMs)
            }
            if isYounger { tell(worker, .superseded) }
            // A process that another replaced has died, unless it said that it would go. The same process at a new
            // address has only lost what was under way to it.
            lose(
                worker, .lost, reason: isYounger ? "replaced by a younger process" : "connected anew",
                isDeath: isYounger && known.state == .live)
            roster.replace(worker, with: hello, peer, nowMs: nowMs)
            takeIn(worker)
        }
    }

    private mutating func takeIn(_ worker: Int) {
        let hello = roster[worker].hello
        tell(worker, .welcome(welcome(startsAfresh: true)))
        log(
            .info, "worker greeted", worker: hello.name,
            fields: [
                .init("role", hello.role.rawValue), .init("model", hello.model), .init("slots", hello.slots),
                .init("host", hello.host), .init("process", hello.processID),
            ])
    }

    private func welcome(startsAfresh: Bool) -> Welcome {
        Welcome(
            heartbeatIntervalMs: limits.heartbeatIntervalMs, epoch: configuration.epoch, startsAfresh: startsAfresh)
    }

    /// Remembers a new name; nil at the limit of present workers.
    private mutating func addWorker(_ hello: Hello, _ peer: PeerID) -> Int? {
        switch roster.add(hello, peer, nowMs: nowMs) {
        case .added(let worker): return worker
        case .replaced(let worker):
            volatileRuns.forgetTimes(of: worker, ledger.openRuns)
            waits.forgetTimes(of: worker)
            return worker
        case nil: return nil
        }
    }

    /// Why this worker cannot work beside those that are here.
    private func conflict(of hello: Hello) -> String? {
        for other in roster.presentHellos {
            if other.name == hello.name {
                if other.role != hello.role {
                    return "\(hello.name) is the name of a \(other.role.rawValue) worker that is here"
                }
                continue
            }
            guard other.role == hello.role else { continue }
            if other.modelDigest != hello.modelDigest {
                return "its model \(hello.model) (\(hello.modelDigest.prefix(12))) is not that of "
                    + "\(other.name): \(other.model) (\(other.modelDigest.prefix(12))); all "
                    + "\(hello.role.rawValue) workers need the same model file"
            }
            if other.promptTemplate != hello.promptTemplate {
                return "its prompt template is not that of \(other.name); all \(hello.role.rawValue) workers "
                    + "need the same"
            }
            if other.vocabulary != hello.vocabulary {
                return "it reads another vocabulary out of its model than \(other.name); all "
                    + "\(hello.role.rawValue) workers need the same version of the program"
            }
            if !other.kernels.isEmpty, !hello.kernels.isEmpty, other.kernels != hello.kernels {
                return "it multiplies with other kernels (\(hello.kernels)) than \(other.name) (\(other.kernels)); "
                    + "all \(hello.role.rawValue) workers need the same, which A1_KERNELS can choose"
            }
        }
        return nil
    }

    /// Says no, and shows the worker as failed unless its name is that of another that is here.
    private mutating func refuse(_ peer: PeerID, _ hello: Hello, _ reason: String) {
        outbox.add(.send(peer, .refuse(reason: reason)))
        log(.error, "worker refused", worker: hello.name, fields: [.init("reason", reason)])
        show(hello, peer, as: .failed, reason: reason)
    }

    /// Keeps a worker that is not here in the status.
    private mutating func show(_ hello: Hello, _ peer: PeerID, as state: WorkerState, reason: String?) {
        guard !hello.name.isEmpty, hello.name.utf8.count <= limits.workerNameBytes else { return }
        if let known = roster.worker(named: hello.name) {
            guard !roster[known].isPresent else { return }
            roster[known].show(state, reason: reason)
        } else if let worker = addWorker(hello, peer) {
            roster.forget(peer)
            roster[worker].show(state, reason: reason)
        }
    }

    mutating func bidFarewell(_ peer: PeerID, _ farewell: Farewell) {
        let state: WorkerState = farewell.reason == nil ? .gone : .failed
        guard let worker = roster.worker(at: peer) else {
            let hello = Hello(
                name: farewell.name, role: farewell.role, incarnation: 0, processID: 0, host: "", model: "",
                modelDigest: "", vocabulary: "", vocabularySize: 0, promptTemplate: "", contextLength: 0, slots: 0,
                threads: 0)
            log(
                farewell.reason == nil ? .info : .error, "worker left without having come", worker: farewell.name,
                fields: farewell.reason.map { [.init("reason", $0)] } ?? [])
            show(hello, peer, as: state, reason: farewell.reason)
            return
        }
        // Who is asked to go, or says beforehand that it goes, has not died of its work.
        let isDeath = farewell.reason != nil && roster[worker].state == .live
        lose(worker, state, reason: farewell.reason, isDeath: isDeath)
    }

    mutating func losePeer(_ peer: PeerID, undelivered: OrderID?) {
        guard let worker = roster.presentWorker(at: peer) else { return }
        let isDeath = roster[worker].state == .live
        // What never reached it did not kill it.
        if let undelivered, let order = roster[worker].orders[undelivered] {
            finish(order)
            tryAgain(order.item, "it could not be handed to \(roster[worker].hello.name)")
        }
        lose(worker, .lost, reason: "unreachable", isDeath: isDeath)
    }

    mutating func noteRefused(_ peer: PeerID, _ reason: String) {
        counters.refusedMessages += 1
        log(
            .warning, "message refused", worker: roster.worker(at: peer).map { roster[$0].hello.name },
            fields: [.init("peer", peer.description), .init("reason", reason)])
    }

    mutating func note(_ heartbeat: Heartbeat, from peer: PeerID) {
        guard let worker = roster.presentWorker(at: peer) else {
            outbox.add(.send(peer, .introduceYourself))
            return
        }
        noteOrders(of: worker, heartbeat)
        roster[worker].note(heartbeat, nowMs: nowMs)
        if heartbeat.isDraining {
            beginDraining(worker)
        } else {
            roster[worker].revive()
        }
    }

    /// Finds orders that were lost on the way to a worker or back: nobody says so, and the worker is alive. It is asked
    /// for what it holds when a heartbeat does not list an order that was sent an interval ago or more, and the order
    /// is lost when the answer does not list it either: only the worker's own word counts, whatever its engine does.
    private mutating func noteOrders(of worker: Int, _ heartbeat: Heartbeat) {
        guard !roster[worker].orders.isEmpty else { return }
        let held = Set(heartbeat.heldOrders)
        let missing = roster[worker].sortedOrders.filter { !held.contains($0) }
        if let through = heartbeat.listedThrough {
            for id in missing where id <= through { loseOrder(id, at: worker) }
            return
        }
        let interval = Int64(limits.heartbeatIntervalMs)
        let isOverdue = missing.contains { id in
            roster[worker].orders[id].map { nowMs - $0.sentMs >= interval } ?? false
        }
        guard isOverdue, let latest = missing.last, roster[worker].askForList(everyMs: interval, nowMs: nowMs) else {
            return
        }
        tell(worker, .listOrders(through: latest))
    }

    private mutating func loseOrder(_ id: OrderID, at worker: Int) {
        guard let order = roster[worker].orders[id] else { return }
        let name = roster[worker].hello.name
        log(.warning, "order lost on the way", path: order.tag.path, round: order.tag.round, worker: name)
        finish(order)
        roster[worker].drop(order.item.path)
        tell(worker, .cancel(id))
        tryAgain(order.item, "it was lost on the way to \(name) or back")
    }

    /// The worker finishes what it has and gets nothing new.
    mutating func beginDraining(_ worker: Int) {
        guard roster[worker].state == .live else { return }
        roster[worker].drain()
        unpin(worker)
        log(.info, "worker draining", worker: roster[worker].hello.name)
    }

    private mutating func unpin(_ worker: Int) {
        queue.unpin(worker, roster[worker].hello.role, in: ledger.openRuns)
    }

    /// The worker is not there any more: its orders go back to their queues.
    ///
    /// - Parameter isDeath: whether one of the orders may have killed it.
    mutating func lose(_ worker: Int, _ state: WorkerState, reason: String?, isDeath: Bool) {
        guard roster[worker].isPresent else {
            roster[worker].show(state, reason: reason)
            return
        }
        let name = roster[worker].hello.name
        log(
            state == .gone ? .info : .warning, "worker \(state.rawValue)", worker: name,
            fields: (reason.map { [.init("reason", $0)] } ?? [])
                + [.init("orders", roster[worker].orders.count)])
        roster[worker].leave(state, reason: reason)
        speculation.forgetWithdrawn(from: worker)
        unpin(worker)
        for id in roster[worker].sortedOrders {
            // Ending one path may have taken back the orders of others.
            guard let order = roster[worker].orders[id] else { continue }
            let item = order.item
            finish(order)
            let setback = "\(name) was \(state.rawValue)\(reason.map { ": \($0)" } ?? "")"
            guard isDeath else {
                tryAgain(item, setback)
                continue
            }
            if item.isAhead { speculation.bar(item.path) }
            roster[worker].blame(item, arrival: queue[item]!.arrival)
            if queue.noteDeath(item) >= limits.deathsPerPath {
                let deaths = "\(limits.deathsPerPath) workers died while they had this piece of work"
                end(item.path, .quarantined, reason: "\(deaths), the last: \(name)\(reason.map { ", \($0)" } ?? "")")
            } else {
                tryAgain(item, setback)
            }
        }
    }
}

extension Hello {
    /// What is wrong with the hello itself.
    func fault(_ limits: Limits) -> String? {
        if name.isEmpty || name.utf8.count > limits.workerNameBytes {
            return "its name has \(name.utf8.count) bytes; allowed are 1...\(limits.workerNameBytes)"
        }
        if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "its name has control characters"
        }
        if slots < 1 { return "it has \(slots) slots; at least 1 is needed" }
        if contextLength < 1 { return "its context has \(contextLength) tokens; at least 1 is needed" }
        if modelDigest.isEmpty || vocabulary.isEmpty { return "it does not say the digests of its model" }
        return nil
    }
}

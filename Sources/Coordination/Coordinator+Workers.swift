import Domain

/// Workers that come and go.
extension Coordinator {
    mutating func greet(_ peer: PeerID, _ hello: Hello) {
        if let reason = hello.fault(limits) ?? conflict(of: hello) {
            refuse(peer, hello, reason)
            return
        }
        guard let worker = workerNumbers[hello.name] else {
            guard let worker = addWorker(hello, peer) else {
                refuse(peer, hello, "there are \(limits.workers) workers already, and that is the limit")
                return
            }
            takeIn(worker)
            return
        }
        let known = workers[worker]
        if known.retired.contains(hello.incarnation) {
            newEffects.append(.send(peer, .superseded))
        } else if known.hello.incarnation == hello.incarnation, known.peer == peer, known.isPresent {
            // The hello came twice.
            workers[worker].lastHeardMs = now.monotonicMs
            tell(worker, .welcome(welcome(startsAfresh: false)))
        } else {
            let isYounger = known.hello.incarnation != hello.incarnation
            if !isYounger {
                absolve(worker)
                workers[worker].noteGap(until: now.monotonicMs)
            }
            if isYounger { tell(worker, .superseded) }
            // A process that another replaced has died, unless it said that it would go. The same process at a new
            // address has only lost what was under way to it.
            lose(
                worker, .lost, reason: isYounger ? "replaced by a younger process" : "connected anew",
                isDeath: isYounger && known.state == .live)
            peers[known.peer] = nil
            workers[worker].replace(with: hello, peer: peer, nowMs: now.monotonicMs)
            sortWorkersByRole()
            peers[peer] = worker
            takeIn(worker)
        }
    }

    private mutating func takeIn(_ worker: Int) {
        let hello = workers[worker].hello
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

    /// Remembers a new name; nil at the limit of present workers. Names of workers that are not there any more make
    /// room, the longest silent first.
    private mutating func addWorker(_ hello: Hello, _ peer: PeerID) -> Int? {
        let worker: Int
        if workers.count < limits.workers {
            worker = workers.count
            workers.append(Worker(hello: hello, peer: peer, nowMs: now.monotonicMs))
        } else {
            let absent = workers.indices.filter { !workers[$0].isPresent }
            guard let oldest = absent.min(by: { workers[$0].lastHeardMs < workers[$1].lastHeardMs }) else {
                return nil
            }
            worker = oldest
            workerNumbers[workers[worker].hello.name] = nil
            peers[workers[worker].peer] = nil
            for run in openRuns { runs[run].timesBefore[worker] = nil }
            let waitingPaths = workers[worker].waitingPaths
            workers[worker] = Worker(hello: hello, peer: peer, nowMs: now.monotonicMs)
            workers[worker].waitingPaths = waitingPaths
        }
        workerNumbers[hello.name] = worker
        peers[peer] = worker
        sortWorkersByRole()
        return worker
    }

    private mutating func sortWorkersByRole() {
        for role in Role.allCases { workersOfRole[role] = workers.indices.filter { workers[$0].hello.role == role } }
    }

    /// Why this worker cannot work beside those that are here.
    private func conflict(of hello: Hello) -> String? {
        for worker in workers where worker.isPresent {
            if worker.hello.name == hello.name {
                if worker.hello.role != hello.role {
                    return "\(hello.name) is the name of a \(worker.hello.role.rawValue) worker that is here"
                }
                continue
            }
            guard worker.hello.role == hello.role else { continue }
            if worker.hello.modelDigest != hello.modelDigest {
                return "its model \(hello.model) (\(hello.modelDigest.prefix(12))) is not that of "
                    + "\(worker.hello.name): \(worker.hello.model) (\(worker.hello.modelDigest.prefix(12))); all "
                    + "\(hello.role.rawValue) workers need the same model file"
            }
            if worker.hello.promptTemplate != hello.promptTemplate {
                return "its prompt template is not that of \(worker.hello.name); all \(hello.role.rawValue) workers "
                    + "need the same"
            }
            if worker.hello.vocabulary != hello.vocabulary {
                return "it reads another vocabulary out of its model than \(worker.hello.name); all "
                    + "\(hello.role.rawValue) workers need the same version of the program"
            }
        }
        return nil
    }

    /// Says no, and shows the worker as failed unless its name is that of another that is here.
    private mutating func refuse(_ peer: PeerID, _ hello: Hello, _ reason: String) {
        newEffects.append(.send(peer, .refuse(reason: reason)))
        log(.error, "worker refused", worker: hello.name, fields: [.init("reason", reason)])
        show(hello, peer, as: .failed, reason: reason)
    }

    /// Keeps a worker that is not here in the status.
    private mutating func show(_ hello: Hello, _ peer: PeerID, as state: WorkerState, reason: String?) {
        guard !hello.name.isEmpty, hello.name.utf8.count <= limits.workerNameBytes else { return }
        if let known = workerNumbers[hello.name] {
            guard !workers[known].isPresent else { return }
            workers[known].state = state
            workers[known].reason = reason
        } else if let worker = addWorker(hello, peer) {
            peers[peer] = nil
            workers[worker].state = state
            workers[worker].reason = reason
        }
    }

    mutating func bidFarewell(_ peer: PeerID, _ farewell: Farewell) {
        let state: WorkerState = farewell.reason == nil ? .gone : .failed
        guard let worker = peers[peer] else {
            let hello = Hello(
                name: farewell.name, role: farewell.role, incarnation: 0, processID: 0, host: "", model: "",
                modelDigest: "", vocabulary: "", promptTemplate: "", contextLength: 0, slots: 0, threads: 0)
            log(
                farewell.reason == nil ? .info : .error, "worker left without having come", worker: farewell.name,
                fields: farewell.reason.map { [.init("reason", $0)] } ?? [])
            show(hello, peer, as: state, reason: farewell.reason)
            return
        }
        // Who is asked to go, or says beforehand that it goes, has not died of its work.
        let isDeath = farewell.reason != nil && workers[worker].state == .live
        lose(worker, state, reason: farewell.reason, isDeath: isDeath)
    }

    mutating func losePeer(_ peer: PeerID, undelivered: OrderID?) {
        guard let worker = peers[peer], workers[worker].isPresent else { return }
        let isDeath = workers[worker].state == .live
        // What never reached it did not kill it.
        if let undelivered, let piece = workers[worker].orders[undelivered], let order = self[piece: piece].order {
            finish(piece, order)
            tryAgain(piece, "it could not be handed to \(workers[worker].hello.name)")
        }
        lose(worker, .lost, reason: "unreachable", isDeath: isDeath)
    }

    mutating func noteRefused(_ peer: PeerID, _ reason: String) {
        counters.refusedMessages += 1
        log(
            .warning, "message refused", worker: peers[peer].map { workers[$0].hello.name },
            fields: [.init("peer", peer.description), .init("reason", reason)])
    }

    mutating func note(_ heartbeat: Heartbeat, from peer: PeerID) {
        guard let worker = peers[peer], workers[worker].isPresent else {
            newEffects.append(.send(peer, .introduceYourself))
            return
        }
        noteOrders(of: worker, heartbeat)
        workers[worker].note(heartbeat, nowMs: now.monotonicMs)
        if heartbeat.isDraining {
            beginDraining(worker)
        } else {
            workers[worker].state = .live
        }
    }

    /// Finds orders that were lost on the way to a worker or back: nobody says so, and the worker is alive. It is asked
    /// for what it holds when a heartbeat does not list an order that was sent an interval ago or more, and the order
    /// is lost when the answer does not list it either: only the worker's own word counts, whatever its engine does.
    private mutating func noteOrders(of worker: Int, _ heartbeat: Heartbeat) {
        guard !workers[worker].orders.isEmpty else { return }
        let held = Set(heartbeat.heldOrders)
        let missing = workers[worker].sortedOrders.filter { !held.contains($0) }
        if let through = heartbeat.listedThrough {
            for id in missing where id <= through { loseOrder(id, at: worker) }
            return
        }
        let interval = Int64(limits.heartbeatIntervalMs)
        let isOverdue = missing.contains { id in
            workers[worker].orders[id].flatMap { self[piece: $0].order }.map { now.monotonicMs - $0.sentMs >= interval }
                ?? false
        }
        let askedMs = workers[worker].listAskedMs ?? .min / 2
        guard isOverdue, now.monotonicMs - askedMs >= interval, let latest = missing.last else { return }
        workers[worker].listAskedMs = now.monotonicMs
        tell(worker, .listOrders(through: latest))
    }

    private mutating func loseOrder(_ id: OrderID, at worker: Int) {
        guard let piece = workers[worker].orders[id], let order = self[piece: piece].order else { return }
        let name = workers[worker].hello.name
        log(.warning, "order lost on the way", path: order.tag.path, round: order.tag.round, worker: name)
        finish(piece, order)
        workers[worker].held[piece.path] = nil
        tell(worker, .cancel(id))
        tryAgain(piece, "it was lost on the way to \(name) or back")
    }

    /// The worker finishes what it has and gets nothing new.
    mutating func beginDraining(_ worker: Int) {
        guard workers[worker].state == .live else { return }
        workers[worker].state = .draining
        unpin(worker)
        log(.info, "worker draining", worker: workers[worker].hello.name)
    }

    /// The worker is not there any more: its orders go back to their queues.
    ///
    /// - Parameter isDeath: whether one of the orders may have killed it.
    mutating func lose(_ worker: Int, _ state: WorkerState, reason: String?, isDeath: Bool) {
        guard workers[worker].isPresent else {
            workers[worker].state = state
            workers[worker].reason = reason
            return
        }
        let name = workers[worker].hello.name
        log(
            state == .gone ? .info : .warning, "worker \(state.rawValue)", worker: name,
            fields: (reason.map { [.init("reason", $0)] } ?? [])
                + [.init("orders", workers[worker].orders.count)])
        workers[worker].state = state
        workers[worker].reason = reason
        workers[worker].held = [:]
        workers[worker].withdrawnAhead = []
        workers[worker].blamed = []
        unpin(worker)
        for id in workers[worker].sortedOrders {
            // Ending one path may have taken back the orders of others.
            guard let piece = workers[worker].orders[id], let order = self[piece: piece].order else { continue }
            finish(piece, order)
            let setback = "\(name) was \(state.rawValue)\(reason.map { ": \($0)" } ?? "")"
            guard isDeath else {
                tryAgain(piece, setback)
                continue
            }
            if piece.isAhead { self[piece.path].desk.isBarredFromRunningAhead = true }
            self[piece: piece].tries.deaths += 1
            workers[worker].blamed.append(Blame(piece: piece, arrival: self[piece: piece].arrival))
            if self[piece: piece].tries.deaths >= limits.deathsPerPath {
                let deaths = "\(limits.deathsPerPath) workers died while they had this piece of work"
                end(piece.path, .quarantined, reason: "\(deaths), the last: \(name)\(reason.map { ", \($0)" } ?? "")")
            } else {
                tryAgain(piece, setback)
            }
        }
    }

    /// A worker that was believed dead is heard again, the same process: nothing of what it had has killed it.
    private mutating func absolve(_ worker: Int) {
        for blame in workers[worker].blamed where !blame.piece.isAhead {
            let path = blame.piece.path
            guard runs[path.run].isOpen, runs[path.run].problems[path.problem].paths.indices.contains(path.path),
                self[path].desk.due.arrival == blame.arrival
            else { continue }
            self[path].desk.due.tries.deaths = max(0, self[path].desk.due.tries.deaths - 1)
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

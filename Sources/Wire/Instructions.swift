import Domain

// What the coordinator tells a worker, as one frame: protobuf `ToWorker` of worker.proto.

extension WorkerInstruction {
    public func encoded() -> [UInt8] {
        var message = WireToWorker()
        message.version = UInt32(WireVersion.current)
        switch self {
        case .welcome(let welcome):
            message.welcome.epoch = welcome.epoch
            message.welcome.heartbeatIntervalMs = UInt32(welcome.heartbeatIntervalMs)
            message.welcome.startsAfresh = welcome.startsAfresh
        case .introduceYourself: message.introduceYourself = WireIntroduceYourself()
        case .superseded: message.superseded = WireSuperseded()
        case .refuse(let reason): message.refuse.reason = reason
        case .order(let order): message.order = WireOrder(order)
        case .confirm(let order): message.confirm.order = order.rawValue
        case .cancel(let order): message.cancel.order = order.rawValue
        case .release(let key):
            message.release.run = key.run.rawValue
            message.release.problem = UInt32(key.problem)
            message.release.path = UInt32(key.path)
        case .releaseProblem(let run, let problem):
            message.releaseProblem.run = run.rawValue
            message.releaseProblem.problem = UInt32(problem)
        case .measure(let order):
            message.measure.id = order.id
            message.measure.probes = order.probes.map { WireProbe($0) }
        case .listOrders(let through): message.listOrders.through = through.rawValue
        case .shutDown(let reason): message.shutDown.reason = reason
        }
        return serialized(message)
    }

    /// - Throws: what is wrong with the frame; total on arbitrary bytes.
    public init(decoding frame: [UInt8]) throws(WireError) {
        let message: WireToWorker = try parsed(frame)
        try checkVersion(message.version)
        switch message.body {
        case .welcome(let welcome):
            guard welcome.heartbeatIntervalMs > 0 else { throw .invalid("welcome.heartbeat_interval_ms", value: "0") }
            self = .welcome(
                Welcome(
                    heartbeatIntervalMs: Int(welcome.heartbeatIntervalMs), epoch: welcome.epoch,
                    startsAfresh: welcome.startsAfresh))
        case .introduceYourself: self = .introduceYourself
        case .superseded: self = .superseded
        case .refuse(let refuse): self = .refuse(reason: refuse.reason)
        case .order(let order): self = .order(try order.decoded())
        case .confirm(let confirm): self = .confirm(OrderID(rawValue: confirm.order))
        case .cancel(let cancel): self = .cancel(OrderID(rawValue: cancel.order))
        case .release(let release):
            self = .release(try pathKey(run: release.run, problem: release.problem, path: release.path))
        case .releaseProblem(let release):
            guard !release.run.isEmpty else { throw .missing("release_problem.run") }
            self = .releaseProblem(RunID(release.run), problem: Int(release.problem))
        case .measure(let measure):
            var probes: [Probe] = []
            for probe in measure.probes { probes.append(try probe.decoded()) }
            self = .measure(ProbeOrder(id: measure.id, probes: probes))
        case .listOrders(let list): self = .listOrders(through: OrderID(rawValue: list.through))
        case .shutDown(let shutDown): self = .shutDown(reason: shutDown.reason)
        case nil: throw .missing("body")
        }
    }
}

extension WireProbe {
    init(_ probe: Probe) {
        self.init()
        pass = probe.kind == .write ? .write : .read
        sequences = UInt32(probe.sequences)
        tokens = UInt32(probe.tokens)
        context = UInt32(probe.context)
    }

    func decoded() throws(WireError) -> Probe {
        let kind: Probe.Kind =
            switch pass {
            case .write: .write
            case .read: .read
            case .unknown: throw .missing("measure.probe.pass")
            case .UNRECOGNIZED(let value): throw .invalid("measure.probe.pass", value: String(value))
            }
        let probe = Probe(kind, sequences: Int(sequences), tokens: Int(tokens), context: Int(context))
        if let fault = probe.fault { throw .invalid("measure.probe", value: fault) }
        return probe
    }
}

import Domain
import SwiftProtobuf

// What a worker tells the coordinator, as one frame.

extension WorkerMessage {
    /// One frame: protobuf `ToCoordinator` of worker.proto.
    public func encoded() -> [UInt8] {
        var message = WireToCoordinator()
        message.version = UInt32(WireVersion.current)
        switch self {
        case .hello(let hello): message.hello = WireHello(hello)
        case .heartbeat(let heartbeat): message.heartbeat = WireHeartbeat(heartbeat)
        case .block(let report): message.block = WireBlock(report)
        case .scored(let report): message.scored = WireScored(report)
        case .failed(let report): message.failed = WireFailed(report)
        case .withdrawn(let report):
            message.withdrawn.tag = WireTag(report.tag)
            message.withdrawn.tokens = UInt32(report.tokens)
        case .measured(let report):
            message.measured.id = report.id
            message.measured.seconds = report.seconds
        case .goodbye(let farewell):
            message.goodbye.name = farewell.name
            message.goodbye.role = WireRole(farewell.role)
            if let reason = farewell.reason { message.goodbye.reason = reason }
        }
        return serialized(message)
    }

    /// - Throws: what is wrong with the frame; total on arbitrary bytes.
    public init(decoding frame: [UInt8]) throws(WireError) {
        let message: WireToCoordinator = try parsed(frame)
        try checkVersion(message.version)
        switch message.body {
        case .hello(let hello): self = .hello(try hello.decoded())
        case .heartbeat(let heartbeat): self = .heartbeat(heartbeat.decoded)
        case .block(let block): self = .block(try block.decoded())
        case .scored(let scored):
            guard scored.hasTag else { throw .missing("scored.tag") }
            self = .scored(
                ScoreReport(
                    tag: try scored.tag.decoded(), logProbabilities: scored.logProbabilities,
                    tokenBytes: scored.tokenBytes.map(Int.init),
                    difference: scored.hasDifference ? scored.difference.decoded : nil, timing: scored.timing.decoded))
        case .failed(let failed): self = .failed(try failed.decoded())
        case .withdrawn(let withdrawn):
            guard withdrawn.hasTag else { throw .missing("withdrawn.tag") }
            self = .withdrawn(
                WithdrawalReport(tag: try withdrawn.tag.decoded(), tokens: Int(withdrawn.tokens)))
        case .measured(let measured):
            self = .measured(ProbeReport(id: measured.id, seconds: measured.seconds))
        case .goodbye(let goodbye):
            self = .goodbye(
                Farewell(
                    name: goodbye.name, role: try goodbye.role.decoded("goodbye.role"),
                    reason: goodbye.hasReason ? goodbye.reason : nil))
        case nil: throw .missing("body")
        }
    }
}

func serialized(_ message: some SwiftProtobuf.Message) -> [UInt8] {
    do {
        return try message.serializedBytes()
    } catch {
        preconditionFailure("a message of proto3 scalars always serialises: \(error)")
    }
}

func parsed<M: SwiftProtobuf.Message>(_ frame: [UInt8]) throws(WireError) -> M {
    do {
        return try M(serializedBytes: frame)
    } catch {
        throw .malformed
    }
}

func checkVersion(_ version: UInt32) throws(WireError) {
    guard WireVersion.supported.contains(Int(version)) else {
        throw .version(Int(version), supported: WireVersion.supported)
    }
}

extension WireRole {
    init(_ role: Role) {
        self = role == .draft ? .draft : .target
    }

    func decoded(_ field: String) throws(WireError) -> Role {
        switch self {
        case .draft: .draft
        case .target: .target
        case .unknown: throw .missing(field)
        case .UNRECOGNIZED(let value): throw .invalid(field, value: String(value))
        }
    }
}

extension WireHello {
    init(_ hello: Hello) {
        self.init()
        name = hello.name
        role = WireRole(hello.role)
        incarnation = hello.incarnation
        processID = hello.processID
        host = hello.host
        model = hello.model
        modelDigest = hello.modelDigest
        vocabulary = hello.vocabulary
        vocabularySize = UInt32(hello.vocabularySize)
        reportsLogProbabilities = hello.reportsLogProbabilities
        proposesByLookup = hello.proposesByLookup
        promptTemplate = hello.promptTemplate
        kernels = hello.kernels
        contextLength = UInt32(hello.contextLength)
        slots = UInt32(hello.slots)
        threads = UInt32(hello.threads)
    }

    func decoded() throws(WireError) -> Hello {
        guard !name.isEmpty, name.utf8.count <= Limits.standard.workerNameBytes else {
            throw .invalid("hello.name", value: "\(name.utf8.count) bytes")
        }
        guard slots > 0 else { throw .invalid("hello.slots", value: "0") }
        return Hello(
            name: name, role: try role.decoded("hello.role"), incarnation: incarnation, processID: processID,
            host: host, model: model, modelDigest: modelDigest, vocabulary: vocabulary,
            vocabularySize: Int(vocabularySize), promptTemplate: promptTemplate, kernels: kernels,
            contextLength: Int(contextLength), slots: Int(slots), threads: Int(threads),
            reportsLogProbabilities: reportsLogProbabilities, proposesByLookup: proposesByLookup)
    }
}

extension WireHeartbeat {
    init(_ heartbeat: Heartbeat) {
        self.init()
        progress = heartbeat.progress
        activeOrders = UInt32(heartbeat.activeOrders)
        waitingOrders = UInt32(heartbeat.waitingOrders)
        writtenTokens = heartbeat.writtenTokens
        prefilledTokens = heartbeat.prefilledTokens
        kvBlocksTotal = UInt32(heartbeat.kvBlocksTotal)
        kvBlocksFree = UInt32(heartbeat.kvBlocksFree)
        computeMs = heartbeat.computeMs
        memoryWaitMs = heartbeat.memoryWaitMs
        idleMs = heartbeat.idleMs
        residentBytes = heartbeat.residentBytes
        isDraining = heartbeat.isDraining
        heldOrders = heartbeat.heldOrders.map(\.rawValue)
        listedThrough = heartbeat.listedThrough?.rawValue ?? 0
    }

    var decoded: Heartbeat {
        Heartbeat(
            progress: progress, activeOrders: Int(activeOrders), waitingOrders: Int(waitingOrders),
            writtenTokens: writtenTokens, prefilledTokens: prefilledTokens, kvBlocksTotal: Int(kvBlocksTotal),
            kvBlocksFree: Int(kvBlocksFree), computeMs: computeMs, memoryWaitMs: memoryWaitMs, idleMs: idleMs,
            residentBytes: residentBytes, isDraining: isDraining,
            heldOrders: heldOrders.map { OrderID(rawValue: $0) },
            listedThrough: listedThrough == 0 ? nil : OrderID(rawValue: listedThrough))
    }
}

extension WireBlock {
    init(_ report: BlockReport) {
        self.init()
        tag = WireTag(report.tag)
        block = WireSegment(report.block)
        finish =
            switch report.finish {
            case .length: .length
            case .endToken: .endToken
            case .step: .step
            case .doubt: .doubt
            case .answer: .answer
            case .contextFull: .contextFull
            case .noProposal: .noProposal
            }
        logProbabilities = report.logProbabilities
        timing = WireTiming(report.timing)
    }

    func decoded() throws(WireError) -> BlockReport {
        guard hasTag else { throw .missing("block.tag") }
        guard hasBlock else { throw .missing("block.block") }
        let finish: FinishReason =
            switch finish {
            case .length: .length
            case .endToken: .endToken
            case .step: .step
            case .doubt: .doubt
            case .answer: .answer
            case .contextFull: .contextFull
            case .noProposal: .noProposal
            case .unknown: throw .missing("block.finish")
            case .UNRECOGNIZED(let value): throw .invalid("block.finish", value: String(value))
            }
        return BlockReport(
            tag: try tag.decoded(), block: try block.decoded(), finish: finish, logProbabilities: logProbabilities,
            timing: timing.decoded)
    }
}

extension WireScored {
    init(_ report: ScoreReport) {
        self.init()
        tag = WireTag(report.tag)
        logProbabilities = report.logProbabilities
        tokenBytes = report.tokenBytes.map { UInt32($0) }
        if let difference = report.difference { self.difference = WireDifference(difference) }
        timing = WireTiming(report.timing)
    }
}

extension WireDifference {
    init(_ difference: DrawDifference) {
        self.init()
        place = UInt32(difference.place)
        token = difference.token
        text.append(contentsOf: difference.text)
        endsText = difference.endsText
    }

    var decoded: DrawDifference {
        DrawDifference(place: Int(place), token: token, text: [UInt8](text), endsText: endsText)
    }
}

extension WireFailed {
    init(_ report: FailureReport) {
        self.init()
        tag = WireTag(report.tag)
        message = report.message
        code =
            switch report.code {
            case .contextLost: .contextLost
            case .contextTooLong: .contextTooLong
            case .cacheTooSmall: .cacheTooSmall
            case .nonFinite: .nonFinite
            case .invalidOrder: .invalidOrder
            case .draining: .draining
            }
    }

    func decoded() throws(WireError) -> FailureReport {
        guard hasTag else { throw .missing("failed.tag") }
        let code: FailureCode =
            switch code {
            case .contextLost: .contextLost
            case .contextTooLong: .contextTooLong
            case .cacheTooSmall: .cacheTooSmall
            case .nonFinite: .nonFinite
            case .invalidOrder: .invalidOrder
            case .draining: .draining
            case .unknown: throw .missing("failed.code")
            case .UNRECOGNIZED(let value): throw .invalid("failed.code", value: String(value))
            }
        return FailureReport(tag: try tag.decoded(), code: code, message: message)
    }
}

import ArgumentParser
import Domain
import Foundation
import Runtime
import Settings
import Transport
import Wire

/// A command's line to the coordinator: one question, one answer, in turn.
final class Client {
    private let transport: Transport
    private let inbox: Inbox<TransportEvent>
    private let folder: ClusterFolder
    /// How the folder was chosen, in words that follow its path.
    private let origin: String
    private var nextID: UInt64 = 1

    /// How long an answer may take before the coordinator counts as stuck. One that has ended is noticed sooner, so
    /// this is long: a loaded machine takes its time.
    static let patienceMs = 60_000
    /// How long a dead one may take to be started again.
    private static let absenceMs: Int64 = 2_000
    /// After which a command says what it waits for.
    private static let silenceMs: Int64 = 5_000

    init(folder: ClusterFolder, origin: String = "") throws {
        self.folder = folder
        self.origin = origin
        let inbox = Inbox<TransportEvent>()
        self.inbox = inbox
        guard let endpoint = AnnouncedEndpoints(folder)?.clients else {
            throw fail(
                .unavailable, "no coordinator has listened in \(folder.path)\(origin): cluster/up.sh starts a cluster")
        }
        let routingID = [UInt8(1)] + withUnsafeBytes(of: ProcessFacts.randomBits()) { Array($0) }
        do {
            transport = try Transport(
                [SocketConfiguration(.dealer(connect: endpoint, routingID: routingID))]
            ) { inbox.post($0) }
        } catch {
            throw fail(.unavailable, "\(error)")
        }
    }

    deinit {
        transport.close()
    }

    /// Asks and waits for the answer; a refusal ends the command.
    func ask(_ request: ClientRequest, patienceMs: Int = Client.patienceMs) throws -> ClientAnswer {
        let id = nextID
        nextID += 1
        transport.send(socket: 0, to: nil, ClientEnvelope(id: id, body: request).encoded())
        let deadlineMs = Clocks.monotonicMs + Int64(patienceMs)
        var nextLookMs = Clocks.monotonicMs + Self.absenceMs
        var tellMs: Int64? = Clocks.monotonicMs + Self.silenceMs
        while Clocks.monotonicMs < deadlineMs {
            if Clocks.monotonicMs >= nextLookMs {
                nextLookMs += Self.absenceMs
                if coordinatorIsGone { throw unavailable("no coordinator is running in \(folder.path)\(origin)") }
                if let tell = tellMs, Clocks.monotonicMs >= tell {
                    tellMs = nil
                    say("a1: waiting for the coordinator in \(folder.path)\(origin), whose process runs")
                }
            }
            for event in inbox.take(until: min(deadlineMs, nextLookMs)) {
                guard case .received(_, _, let body) = event else { continue }
                let envelope: ClientEnvelope<ClientAnswer>
                do {
                    envelope = try ClientEnvelope(decoding: body)
                } catch {
                    throw fail(.protocolError, "the coordinator's answer cannot be read: \(error)")
                }
                guard envelope.id == id || envelope.id == 0 else { continue }
                if case .refused(let refusal) = envelope.body { throw fail(refusal.code.exitCode, refusal.message) }
                return envelope.body
            }
        }
        throw unavailable("the coordinator in \(folder.path)\(origin) has not answered for \(patienceMs / 1_000) s")
    }

    private func unavailable(_ what: String) -> Failure {
        fail(
            .unavailable, "\(what): cluster/up.sh starts it, `a1 logs coordinator` says what happened to it")
    }

    /// Whether the process that wrote itself into the cluster's lock has ended.
    var coordinatorIsGone: Bool {
        guard let text = try? String(contentsOfFile: folder.lock, encoding: .utf8),
            let owner = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return true }
        return kill(owner, 0) != 0 && errno == ESRCH
    }

    func status() throws -> ClusterStatus {
        guard case .status(let status) = try ask(.status) else { throw unexpected() }
        return status
    }

    func unexpected() -> Failure {
        fail(.protocolError, "the coordinator answered another question; its version may differ from this command's")
    }
}

extension ClientErrorCode {
    var exitCode: Runtime.ExitCode {
        switch self {
        case .invalid: .dataError
        case .conflict: .dataError
        case .unknownRun: .noInput
        case .tooMany: .temporaryFailure
        case .draining: .temporaryFailure
        }
    }
}

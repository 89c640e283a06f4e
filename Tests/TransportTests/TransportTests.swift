import Domain
import Foundation
import Synchronization
import Testing

@testable import Transport

/// Collects what a transport delivers and lets a test await a count of events.
private final class Inbox: Sendable {
    private let stream: AsyncStream<TransportEvent>
    private let continuation: AsyncStream<TransportEvent>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    var deliver: @Sendable (TransportEvent) -> Void {
        { [continuation] event in continuation.yield(event) }
    }

    func next(_ count: Int) async -> [TransportEvent] {
        var events: [TransportEvent] = []
        for await event in stream {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }
}

private func body(_ event: TransportEvent) -> (peer: PeerID, body: [UInt8])? {
    if case .received(_, let peer, let body) = event { (peer, body) } else { nil }
}

private func temporarySocket() throws -> (Endpoint, folder: URL) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "a1t-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return (try Endpoint("ipc://\(folder.path)/s"), folder)
}

@Suite struct TransportTests {
    @Test func everyMessageArrivesInOrderBothWays() async throws {
        let (endpoint, folder) = try temporarySocket()
        defer { try? FileManager.default.removeItem(at: folder) }
        let atServer = Inbox()
        let atClient = Inbox()
        let server = try Transport([SocketConfiguration(.router(bind: endpoint))], deliver: atServer.deliver)
        let client = try Transport(
            [SocketConfiguration(.dealer(connect: endpoint, routingID: [1, 2, 3]))], deliver: atClient.deliver)
        // Far more than the queue holds, so that the waiting room is used as well.
        let count = 1_000
        for number in 0..<count {
            client.send(socket: 0, to: nil, withUnsafeBytes(of: UInt32(number)) { Array($0) })
        }
        let arrived = await atServer.next(count).compactMap(body)
        #expect(arrived.map(\.body) == (0..<count).map { withUnsafeBytes(of: UInt32($0)) { Array($0) } })
        #expect(Set(arrived.map(\.peer)) == [PeerID(bytes: [1, 2, 3])])
        for number in 0..<count {
            server.send(socket: 0, to: PeerID(bytes: [1, 2, 3]), withUnsafeBytes(of: UInt32(number)) { Array($0) })
        }
        let answered = await atClient.next(count).compactMap(body)
        #expect(answered.map(\.body) == (0..<count).map { withUnsafeBytes(of: UInt32($0)) { Array($0) } })
        client.close()
        server.close()
    }

    /// A link that was cut: the peer has noticed and connected anew, the server still holds the old connection.
    @Test(.timeLimit(.minutes(1))) func aConnectionMadeAnewTakesThePlaceOfTheOld() async throws {
        let (endpoint, folder) = try temporarySocket()
        defer { try? FileManager.default.removeItem(at: folder) }
        let atServer = Inbox()
        let server = try Transport([SocketConfiguration(.router(bind: endpoint))], deliver: atServer.deliver)
        var clients: [Transport] = []
        for number in UInt8(1)...3 {
            let atClient = Inbox()
            clients.append(
                try Transport(
                    [SocketConfiguration(.dealer(connect: endpoint, routingID: [7]))], deliver: atClient.deliver))
            clients.last?.send(socket: 0, to: nil, [number])
            let arrived = try #require(await atServer.next(1).compactMap(body).first)
            #expect(arrived.peer == PeerID(bytes: [7]))
            #expect(arrived.body == [number])
            server.send(socket: 0, to: arrived.peer, [number, number])
            #expect(await atClient.next(1).compactMap(body).map(\.body) == [[number, number]])
        }
        for client in clients { client.close() }
        server.close()
    }

    @Test func aStrangerIsUndeliverable() async throws {
        let (endpoint, folder) = try temporarySocket()
        defer { try? FileManager.default.removeItem(at: folder) }
        let inbox = Inbox()
        let server = try Transport([SocketConfiguration(.router(bind: endpoint))], deliver: inbox.deliver)
        server.send(socket: 0, to: PeerID(bytes: [9]), [1])
        let events = await inbox.next(1)
        guard case .undeliverable(0, PeerID(bytes: [9]), _) = try #require(events.first) else {
            Issue.record("expected undeliverable, got \(events)")
            return
        }
        server.close()
    }

    @Test func aMessageOverTheFrameLimitIsRefusedHere() async throws {
        let (endpoint, folder) = try temporarySocket()
        defer { try? FileManager.default.removeItem(at: folder) }
        var limits = Limits.standard
        limits.frameBytes = 1_000
        let atServer = Inbox()
        let atClient = Inbox()
        let server = try Transport(
            [SocketConfiguration(.router(bind: endpoint))], limits: limits, deliver: atServer.deliver)
        let client = try Transport(
            [SocketConfiguration(.dealer(connect: endpoint, routingID: [7]))], limits: limits,
            deliver: atClient.deliver)
        client.send(socket: 0, to: nil, [UInt8](repeating: 1, count: 1_001))
        client.send(socket: 0, to: nil, [UInt8](repeating: 2, count: 1_000))
        guard case .undeliverable = try #require(await atClient.next(1).first) else {
            Issue.record("one byte over the limit was sent")
            return
        }
        #expect(await atServer.next(1).compactMap(body).map(\.body) == [[UInt8](repeating: 2, count: 1_000)])
        client.close()
        server.close()
    }

    @Test func twoServersCannotShareAPort() throws {
        let first = try Transport([SocketConfiguration(.router(bind: try Endpoint("tcp://127.0.0.1:0")))]) { _ in }
        defer { first.close() }
        let address = try Endpoint(first.endpoints[0])
        #expect(throws: TransportError.addressInUse(address.description, owner: nil)) {
            _ = try Transport([SocketConfiguration(.router(bind: address))]) { _ in }
        }
    }

    @Test func aSocketFileIsTakenOnlyFromTheDead() async throws {
        let (endpoint, folder) = try temporarySocket()
        defer { try? FileManager.default.removeItem(at: folder) }
        let inbox = Inbox()
        let first = try Transport([SocketConfiguration(.router(bind: endpoint))], deliver: inbox.deliver)
        #expect(throws: TransportError.addressInUse(endpoint.description, owner: getpid())) {
            _ = try Transport([SocketConfiguration(.router(bind: endpoint))]) { _ in }
        }
        // The first is still reached.
        let client = try Transport([SocketConfiguration(.dealer(connect: endpoint, routingID: [1]))]) { _ in }
        client.send(socket: 0, to: nil, [7])
        #expect(await inbox.next(1).compactMap(body).map(\.body) == [[7]])
        client.close()
        first.close()
        // The file is still there, but nobody listens to it.
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "s").path))
        let second = try Transport([SocketConfiguration(.router(bind: endpoint))]) { _ in }
        second.close()
    }
}

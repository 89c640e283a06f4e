import CZeroMQ
import Domain
import Glibc
import Runtime
import Synchronization

/// What a transport's thread tells its owner.
public enum TransportEvent: Sendable {
    /// A whole message arrived.
    case received(socket: Int, peer: PeerID, body: [UInt8])
    /// Bytes arrived that are not one body frame; they were dropped.
    case refused(socket: Int, peer: PeerID, reason: String)
    /// A message could not be given to this peer: it is unknown, or it has not read for too long.
    case undeliverable(socket: Int, peer: PeerID, reason: String)
}

/// One socket of a transport.
public struct SocketConfiguration: Sendable {
    public enum Kind: Sendable {
        /// ROUTER, bound: hears and answers many peers.
        case router(bind: Endpoint)
        /// DEALER, connected under a routing id that is random per incarnation.
        case dealer(connect: Endpoint, routingID: [UInt8])
    }

    public let kind: Kind

    public init(_ kind: Kind) { self.kind = kind }
}

/// All ZeroMQ sockets of a process, on one thread of their own: sockets are not thread safe, so nobody else ever
/// touches them. Sending queues the message and wakes the thread; receiving calls `deliver` on it, which must only
/// hand the event on.
public final class Transport: Sendable {
    private struct Outgoing: Sendable {
        var socket: Int
        var peer: PeerID?
        var body: @Sendable () -> [UInt8]
    }

    private struct Mailbox: Sendable {
        var messages: [Outgoing] = []
        var isClosing = false
    }

    private let mailbox = Mutex(Mailbox())
    private let wakeDescriptor: Int32
    private let thread: OwnedThread
    /// Where each socket really listens or connects to: `tcp://127.0.0.1:0` has become a port.
    public let endpoints: [String]

    /// Opens every socket before it returns, so an address in use is the caller's to report.
    /// - Parameter deliver: called on the transport's thread, in order of arrival.
    public init(
        _ configurations: [SocketConfiguration], limits: Limits = .standard,
        deliver: @escaping @Sendable (TransportEvent) -> Void
    ) throws(TransportError) {
        wakeDescriptor = a1_event_descriptor()
        guard wakeDescriptor >= 0 else { throw .system("eventfd", reason: systemReason(errno)) }
        let sockets: SocketSet
        do {
            sockets = try SocketSet(configurations, limits: limits, wakeDescriptor: wakeDescriptor)
        } catch {
            _ = Glibc.close(wakeDescriptor)
            throw error
        }
        endpoints = sockets.endpoints
        thread = OwnedThread(name: "a1-sockets")
        // The socket set moves to the thread for good; nothing else keeps it.
        let loop = UncheckedBox(sockets)
        thread.start { [self] in
            run(loop.value, deliver: deliver)
        }
    }

    deinit {
        _ = Glibc.close(wakeDescriptor)
    }

    /// Queues a message; never blocks. What cannot be delivered comes back as an event.
    /// - Parameters:
    ///   - peer: which peer of a router; nil on a dealer.
    ///   - body: makes the bytes, on the transport's thread: whoever decides much need not encode as well.
    public func send(socket: Int, to peer: PeerID?, _ body: @autoclosure @escaping @Sendable () -> [UInt8]) {
        mailbox.withLock { $0.messages.append(Outgoing(socket: socket, peer: peer, body: body)) }
        wake()
    }

    /// Sends what is queued, waits at most the linger time for it to leave, closes the sockets and joins the thread.
    /// Not to be called from `deliver`.
    public func close() {
        mailbox.withLock { $0.isClosing = true }
        wake()
        thread.join()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    private func run(_ sockets: SocketSet, deliver: @Sendable (TransportEvent) -> Void) {
        while true {
            let (messages, isClosing) = mailbox.withLock { box in
                defer { box.messages.removeAll(keepingCapacity: true) }
                return (box.messages, box.isClosing)
            }
            for message in messages {
                sockets.send(socket: message.socket, peer: message.peer, body: message.body(), deliver: deliver)
            }
            if isClosing { break }
            sockets.poll(deliver: deliver)
        }
        sockets.close(deliver: deliver)
    }
}

/// Carries a value that is handed over, not shared, into a thread's closure.
/// `@unchecked`: the giver never touches the value again.
struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

func systemReason(_ code: Int32) -> String {
    String(cString: strerror(code))
}

import CZeroMQ
import Domain
import Glibc

/// The sockets themselves. Lives on the transport's thread only.
final class SocketSet {
    private struct Socket {
        let handle: UnsafeMutableRawPointer
        let isRouter: Bool
        /// Messages that the peer's queue had no room for, oldest first.
        var waiting: [PeerID: [[UInt8]]] = [:]
    }

    private let context: UnsafeMutableRawPointer
    private var sockets: [Socket] = []
    private let limits: Limits
    private let wakeDescriptor: Int32
    private(set) var endpoints: [String] = []

    /// A peer that does not read gets this many messages held back before they count as undeliverable.
    private var waitingMaximum: Int { limits.ordersPerWorker * 4 }
    private static let dealerPeer = PeerID(bytes: [])

    init(
        _ configurations: [SocketConfiguration], limits: Limits, wakeDescriptor: Int32
    ) throws(TransportError) {
        guard let context = zmq_ctx_new() else { throw .system("zmq_ctx_new", reason: zmqReason()) }
        self.context = context
        self.limits = limits
        self.wakeDescriptor = wakeDescriptor
        // The process has one context; a big poll set belongs to the coordinator.
        zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 1_024)
        for configuration in configurations {
            do {
                try open(configuration)
            } catch {
                close(deliver: { _ in })
                throw error
            }
        }
    }

    private func open(_ configuration: SocketConfiguration) throws(TransportError) {
        let isRouter: Bool
        switch configuration.kind {
        case .router: isRouter = true
        case .dealer: isRouter = false
        }
        guard let handle = zmq_socket(context, isRouter ? ZMQ_ROUTER : ZMQ_DEALER) else {
            throw .system("zmq_socket", reason: zmqReason())
        }
        sockets.append(Socket(handle: handle, isRouter: isRouter))
        setCommonOptions(handle)
        switch configuration.kind {
        case .router(let endpoint):
            set(handle, ZMQ_ROUTER_MANDATORY, 1)
            // A peer may notice a cut link first and connect anew. Its id is its own, so the new connection is good and
            // the old one dead; without this the new one is not heard until its queue has filled up and broken it.
            set(handle, ZMQ_ROUTER_HANDOVER, 1)
            // ZeroMQ puts its own socket file in the place of any that is there, listened to or not.
            if case .ipc(let path) = endpoint, let owner = UnixListener.owner(of: path) {
                throw .addressInUse(endpoint.description, owner: owner)
            }
            guard zmq_bind(handle, bindAddress(endpoint)) == 0 else {
                let code = zmq_errno()
                throw code == EADDRINUSE
                    ? .addressInUse(endpoint.description, owner: nil)
                    : .cannotBind(endpoint.description, reason: String(cString: zmq_strerror(code)))
            }
        case .dealer(let endpoint, let routingID):
            let status = routingID.withUnsafeBytes {
                zmq_setsockopt(handle, ZMQ_ROUTING_ID, $0.baseAddress, $0.count)
            }
            precondition(status == 0, "a routing id has 1 to 255 bytes and does not begin with zero")
            set(handle, ZMQ_RECONNECT_IVL, Int32(limits.reconnectMs))
            set(handle, ZMQ_RECONNECT_IVL_MAX, Int32(limits.reconnectMaximumMs))
            guard zmq_connect(handle, endpoint.description) == 0 else {
                throw .cannotConnect(endpoint.description, reason: zmqReason())
            }
        }
        endpoints.append(lastEndpoint(handle))
    }

    /// ZeroMQ writes `*` for a port that the system chooses (zmq_tcp(7)).
    private func bindAddress(_ endpoint: Endpoint) -> String {
        switch endpoint {
        case .tcp(let host, 0): "tcp://\(host):*"
        case .tcp, .ipc: endpoint.description
        }
    }

    private func setCommonOptions(_ handle: UnsafeMutableRawPointer) {
        set(handle, ZMQ_SNDHWM, Int32(limits.queuedMessagesPerPeer))
        set(handle, ZMQ_RCVHWM, Int32(limits.queuedMessagesPerPeer))
        set(handle, ZMQ_LINGER, Int32(limits.lingerMs))
        set(handle, ZMQ_HANDSHAKE_IVL, Int32(limits.handshakeMs))
        // Not ZMTP's heartbeats: they are answered by a thread of the process, which a loaded machine may starve, and
        // after a pause of the process their time-out meets an assertion of libzmq 4.3.4 (`!_io_error`).
        set(handle, ZMQ_TCP_KEEPALIVE, 1)
        set(handle, ZMQ_TCP_KEEPALIVE_IDLE, seconds(limits.keepAliveIdleMs))
        set(handle, ZMQ_TCP_KEEPALIVE_INTVL, seconds(limits.keepAliveIntervalMs))
        set(handle, ZMQ_TCP_KEEPALIVE_CNT, Int32(limits.keepAliveProbes))
        // On Linux this is TCP_USER_TIMEOUT (tcp(7)).
        set(handle, ZMQ_TCP_MAXRT, Int32(limits.unacknowledgedMs))
        var bytes = Int64(limits.frameBytes)
        zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &bytes, MemoryLayout<Int64>.size)
    }

    /// At least one: TCP probes by whole seconds.
    private func seconds(_ milliseconds: Int) -> Int32 { Int32(max(1, (milliseconds + 999) / 1_000)) }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: Int32, _ value: Int32) {
        var value = value
        let status = zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size)
        precondition(status == 0, "socket option \(option): \(zmqReason())")
    }

    private func lastEndpoint(_ handle: UnsafeMutableRawPointer) -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        var size = buffer.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &buffer, &size) == 0, size > 0 else { return "" }
        return String(decoding: buffer[..<(size - 1)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Sending

    func send(
        socket index: Int, peer: PeerID?, body: [UInt8], deliver: (TransportEvent) -> Void
    ) {
        let peer = peer ?? SocketSet.dealerPeer
        guard body.count <= limits.frameBytes else {
            deliver(
                .undeliverable(
                    socket: index, peer: peer,
                    reason: "the message has \(body.count) bytes; the limit is \(limits.frameBytes)"))
            return
        }
        if var queue = sockets[index].waiting[peer] {
            guard queue.count < waitingMaximum else {
                deliver(.undeliverable(socket: index, peer: peer, reason: "the peer has not read for too long"))
                return
            }
            queue.append(body)
            sockets[index].waiting[peer] = queue
            return
        }
        attempt(index, peer, body, deliver: deliver)
    }

    /// Sends now, or keeps the message for the next turn if the peer's queue is full.
    private func attempt(_ index: Int, _ peer: PeerID, _ body: [UInt8], deliver: (TransportEvent) -> Void) {
        switch sendNow(sockets[index], peer, body) {
        case 0: break
        case EAGAIN: sockets[index].waiting[peer, default: []].append(body)
        case let code:
            sockets[index].waiting[peer] = nil
            deliver(.undeliverable(socket: index, peer: peer, reason: String(cString: zmq_strerror(code))))
        }
    }

    /// - Returns: 0, or the error's number.
    private func sendNow(_ socket: Socket, _ peer: PeerID, _ body: [UInt8]) -> Int32 {
        if socket.isRouter {
            let status = peer.bytes.withUnsafeBytes {
                zmq_send(socket.handle, $0.baseAddress, $0.count, ZMQ_DONTWAIT | ZMQ_SNDMORE)
            }
            if status < 0 { return zmq_errno() }
        }
        let status = body.withUnsafeBytes {
            zmq_send(socket.handle, $0.baseAddress, $0.count, ZMQ_DONTWAIT)
        }
        return status < 0 ? zmq_errno() : 0
    }

    private func flush(deliver: (TransportEvent) -> Void) {
        for index in sockets.indices where !sockets[index].waiting.isEmpty {
            for (peer, queue) in sockets[index].waiting {
                sockets[index].waiting[peer] = nil
                for (place, body) in queue.enumerated() {
                    attempt(index, peer, body, deliver: deliver)
                    if sockets[index].waiting[peer] != nil {
                        sockets[index].waiting[peer] = [body] + queue[(place + 1)...]
                        break
                    }
                }
            }
        }
    }

    // MARK: Receiving

    func poll(deliver: (TransportEvent) -> Void) {
        var items = sockets.map {
            zmq_pollitem_t(socket: $0.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        }
        items.append(zmq_pollitem_t(socket: nil, fd: wakeDescriptor, events: Int16(ZMQ_POLLIN), revents: 0))
        let isWaitingForRoom = sockets.contains { !$0.waiting.isEmpty }
        // A full peer gives no event when it has room again, so the wait is short while one is full.
        let status = zmq_poll(&items, Int32(items.count), isWaitingForRoom ? 5 : -1)
        if status < 0 && zmq_errno() != EINTR {
            preconditionFailure("zmq_poll: \(zmqReason())")
        }
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
        flush(deliver: deliver)
        for index in sockets.indices where items[index].revents & Int16(ZMQ_POLLIN) != 0 {
            // At most so many per turn and socket, so that one loud socket cannot starve the others.
            for _ in 0..<256 {
                guard receive(index, deliver: deliver) else { break }
            }
        }
    }

    /// - Returns: whether a message was there.
    private func receive(_ index: Int, deliver: (TransportEvent) -> Void) -> Bool {
        let socket = sockets[index]
        var frames: [[UInt8]] = []
        var frameCount = 0
        var hasMore = true
        while hasMore {
            var message = zmq_msg_t()
            zmq_msg_init(&message)
            defer { zmq_msg_close(&message) }
            guard zmq_msg_recv(&message, socket.handle, ZMQ_DONTWAIT) >= 0 else { return false }
            frameCount += 1
            // Surplus frames are read, as the protocol demands, and not kept.
            if frameCount <= 2 {
                let bytes = UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))
                frames.append([UInt8](bytes))
            }
            hasMore = zmq_msg_more(&message) != 0
        }
        let expected = socket.isRouter ? 2 : 1
        let peer = socket.isRouter ? PeerID(bytes: frames[0]) : SocketSet.dealerPeer
        if frameCount == expected {
            deliver(.received(socket: index, peer: peer, body: frames[expected - 1]))
        } else {
            deliver(
                .refused(
                    socket: index, peer: peer,
                    reason: "\(frameCount - expected + 1) body frames; a message has exactly one"))
        }
        return true
    }

    // MARK: Closing

    func close(deliver: (TransportEvent) -> Void) {
        flush(deliver: deliver)
        for socket in sockets { zmq_close(socket.handle) }
        sockets = []
        while zmq_ctx_term(context) != 0 && zmq_errno() == EINTR {}
    }
}

func zmqReason() -> String {
    String(cString: zmq_strerror(zmq_errno()))
}

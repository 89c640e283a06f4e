import Foundation
import Glibc
import Synchronization

/// A program that a test starts, waits for and ends. Foundation's `Process` is not used: on Linux it can miss the end
/// of a child while others are started beside it, and what it opens is inherited by all of them.
///
/// The child reads what it is given, or nothing. It is killed and awaited when the last reference to it goes.
public final class ChildProcess: Sendable {
    public enum Failure: Error, CustomStringConvertible {
        case notStarted(path: String, reason: String)
        case hangs(path: String, seconds: Int)

        public var description: String {
            switch self {
            case .notStarted(let path, let reason): "cannot start \(path): \(reason)"
            case .hangs(let path, let seconds): "\(path) said nothing and did not end for \(seconds) s"
            }
        }
    }

    /// Where the text of a stream goes.
    public enum Stream: Sendable {
        case discarded
        /// A file that is made anew.
        case file(URL)
        /// To `read`. Of one stream at most.
        case piped
    }

    /// What stands on standard input.
    public enum Input: Sendable {
        case nothing
        case data(Data)
        /// What `write` gives, until `endInput`.
        case open
    }

    /// How long a test waits for a child that hangs. Far above what anything here takes.
    static let patienceSeconds = 300

    /// Shared with the thread that waits for the end.
    private final class End: Sendable {
        /// What `waitpid` says, once it has.
        let status = Mutex<Int32?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    public let identifier: pid_t
    private let path: String
    private let reading: Int32
    /// The other end of an open standard input, until it is ended.
    private let writing = Mutex<Int32?>(nil)
    private let end = End()

    public init(
        _ executable: URL, _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment, input: Input = .nothing,
        output: Stream = .discarded, errors: Stream = .discarded
    ) throws {
        path = executable.path
        var ends: [Int32] = [-1, -1]
        // A pair of sockets where a pipe would do, since no child that starts meanwhile can inherit it.
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
        guard socketpair(AF_UNIX, Int32(kind), 0, &ends) == 0 else {
            throw Failure.notStarted(path: path, reason: reason(errno))
        }
        defer { close(ends[1]) }
        reading = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var inputs: [Int32] = [-1, -1]
        if case .nothing = input {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        } else {
            guard socketpair(AF_UNIX, Int32(kind), 0, &inputs) == 0 else {
                close(reading)
                throw Failure.notStarted(path: path, reason: reason(errno))
            }
            posix_spawn_file_actions_adddup2(&actions, inputs[1], 0)
        }
        for (descriptor, stream) in [(Int32(1), output), (2, errors)] {
            switch stream {
            case .discarded: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            case .file(let url):
                posix_spawn_file_actions_addopen(&actions, descriptor, url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            case .piped: posix_spawn_file_actions_adddup2(&actions, ends[1], descriptor)
            }
        }
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, nil, argv, envp)
        if inputs[1] >= 0 { close(inputs[1]) }
        guard code == 0 else {
            close(reading)
            if inputs[0] >= 0 { close(inputs[0]) }
            throw Failure.notStarted(path: path, reason: reason(code))
        }
        identifier = pid
        switch input {
        case .nothing: break
        case .open: writing.withLock { $0 = inputs[0] }
        case .data(let data):
            Thread { [feeding = inputs[0]] in
                Self.feed(data, to: feeding)
                close(feeding)
            }.start()
        }
        Thread { [end, identifier] in Self.awaitEnd(of: identifier, end) }.start()
    }

    deinit {
        signal(SIGKILL)
        _ = try? wait()
        endInput()
        close(reading)
    }

    /// Writes all of the input, or as much as the child reads before it ends.
    private static func feed(_ input: Data, to descriptor: Int32) {
        input.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var rest = bytes
            while !rest.isEmpty {
                let count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Adds to an open standard input; returns when the child has room for it, or has ended.
    public func write(_ data: Data) {
        if let descriptor = writing.withLock({ $0 }) { Self.feed(data, to: descriptor) }
    }

    /// The end of an open standard input.
    public func endInput() {
        writing.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    private static func awaitEnd(of pid: pid_t, _ end: End) {
        var information = siginfo_t()
        // Without reaping at first: until `status` is set, `signal` uses the number, and no other process may get it.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        end.status.withLock { status in
            var value: Int32 = 0
            while waitpid(pid, &value, 0) < 0, errno == EINTR {}
            status = value
        }
        end.isThere.signal()
    }

    /// Does nothing to a child that has ended.
    public func signal(_ number: Int32) {
        end.status.withLock { status in
            if status == nil { kill(identifier, number) }
        }
    }

    /// Closes what is piped, as `head` does when it has seen enough.
    public func stopReading() { shutdown(reading, Int32(SHUT_RDWR)) }

    /// - Returns: the exit code; 128 and the signal's number for a child that a signal ended.
    /// - Throws: `hangs`, after `patienceSeconds`.
    public func wait() throws -> Int32 {
        guard end.isThere.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            throw Failure.hangs(path: path, seconds: Self.patienceSeconds)
        }
        end.isThere.signal()
        let status = end.status.withLock { $0 } ?? 0
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// The next piece of what is piped; nothing at its end.
    public func read() throws -> Data {
        var waited = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        var count: Int32 = 0
        repeat { count = poll(&waited, 1, Int32(Self.patienceSeconds * 1_000)) } while count < 0 && errno == EINTR
        guard count > 0 else { throw Failure.hangs(path: path, seconds: Self.patienceSeconds) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let length = bytes.withUnsafeMutableBytes { Glibc.read(reading, $0.baseAddress, $0.count) }
        return Data(bytes.prefix(max(0, length)))
    }

    public func readToEnd() throws -> Data {
        var whole = Data()
        while true {
            let piece = try read()
            if piece.isEmpty { return whole }
            whole += piece
        }
    }
}

private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

import Foundation
import Glibc
import Synchronization

/// A process of this same executable. It reads from a line that only this process holds the other end of, so with
/// `--end-with-input` it ends when this process does, however that comes about.
final class OwnProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    /// Where what it says goes: both streams, or its results alone.
    let output: String
    private let identifier: pid_t
    private let line: Int32
    /// What `waitpid` said, once it has ended. While it is nil the identifier belongs to the process.
    private let status = Mutex<Int32?>(nil)

    /// - Parameter sharesErrors: whether its standard error is this process's own, and only results go to `output`.
    init(
        name: String, _ arguments: [String], environment: [String: String], output: String, sharesErrors: Bool = false
    ) throws(Failure) {
        self.name = name
        self.output = output
        var ends: [Int32] = [-1, -1]
        // Sockets where a pipe would do, since these are never inherited, whatever starts at the same time.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Failure(description: "\(name) cannot be started: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[1]) }
        let (code, pid) = Self.spawn(
            arguments, environment, input: ends[1], output: output, sharesErrors: sharesErrors)
        guard code == 0 else {
            close(ends[0])
            throw Failure(description: "\(name) cannot be started: \(String(cString: strerror(code)))")
        }
        line = ends[0]
        identifier = pid
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], input: Int32, output: String, sharesErrors: Bool
    ) -> (code: Int32, pid: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if !sharesErrors { posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This process handles these itself; and an interrupt at the terminal is for this process alone.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        let argv = (["a1"] + arguments).map { strdup($0) } + [nil]
        // A flavour of OpenBLAS with threads makes them when a process starts.
        let environment = environment.merging(["OPENBLAS_NUM_THREADS": "1"]) { _, one in one }
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        return (posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, envp), pid)
    }

    /// Kills it if it has not ended, and waits for that.
    deinit {
        signal(SIGKILL)
        waitForEnd()
        close(line)
    }

    /// The exit code, or 128 and the signal's number; nil while it runs.
    var exitCode: Int32? {
        status.withLock { status in
            if status == nil {
                var value: Int32 = 0
                if waitpid(identifier, &value, WNOHANG) == identifier { status = value }
            }
            return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
        }
    }

    func signal(_ number: Int32) {
        status.withLock { status in
            if status == nil { kill(identifier, number) }
        }
    }

    private func waitForEnd() {
        while exitCode == nil { usleep(5_000) }
    }

    /// Waits until it has ended by itself, without disturbing it; gives what `exitCode` does.
    func wait() -> Int32 {
        // It writes nothing into its line; reading comes back when it closes its end.
        var byte: UInt8 = 0
        while true {
            let count = read(line, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { break }
        }
        waitForEnd()
        return exitCode ?? 0
    }

    /// Asks it to end, and kills it if it takes longer than that.
    func end(patienceMs: Int) {
        signal(SIGTERM)
        for _ in 0..<(patienceMs / 5) where exitCode == nil { usleep(5_000) }
        signal(SIGKILL)
        waitForEnd()
    }

    /// Processor time of its busiest thread, seconds (proc(5), `/proc/PID/task/TID/stat`).
    var processorSeconds: Double {
        let tasks = "/proc/\(identifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        let ticks = threads.map { thread -> Int in
            let stat = String(
                decoding: FileManager.default.contents(atPath: "\(tasks)/\(thread)/stat") ?? Data(), as: UTF8.self)
            // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th field after it.
            let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
            guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else { return 0 }
            return user + system
        }
        return Double(ticks.max() ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The last lines of what it said.
    var lastWords: [String] {
        let data = FileManager.default.contents(atPath: output) ?? Data()
        return String(decoding: data.suffix(8_192), as: UTF8.self).split(whereSeparator: \.isNewline).suffix(10)
            .map(String.init)
    }
}

import Foundation
import Glibc
import Synchronization

/// Runs one program as a child process in its own process group, so that ending it ends what it started as well.
struct ChildProcess {
    /// The end of what a program said on standard error that an error shows.
    static let maximumErrorBytes = 4_096

    let program: String
    let arguments: [String]
    let environment: [String: String]

    /// Runs it to its end; its standard output goes to `onOutput` in pieces.
    ///
    /// - Throws: `programFailed` unless it exits with 0; `interrupted` if `cancellation` ended it; what `onOutput`
    ///   throws, after which the child is ended too.
    func run(
        _ cancellation: PullCancellation, model: String,
        onOutput: (UnsafeRawBufferPointer) throws(ModelStoreError) -> Void
    ) throws(ModelStoreError) {
        let errors = try TemporaryText()
        defer { errors.close() }
        let (output, pid) = try start(errors)
        guard cancellation.attach(pid) else {
            output.closeReading()
            _ = Self.wait(pid, cancellation)
            throw .interrupted(name: model)
        }
        var failure: ModelStoreError?
        do throws(ModelStoreError) {
            try output.readAll(onOutput)
        } catch {
            failure = error
            kill(-pid, SIGTERM)
        }
        output.closeReading()
        let status = Self.wait(pid, cancellation)
        if cancellation.isCancelled { throw .interrupted(name: model) }
        if let failure { throw failure }
        guard status == 0 else {
            throw .programFailed(Self.name(of: program, arguments), status: status, output: errors.tail())
        }
    }

    /// `python3 -m pip` is called pip in messages.
    private static func name(of program: String, _ arguments: [String]) -> String {
        if arguments.first == "-m", arguments.count > 1 { return arguments[1] }
        return URL(fileURLWithPath: program).lastPathComponent
    }

    /// One start at a time, so that no child inherits the pipe of another and keeps it open.
    private static let spawning = Mutex(())

    private func start(_ errors: TemporaryText) throws(ModelStoreError) -> (OutputPipe, pid_t) {
        try Self.spawning.withLock { _ throws(ModelStoreError) in
            let output = try OutputPipe()
            let pid = try spawn(output: output, errors: errors)
            output.closeWriting()
            return (output, pid)
        }
    }

    private func spawn(output: OutputPipe, errors: TemporaryText) throws(ModelStoreError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A caller may ignore or block these; the child must end by them all the same.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&defaults, signal) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
        guard code == 0 else {
            throw .io(path: program, action: "start", reason: systemMessage(code))
        }
        return pid
    }

    /// The exit status; 128 and the signal for a child that a signal ended.
    private static func wait(_ pid: pid_t, _ cancellation: PullCancellation) -> Int32 {
        var information = siginfo_t()
        // First wait without reaping: until the child is detached its number must not be given to another process.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        cancellation.detach()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// The path of a program in the `PATH` of the environment; a name with a slash is a path itself.
    static func path(of program: String, environment: [String: String]) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(program)"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }
}

/// What the system says about an error number.
func systemMessage(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

/// A pipe whose ends no later child inherits. (Between `pipe` and `fcntl` one could; `ChildProcess` holds
/// `spawning` from before the one until after its own start.)
private final class OutputPipe {
    private var reading: Int32
    private(set) var writing: Int32

    init() throws(ModelStoreError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .io(path: "pipe", action: "open", reason: systemMessage(errno)) }
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }

    func closeReading() {
        if reading >= 0 { close(reading) }
        reading = -1
    }

    deinit {
        closeWriting()
        closeReading()
    }

    func readAll(_ body: (UnsafeRawBufferPointer) throws(ModelStoreError) -> Void) throws(ModelStoreError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(reading, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
        }
    }
}

/// An unnamed file for what a child says on standard error; a pipe could fill up unread.
private struct TemporaryText {
    let descriptor: Int32

    init() throws(ModelStoreError) {
        var template = Array((NSTemporaryDirectory() + "/a1-errors-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .io(path: NSTemporaryDirectory(), action: "write", reason: systemMessage(errno))
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func close() { Glibc.close(descriptor) }

    func tail() -> String {
        let size = lseek(descriptor, 0, SEEK_END)
        let start = max(0, size - off_t(ChildProcess.maximumErrorBytes))
        var bytes = [UInt8](repeating: 0, count: Int(max(0, size - start)))
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, start) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

import Domain
import Foundation
import Glibc
import Testing

/// A process that was started and can be waited for from any thread: `Process.waitUntilExit` spins the run loop of the
/// thread it is called on, which test threads do not have.
private final class Child {
    private let process: Process
    private let ended = DispatchSemaphore(value: 0)

    init(_ process: Process) throws {
        self.process = process
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    func signal(_ number: Int32) {
        if process.isRunning { Glibc.kill(process.processIdentifier, number) }
    }

    /// - Returns: the exit code. Called once.
    func wait() -> Int32 {
        ended.wait()
        return process.terminationStatus
    }
}

/// Everything here starts processes and waits for them: one test at a time.
/// Off unless asked for: Foundation's `Process` sometimes misses the end of a child on Linux, and a test then waits for
/// ever. See docs/testing.md.
@Suite(
    .serialized,
    .enabled(
        if: ProcessInfo.processInfo.environment["A1_SYSTEM_TESTS"] != nil,
        "set A1_SYSTEM_TESTS=1: Foundation's Process may miss a child's end and wait for ever"))
enum RealProcesses {}

/// A real cluster of real processes in a folder of its own, from the executable that was built beside the tests.
final class TestCluster {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Beside the test bundle.
    static var executable: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "a1")
    }

    let folder: URL
    let configuration: URL
    private var processes: [String: Child] = [:]

    /// - Parameter configuration: the text of a cluster's configuration.
    init(configuration text: String) throws {
        // A Unix socket's path is short, and so is this folder's.
        folder = URL(fileURLWithPath: "/tmp/a1s-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        configuration = folder.appending(path: "test.yaml")
        try Data(text.utf8).write(to: configuration)
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "cluster.yaml"), withDestinationURL: configuration)
    }

    deinit {
        for child in processes.values {
            child.signal(SIGKILL)
            _ = child.wait()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = TestCluster.executable
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["A1_CLUSTER"] = folder.path
        environment["A1_CONFIGS"] = TestCluster.root.appending(path: "configs").path
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        return process
    }

    // MARK: Processes

    /// Starts the coordinator and returns when it listens.
    func startCoordinator() throws {
        let process = process(["coordinator", "--config", configuration.path])
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        processes["coordinator"] = try Child(process)
        var heard = Data()
        while !String(decoding: heard, as: UTF8.self).contains("listening") {
            let more = errors.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the coordinator ended: \(String(decoding: heard, as: UTF8.self))")
            heard += more
        }
    }

    func startWorker(_ name: String) throws {
        let process = process(["worker", "--config", configuration.path, "--name", name])
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        processes[name] = try Child(process)
    }

    /// Kills without a warning and waits until it is gone.
    func kill(_ name: String, signal: Int32 = SIGKILL) throws {
        let running = processes.removeValue(forKey: name)
        let child = try #require(running)
        child.signal(signal)
        _ = child.wait()
    }

    /// Waits until a process ends by itself.
    func exitCode(of name: String) throws -> Int32 {
        let running = processes.removeValue(forKey: name)
        return try #require(running).wait()
    }

    // MARK: Commands

    struct Output {
        var code: Int32
        var out: String
        var err: String
    }

    /// Runs `a1` with these arguments to its end.
    func a1(_ arguments: String...) throws -> Output {
        let process = process(arguments)
        let out = folder.appending(path: "out-\(UUID().uuidString)")
        let err = folder.appending(path: "err-\(UUID().uuidString)")
        for file in [out, err] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        let code = try Child(process).wait()
        return Output(
            code: code, out: try String(contentsOf: out, encoding: .utf8),
            err: try String(contentsOf: err, encoding: .utf8))
    }

    func submit(_ batch: String, _ arguments: String...) throws -> String {
        let process = process(["submit", batch, "--json"] + arguments)
        let out = Pipe()
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        let child = try Child(process)
        let data = try out.fileHandleForReading.readToEnd() ?? Data()
        try #require(child.wait() == 0)
        return try #require(try JSONDecoder().decode([String: String].self, from: data)["run"])
    }

    func status() throws -> ClusterStatus {
        let output = try a1("status", "--json")
        try #require(output.code == 0, "\(output.err)")
        return try JSONDecoder().decode(ClusterStatus.self, from: Data(output.out.utf8))
    }

    func results(_ run: String) throws -> RunResults {
        let output = try a1("results", run, "--json")
        try #require(output.code == 0, "\(output.err)")
        return try JSONDecoder().decode(RunResults.self, from: Data(output.out.utf8))
    }

    /// Asks again and again until the status is as wished. Each question is answered by the coordinator when it has
    /// dealt with what came before, so this spins no faster than the cluster works.
    func awaitStatus(_ isReached: (ClusterStatus) -> Bool) throws -> ClusterStatus {
        while true {
            let status = try status()
            if isReached(status) { return status }
        }
    }
}

/// The built-in pair, so that a test can say which workers there are and how runs go.
func builtinConfiguration(workers: [(name: String, role: Role)], run: String = "") -> String {
    let lines = workers.map { worker in
        "  - { name: \(worker.name), role: \(worker.role), model: builtin-\(worker.role), slots: 16 }"
    }
    return """
    cluster: { name: test }
    models:
      builtin-draft: { context: 1024, kv_memory_mib: 64 }
      builtin-target: { context: 1024, kv_memory_mib: 64 }
    workers:
    \(lines.joined(separator: "\n"))
    run:
      boundary: step
      draft_tokens: 48
      target_tokens: 48
      path_tokens: 576
      rounds: 12
    \(run)
    """
}

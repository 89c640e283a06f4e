import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// Everything here starts processes and waits for them: one test at a time.
@Suite(.serialized)
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
    /// The machines that it runs on; nil for this one alone. Coordinator and commands are on host 0.
    let hosts: Hosts?
    private var processes: [String: ChildProcess] = [:]

    /// - Parameter configuration: the text of a cluster's configuration.
    init(configuration text: String, hosts: Hosts? = nil) throws {
        self.hosts = hosts
        // A Unix socket's path is short, and so is this folder's.
        folder = URL(fileURLWithPath: "/tmp/a1s-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        configuration = folder.appending(path: "test.yaml")
        try Data(text.utf8).write(to: configuration)
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "cluster.yaml"), withDestinationURL: configuration)
    }

    deinit {
        hosts?.end()
        processes.removeAll()
        try? FileManager.default.removeItem(at: folder)
    }

    private func start(
        _ arguments: [String], on host: Int = 0, output: ChildProcess.Stream = .discarded,
        errors: ChildProcess.Stream = .discarded
    ) throws -> ChildProcess {
        var environment = ProcessInfo.processInfo.environment
        // Machines share no folder.
        environment["A1_CLUSTER"] = host == 0 ? folder.path : folder.appending(path: "host-\(host)").path
        environment["A1_CONFIGS"] = TestCluster.root.appending(path: "configs").path
        environment["OPENBLAS_NUM_THREADS"] = "1"
        if let hosts {
            return try ChildProcess(
                URL(fileURLWithPath: "/usr/bin/env"),
                hosts.entrance(host) + [TestCluster.executable.path] + arguments, environment: environment,
                output: output, errors: errors)
        }
        return try ChildProcess(
            TestCluster.executable, arguments, environment: environment, output: output, errors: errors)
    }

    // MARK: Processes

    /// Starts the coordinator and returns when it listens.
    func startCoordinator() throws {
        let coordinator = try start(["coordinator", "--config", configuration.path], errors: .piped)
        processes["coordinator"] = coordinator
        var heard = Data()
        while !String(decoding: heard, as: UTF8.self).contains("listening") {
            let more = try coordinator.read()
            try #require(!more.isEmpty, "the coordinator ended: \(String(decoding: heard, as: UTF8.self))")
            heard += more
        }
    }

    func startWorker(_ name: String, on host: Int = 0) throws {
        processes[name] = try start(["worker", "--config", configuration.path, "--name", name], on: host)
    }

    /// Kills without a warning and waits until it is gone.
    func kill(_ name: String, signal: Int32 = SIGKILL) throws {
        let running = processes.removeValue(forKey: name)
        let child = try #require(running)
        child.signal(signal)
        _ = try child.wait()
    }

    /// Asks a process to end, as a person or a supervisor would, and waits until it has.
    ///
    /// - Returns: its exit code.
    func stop(_ name: String) throws -> Int32 {
        let running = processes.removeValue(forKey: name)
        let child = try #require(running)
        child.signal(SIGTERM)
        return try child.wait()
    }

    func processID(of name: String) throws -> pid_t { try #require(processes[name]).identifier }

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

    /// Starts `a1` with these arguments beside whatever else runs.
    func begin(_ arguments: String...) throws -> ChildProcess { try start(arguments, output: .piped) }

    /// Runs `a1` with these arguments to its end.
    func a1(_ arguments: String...) throws -> Output { try a1(arguments) }

    func a1(_ arguments: [String]) throws -> Output {
        let out = folder.appending(path: "out-\(UUID().uuidString)")
        let err = folder.appending(path: "err-\(UUID().uuidString)")
        let code = try start(arguments, output: .file(out), errors: .file(err)).wait()
        return Output(
            code: code, out: try String(contentsOf: out, encoding: .utf8),
            err: try String(contentsOf: err, encoding: .utf8))
    }

    func submit(_ batch: String, _ arguments: String...) throws -> String { try submit(batch, arguments) }

    func submit(_ batch: String, _ arguments: [String]) throws -> String {
        let child = try start(["submit", batch, "--json"] + arguments, output: .piped)
        let data = try child.readToEnd()
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
func smallConfiguration(
    workers: [(name: String, role: Role)], run: String = "", cluster: String = "name: test", slots: Int = 16
) -> String {
    let lines = workers.map { worker in
        "  - { name: \(worker.name), role: \(worker.role), model: small-\(worker.role), slots: \(slots) }"
    }
    return """
    cluster:
      \(cluster.replacing("\n", with: "\n  "))
    models:
      small-draft: { context: 1024, kv_memory_mib: 64 }
      small-target: { context: 1024, kv_memory_mib: 64 }
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

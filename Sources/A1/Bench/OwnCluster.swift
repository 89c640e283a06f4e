import ArgumentParser
import Domain
import Foundation
import Glibc
import Logs
import Runtime
import Settings
import Synchronization

/// A cluster of this command's own, in a folder that nobody else knows of: one coordinator and the configuration's
/// workers as child processes. Nothing of it is left when the command ends, by whatever way but a crash, which leaves
/// the folder.
final class OwnCluster: Sendable {
    let folder: ClusterFolder
    private let configurationPath: String
    private let configuration: ClusterConfiguration
    private let configs: String

    private struct Processes {
        /// The coordinator first.
        var running: [OwnProcess] = []
        var isClosed = false
    }

    private let processes = Mutex(Processes())

    /// Often enough that even a short run lies between two heartbeats.
    private static let heartbeatMs = 100
    private static let patienceMs = 3_000

    /// - Parameters:
    ///   - path: the configuration.
    ///   - configs: the folder with the manifest of models.
    init(_ configuration: ClusterConfiguration, path: String, configs: String) throws {
        self.configuration = configuration
        self.configs = configs
        configurationPath = URL(fileURLWithPath: path).standardizedFileURL.path
        // The path of a Unix socket has 107 bytes; that of the folder is kept short.
        let temporary = FileManager.default.temporaryDirectory.path
        var template = Array("\(temporary.utf8.count <= 60 ? temporary : "/tmp")/a1-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let reason = String(cString: strerror(errno))
            throw fail(.cannotCreate, "no folder for the cluster in \(temporary): \(reason); TMPDIR sets another place")
        }
        folder = ClusterFolder(path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        do {
            try folder.create()
            try FileManager.default.createSymbolicLink(
                atPath: folder.configuration, withDestinationPath: configurationPath)
        } catch {
            try? FileManager.default.removeItem(atPath: folder.path)
            throw fail(.cannotCreate, "\(folder.path): \(error)")
        }
    }

    // MARK: Beginning

    /// Starts everything and waits until each worker is ready.
    func start() throws -> Client {
        try startCoordinator()
        for worker in configuration.workers { try start(worker.name, ["worker", "--name", worker.name]) }
        let client = try Client(folder: folder)
        while true {
            let workers = try client.status().workers
            if let failed = workers.first(where: { $0.state == .failed }) {
                throw fail(.unavailable, "worker \(failed.name) cannot work: \(failed.reason ?? "without a reason")")
            }
            let live = Set(workers.filter { $0.state == .live }.map(\.name))
            if configuration.workers.allSatisfy({ live.contains($0.name) }) { return client }
            try pause()
        }
    }

    /// Starts the coordinator alone and waits until it listens.
    func startCoordinator() throws {
        try start("coordinator", ["coordinator"])
        while AnnouncedEndpoints(folder) == nil { try pause() }
    }

    private func start(_ name: String, _ command: [String]) throws {
        var environment = ProcessInfo.processInfo.environment
        environment["A1_CLUSTER"] = folder.path
        environment["A1_CONFIGS"] = configs
        let flags = ["--config", configurationPath, "--end-with-input", "--heartbeat-ms", "\(Self.heartbeatMs)"]
        do {
            try processes.withLock { [environment] processes throws(OwnProcess.Failure) in
                guard !processes.isClosed else { return }
                processes.running.append(
                    try OwnProcess(
                        name: name, command + flags, environment: environment, output: "\(folder.logs)/\(name).out"))
            }
        } catch {
            throw fail(.unavailable, "\(error)")
        }
    }

    private func pause() throws {
        usleep(20_000)
        try check()
    }

    /// Processor time that the coordinator has taken so far, seconds.
    var coordinatorSeconds: Double {
        processes.withLock { $0.running.first?.processorSeconds ?? 0 }
    }

    /// Complains of a process that has ended, with what it said last.
    func check() throws {
        let (isClosed, running) = processes.withLock { ($0.isClosed, $0.running) }
        // An interrupt is ending this process.
        while isClosed { sleep(1) }
        for process in running {
            guard let code = process.exitCode else { continue }
            let words = lastWords(process)
            throw fail(
                .unavailable,
                (["\(process.name) ended with code \(code); it said last:"] + (words.isEmpty ? ["nothing"] : words))
                    .joined(separator: "\n  "))
        }
    }

    /// The end of a process's log and of what else it said, but for pointers to the log: it goes with the folder.
    private func lastWords(_ process: OwnProcess) -> [String] {
        var words: [String] = []
        let reader = LogReader(
            folder: folder.logs, processes: [process.name], filter: LogFilter(), last: 5, isColoured: false)
        // A process that ended at once may have no log.
        try? reader.printAll { line in
            words.append(line)
            return true
        }
        return words + process.lastWords.filter { !$0.contains(folder.logs) }
    }

    // MARK: End

    /// Does something with a cluster and ends it, however that comes out; an interrupt ends both and the command.
    ///
    /// - Parameter cluster: nil where the cluster is somebody else's and stays.
    static func ending<Result>(_ cluster: OwnCluster?, _ body: () throws -> Result) rethrows -> Result {
        let signals = Signals([SIGINT, SIGTERM, SIGHUP]) { number in
            cluster?.kill()
            Glibc.exit(128 + number)
        }
        defer { withExtendedLifetime(signals) { cluster?.stop() } }
        return try body()
    }

    /// Ends the workers, then the coordinator, and removes the folder.
    func stop() {
        for process in close().reversed() { process.end(patienceMs: Self.patienceMs) }
        removeFolder()
    }

    /// The same without asking.
    func kill() {
        for process in close() { process.end(patienceMs: 0) }
        removeFolder()
    }

    /// From now on nothing more is started. What runs stays known: an interrupt may come while it is being stopped.
    private func close() -> [OwnProcess] {
        processes.withLock { processes in
            processes.isClosed = true
            return processes.running
        }
    }

    private func removeFolder() { try? FileManager.default.removeItem(atPath: folder.path) }
}

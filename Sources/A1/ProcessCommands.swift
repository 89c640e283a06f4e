import ArgumentParser
import CoordinatorService
import Domain
import Foundation
import Logging
import Logs
import ModelStore
import Runtime
import Settings
import WorkerService

/// What both kinds of process share: their configuration and their log.
struct ProcessOptions: ParsableArguments {
    @Option(help: "The cluster's configuration.", completion: .yaml)
    var config: String
    @Flag(
        help: ArgumentHelp(
            "End when standard input does, as it does when the process that started this one is gone.",
            visibility: .hidden))
    var endWithInput = false
    @Option(
        help: ArgumentHelp(
            "Milliseconds between heartbeats, over the configuration; a worker is lost after the same time as before.",
            visibility: .hidden))
    var heartbeatMs: Int?

    func validate() throws {
        if let heartbeatMs, heartbeatMs < 1 { throw ValidationError("--heartbeat-ms: a number from 1") }
    }

    func configuration() throws -> ClusterConfiguration {
        if endWithInput { EndWithInput.watch() }
        do {
            var configuration = try ClusterConfiguration.load(path: config)
            if let heartbeatMs {
                let limits = configuration.limits
                let lossMs = limits.heartbeatIntervalMs * limits.heartbeatsMissed
                configuration.limits.heartbeatIntervalMs = heartbeatMs
                configuration.limits.heartbeatsMissed = max(1, lossMs / heartbeatMs)
            }
            return configuration
        } catch {
            throw refuseConfiguration(error)
        }
    }

    /// The process's log in the cluster's folder.
    func log(_ process: String, _ configuration: ClusterConfiguration) throws -> Logger {
        do {
            try configuration.folder.create()
            let file = try LogFile(
                path: configuration.folder.log(of: process), process: process, limits: configuration.limits)
            return file.logger(label: process, level: Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info)
        } catch {
            throw fail(.cannotCreate, "\(error)")
        }
    }
}

struct CoordinatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Run a coordinator (what cluster/up.sh starts).",
        discussion: "Stops on SIGTERM: work in flight comes home first; a second SIGTERM stops at once.")

    @OptionGroup var options: ProcessOptions

    func run() throws {
        let configuration = try options.configuration()
        let log = try options.log("coordinator", configuration)
        let service = CoordinatorService(
            CoordinatorOptions(
                folder: configuration.folder, workerEndpoint: configuration.workerEndpoint,
                clientEndpoint: configuration.clientEndpoint, limits: configuration.limits), log: log)
        do {
            try service.run { workers, clients in
                say("coordinator: listening for workers on \(workers), for commands on \(clients)")
            }
        } catch {
            log.critical("the coordinator cannot go on", metadata: ["reason": "\(error)"])
            throw fail(error.exitCode, "\(error)")
        }
    }
}

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run a worker (what cluster/up.sh starts).",
        discussion: """
            Name, model and threads come from the configuration's entry of that name. Stops on SIGTERM: orders in \
            flight are finished or given back first.
            """)

    @OptionGroup var options: ProcessOptions
    @Option(help: "draft or target; must agree with the configuration's entry.", completion: .values(Role.self))
    var role: String?
    @Option(help: "Which of the configuration's workers to be.")
    var name: String

    func run() throws {
        let configuration = try options.configuration()
        guard let worker = configuration.worker(name), let model = configuration.model(worker.model) else {
            let names = configuration.workers.map(\.name).joined(separator: ", ")
            throw fail(.configuration, "\(options.config) has no worker '\(name)'; it has \(names)")
        }
        if let role, role != worker.role.rawValue {
            throw fail(.configuration, "worker '\(name)' is a \(worker.role.rawValue) worker in \(options.config)")
        }
        let log = try options.log(name, configuration)
        let service = WorkerService(
            WorkerOptions(
                name: worker.name, role: worker.role, model: model, threads: worker.threads,
                pinsThreads: worker.pinsThreads, slots: worker.slots, endpoint: endpoint(configuration),
                limits: configuration.limits), log: log)
        let code = service.run(models: try modelStore())
        if code != .success {
            throw fail(code, "worker \(name) ended; its log says why: \(configuration.folder.log(of: name))")
        }
    }

    /// Where the configuration says that the coordinator is found, else where it really listens, if it has written
    /// that down; a port of 0 is known only from there.
    private func endpoint(_ configuration: ClusterConfiguration) -> Endpoint {
        configuration.connectEndpoint ?? AnnouncedEndpoints(configuration.folder)?.workers
            ?? configuration.workerEndpoint
    }
}

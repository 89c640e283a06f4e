import ArgumentParser
import Settings

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a cluster's configuration.", subcommands: [ConfigCheckCommand.self])
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a configuration as a cluster would and say everything that is wrong.",
        discussion: "Exits with 78 and `file:line:column: reason` lines when it cannot be used.")

    @Argument(help: "The configuration.")
    var file: String
    @Flag(help: "Print what scripts need: the cluster's folder and the workers' names, a line each.")
    var plain = false

    func run() throws {
        let configuration: ClusterConfiguration
        do {
            configuration = try ClusterConfiguration.load(path: file)
        } catch {
            throw fail(.configuration, "\(error)")
        }
        if plain {
            put("folder \(configuration.folder.path)")
            for worker in configuration.workers { put("worker \(worker.name)") }
            return
        }
        put("\(file) is in order: cluster \(configuration.name) in \(configuration.folder.path)")
        for worker in configuration.workers {
            put(
                "  \(worker.name): \(worker.role.rawValue), model \(worker.model), \(worker.threads) threads, "
                    + "\(worker.slots) slots")
        }
    }
}

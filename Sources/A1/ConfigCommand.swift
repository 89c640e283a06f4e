import ArgumentParser
import Domain
import Evaluation
import Foundation
import Settings
import Tensors
import Tokenizers
import Transformer

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a cluster's configuration.", subcommands: [ConfigCheckCommand.self])
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a configuration as a cluster would and say everything that is wrong.",
        discussion: """
            Exits with 78 and `file:line:column: reason` lines when it cannot be used. A model file that is not there \
            is only warned of: it may come before the cluster starts. Where runs have `takeover: coupled`, the models \
            that are there must have one vocabulary.
            """)

    @Argument(help: "The configuration.", completion: .yaml)
    var file: String
    @Flag(help: "Print what scripts need: the cluster's folder and the names of this machine's workers, a line each.")
    var plain = false
    @Option(help: "Which machine this is, by the host of its workers. Default: the coordinator's.")
    var host: String?
    @Flag(help: "Print JSON.")
    var json = false

    /// What `--json` prints.
    private struct Document: Encodable {
        struct Worker: Encodable {
            var name: String
            var role: Role
            var model: String
            var threads: Int
            var pinsThreads: Bool
            var slots: Int
            var host: String?
        }

        var cluster: String
        var folder: String
        var workers: [Worker]
        var missingModels: [String]
    }

    func validate() throws {
        if json && plain { throw ValidationError("--json and --plain exclude each other") }
    }

    func run() throws {
        let configuration: ClusterConfiguration
        do {
            configuration = try ClusterConfiguration.load(path: file)
        } catch {
            throw refuseConfiguration(error)
        }
        if let host, !configuration.hosts.contains(host) {
            let hosts = configuration.hosts.isEmpty
                ? "no worker there has a host" : "its hosts are \(configuration.hosts.joined(separator: ", "))"
            throw fail(.configuration, "\(file) has no worker of host '\(host)': \(hosts)")
        }
        if let fault = vocabularyFault(configuration) { throw fail(.configuration, "\(file): \(fault)") }
        let missing = try missingModels(configuration)
        for reason in missing { say("a1: warning: \(reason); its workers cannot start") }
        if json {
            try putJSON(document(configuration, missing))
            return
        }
        if plain {
            put("folder \(configuration.folder.path)")
            for worker in configuration.workers(of: host) { put("worker \(worker.name)") }
            for other in configuration.hosts where other != host { put("host \(other)") }
            return
        }
        put("\(file) is in order: cluster \(configuration.name) in \(configuration.folder.path)\n")
        var table = TextTable(columns: [
            ("WORKER", .left), ("ROLE", .left), ("MODEL", .left), ("THREADS", .right), ("PINNED", .left),
            ("SLOTS", .right), ("HOST", .left),
        ])
        for worker in configuration.workers {
            table.addRow([
                worker.name, worker.role.rawValue, worker.model, "\(worker.threads)",
                worker.pinsThreads ? "yes" : "no", "\(worker.slots)", worker.host ?? "the coordinator's",
            ])
        }
        put(configuration.workers.isEmpty ? "no workers\n" : table.shown, terminator: "")
    }

    private func document(_ configuration: ClusterConfiguration, _ missing: [String]) -> Document {
        Document(
            cluster: configuration.name, folder: configuration.folder.path,
            workers: configuration.workers.map {
                Document.Worker(name: $0.name, role: $0.role, model: $0.model, threads: $0.threads,
                    pinsThreads: $0.pinsThreads, slots: $0.slots, host: $0.host)
            }, missingModels: missing)
    }

    /// Why runs cannot have `takeover: coupled`, if the configuration makes it their default and the files of this
    /// machine's models show it.
    private func vocabularyFault(_ configuration: ClusterConfiguration) -> String? {
        guard configuration.run.strategy.isJudged, configuration.run.takeover == .coupled else { return nil }
        let store = try? modelStore()
        func vocabulary(_ name: String) -> (model: String, digest: String)? {
            guard let model = configuration.models.first(where: { $0.name == name }),
                let path = model.path ?? (try? store?.resolve(model.fileName)),
                let file = try? MappedModel(path: path, keepsUnsupported: true),
                let tokenizer = try? Tokenizer(TokenizerDefinition(file.metadata))
            else { return nil }
            return (model.name, tokenizer.vocabularyDigest)
        }
        func vocabularies(_ role: Role) -> [(model: String, digest: String)] {
            Set(configuration.workers(of: host).filter { $0.role == role }.map(\.model)).sorted().compactMap(vocabulary)
        }
        let targets = vocabularies(.target)
        for draft in vocabularies(.draft) {
            for target in targets where target.digest != draft.digest {
                return "takeover: coupled needs one vocabulary, and models \(draft.model) and \(target.model) "
                    + "have two; use resample"
            }
        }
        return nil
    }

    /// Which models of this machine's workers have no file, and why.
    private func missingModels(_ configuration: ClusterConfiguration) throws -> [String] {
        let used = Set(configuration.workers(of: host).map(\.model))
        let models = configuration.models.filter { used.contains($0.name) }
        let store = models.contains { $0.path == nil } ? try modelStore() : nil
        return models.compactMap { model in
            if let path = model.path {
                return FileManager.default.fileExists(atPath: path) ? nil : "model \(model.name): there is no \(path)"
            }
            do {
                _ = try store?.resolve(model.fileName)
                return nil
            } catch {
                return "model \(model.name): \(error)"
            }
        }
    }
}

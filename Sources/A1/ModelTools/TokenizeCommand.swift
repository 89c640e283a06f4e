import ArgumentParser
import Foundation
import Runtime
import Tensors
import Tokenizers
import Transformer

struct ModelTokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turn texts into token ids.",
        discussion: """
            Reads JSON strings on standard input, a line each; writes {"ids":[...]} a line. No begin token is added. \
            With --decode the other way round: {"ids":[...]} in, JSON strings out, U+FFFD for what is not UTF-8.
            """)

    @Option(help: "A name of the manifest (as builtin-draft), or a path.")
    var model: String
    @Option(help: "Another manifest.")
    var manifest: String?
    @Flag(help: "Parse special tokens; otherwise they are read as text.")
    var special = false
    @Flag(help: "Turn ids into texts.")
    var decode = false

    private struct Tokens: Codable {
        var ids: [Int32]
    }

    func run() throws {
        let tokenizer = try tokenizer(modelPath(model, manifest: manifest))
        let decoder = JSONDecoder()
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                if decode {
                    let ids = try ModelInput(ids: decoder.decode(Tokens.self, from: line).ids).tokens(tokenizer)
                    try tool.answer(String(decoding: tokenizer.decode(ids, special: special), as: UTF8.self))
                } else {
                    let text = try decoder.decode(String.self, from: line)
                    try tool.answer(Tokens(ids: tokenizer.encode(text, special: special)))
                }
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }

    /// From the file's metadata alone; its tensors may be of any kind.
    private func tokenizer(_ path: String) throws -> Tokenizer {
        do {
            return try Tokenizer(TokenizerDefinition(MappedModel(path: path).metadata))
        } catch let error as MappedModelError {
            throw fail(.dataError, "\(error)")
        } catch {
            throw fail(.dataError, "\(path): \(error)")
        }
    }
}

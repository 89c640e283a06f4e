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
            With --decode the other way round: {"ids":[...]} in, JSON strings out, U+FFFD for what is not UTF-8. \
            With --rate any bytes are read as one text and encoded again and again for two seconds, once at least.
            """)

    @Option(help: "A name of the manifest (as builtin-draft), or a path.")
    var model: String
    @Option(help: "Another manifest.")
    var manifest: String?
    @Flag(help: "Parse special tokens; otherwise they are read as text.")
    var special = false
    @Flag(help: "Turn ids into texts.")
    var decode = false
    @Flag(help: "Tell how fast standard input is encoded on one core.")
    var rate = false

    private struct Tokens: Decodable {
        var ids: [Int32]
    }

    private struct Rate: Encodable {
        var bytes: Int
        var tokens: Int
        var runs: Int
        /// Of the first run, whose caches were empty.
        var first_seconds: Double
        /// Median of the runs.
        var seconds: Double
        var megabytes_per_second: Double
    }

    func validate() throws {
        if rate, decode { throw ValidationError("--rate encodes: leave out --decode") }
    }

    func run() throws {
        let tokenizer = try tokenizer(modelPath(model, manifest: manifest))
        if rate { return try putJSON(measure(tokenizer)) }
        let decoder = JSONDecoder()
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                if decode {
                    let ids = try ModelInput(ids: decoder.decode(Tokens.self, from: line).ids).tokens(tokenizer)
                    try tool.answer(String(decoding: tokenizer.decode(ids, special: special), as: UTF8.self))
                } else {
                    let text = try decoder.decode(String.self, from: line)
                    tool.answer(ids: tokenizer.encode(text, special: special))
                }
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }

    private func measure(_ tokenizer: Tokenizer) throws -> Rate {
        let text = [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
        let clock = ContinuousClock()
        let start = clock.now
        var tokens = 0
        var durations: [Duration] = []
        while durations.isEmpty || clock.now - start < .seconds(2) {
            durations.append(clock.measure { tokens = tokenizer.encode(text, special: special).count })
        }
        let seconds = durations.sorted()[durations.count / 2] / .seconds(1)
        return Rate(
            bytes: text.count, tokens: tokens, runs: durations.count, first_seconds: durations[0] / .seconds(1),
            seconds: seconds, megabytes_per_second: Double(text.count) / 1e6 / seconds)
    }

    /// From the file's metadata alone; its tensors may be of any kind.
    private func tokenizer(_ path: String) throws -> Tokenizer {
        do {
            return try Tokenizer(TokenizerDefinition(MappedModel(path: path, keepsUnsupported: true).metadata))
        } catch let error as MappedModelError {
            throw fail(openingExitCode(error), "\(error)")
        } catch {
            throw fail(openingExitCode(error), "\(path): \(error)")
        }
    }
}

import ArgumentParser
import Evaluation
import Foundation
import Runtime
import Tensors
import Tokenizers
import Transformer

struct ModelTokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turn texts into token ids.",
        discussion: """
            a1 model tokenize MODEL "text" prints a line for each token: its id and the token. With --decode the \
            text is ids, separated by blanks or commas, and the text that they make is printed.

            Without a text it reads JSON strings on standard input, a line each, and writes {"ids":[...]} a line. No \
            begin token is added. With --decode the other way round: {"ids":[...]} in, JSON strings out, U+FFFD for \
            what is not UTF-8. With --rate any bytes are read as one text and encoded again and again for two \
            seconds, once at least.
            """)

    @OptionGroup var choice: ModelChoice
    @Flag(help: "Parse special tokens; otherwise they are read as text.")
    var special = false
    @Flag(help: "Turn ids into texts.")
    var decode = false
    @Flag(help: "Tell how fast standard input is encoded on one core.")
    var rate = false
    @Flag(help: "Print JSON, of a text as well; lines are answered in JSON in any case.")
    var json = false

    private struct Tokens: ToolAnswer {
        var ids: [Int32]
        /// For people.
        var tokens: [String]

        enum CodingKeys: String, CodingKey { case ids }

        var plain: String {
            var table = TextTable(columns: [("ID", .right), ("TOKEN", .left)])
            for (id, token) in zip(ids, tokens) { table.addRow(["\(id)", token]) }
            return String(table.shown.dropLast())
        }
    }

    private struct Text: ToolAnswer {
        var plain: String

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(plain)
        }
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
        if rate, try choice.text() != nil { throw ValidationError("--rate reads standard input: leave out the text") }
    }

    func run() throws {
        let tokenizer = try tokenizer(modelPath(choice.name(), manifest: choice.manifest))
        if rate { return try putJSON(measure(tokenizer)) }
        if let text = try choice.text() { return try answer(text, tokenizer) }
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                if decode {
                    try tool.answer(decoded(Self.ids(line: line), tokenizer))
                } else {
                    let text = try JSONValue.read(line: line).text(at: "")
                    tool.answer(ids: tokenizer.encode(text, special: special))
                }
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }

    /// A text of the arguments.
    private func answer(_ text: String, _ tokenizer: Tokenizer) throws {
        let tool = LineTool(.once(asJSON: json))
        do {
            if decode {
                try tool.answer(plainly: Text(plain: decoded(Self.ids(text: text), tokenizer)))
            } else {
                let ids = tokenizer.encode(text, special: special)
                try tool.answer(plainly: Tokens(ids: ids, tokens: ids.map(tokenizer.shown)))
            }
        } catch { try tool.refuse(line: 1, error) }
    }

    private func decoded(_ ids: [Int32], _ tokenizer: Tokenizer) throws -> String {
        let ids = try ModelInput(ids: ids).tokens(tokenizer)
        return String(decoding: tokenizer.decode(ids, special: special), as: UTF8.self)
    }

    private static func ids(line: Data) throws(LineError) -> [Int32] {
        let object = try InputObject(line: line, keys: ["ids"])
        if let ids = try object.value("ids", ModelInput.ids) { return ids }
        throw object.missing("the key 'ids' is missing")
    }

    private static func ids(text: String) throws(LineError) -> [Int32] {
        var ids: [Int32] = []
        for word in text.split(whereSeparator: { " ,[]\n\t".contains($0) }) {
            guard let id = Int32(word) else { throw LineError("'\(word)' is no id; ids are whole numbers") }
            ids.append(id)
        }
        return ids
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

import Foundation
import TestSupport
import Testing

extension RealProcesses {
/// The tools for models as scripts use them: the real executable, lines in and lines out.
@Suite(.serialized) struct ModelToolTests {
    private struct Ids: Codable, Equatable { var ids: [Int32] }
    private struct Text: Encodable { var text: String }
    private struct Score: Decodable {
        var ids: [Int32]
        var logprobs: [Double]
        var meanNLL: Double?

        enum CodingKeys: String, CodingKey {
            case ids, logprobs
            case meanNLL = "mean_nll"
        }
    }
    private struct Continuation: Decodable, Equatable {
        var ids: [Int32]
        var text: String
        var finish: String
    }

    /// A line of the stored values, made with PyTorch.
    private struct Reference: Decodable {
        var model: String
        var text: String
        var ids: [Int32]
        var logprobs: [Double]
        var mean_nll: Double
        var greedy: [Int32]
        var greedy_margin: [Double]
    }

    private static func references(_ model: String) throws -> [Reference] {
        let file = TestCluster.root.appending(path: "Tests/Fixtures/small-logits.json")
        let all = try JSONDecoder().decode([Reference].self, from: Data(contentsOf: file))
        return all.filter { $0.model == model }
    }

    private struct StoredTokens: Decodable {
        var text: String
        var ids: [Int32]
        var ids_special: [Int32]
    }

    private static func storedTokens() throws -> [StoredTokens] {
        let file = TestCluster.root.appending(path: "Tests/Fixtures/small-tokens.jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(StoredTokens.self, from: Data($0.utf8))
        }
    }

    /// The keys of a line, so that none is missing or added unseen.
    private static func keys(_ line: Substring) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return Set(try #require(object as? [String: Any]).keys)
    }

    // MARK: tokenize

    @Test(arguments: [false, true]) func tokenizeGivesTheStoredIds(special: Bool) throws {
        let stored = try Self.storedTokens()
        let lines = try stored.map { try Tool.json($0.text) }
        let tool = try Tool(
            ["model", "tokenize", "--model", "small-draft"] + (special ? ["--special"] : []), lines: lines)
        #expect(tool.code == 0)
        let wanted = stored.map { special ? $0.ids_special : $0.ids }
        #expect(tool.lines.map(String.init) == wanted.map { ids in
            "{\"ids\":[" + ids.map(String.init).joined(separator: ",") + "]}"
        })
    }

    @Test func tokenizeTurnsIdsBackIntoTexts() throws {
        let stored = try Self.storedTokens()
        let tool = try Tool(
            ["model", "tokenize", "--model", "small-target", "--decode"],
            lines: stored.map { try Tool.json(Ids(ids: $0.ids)) })
        let texts = try tool.lines.map {
            try JSONDecoder().decode(String.self, from: Data($0.utf8))
        }
        #expect(tool.code == 0)
        #expect(texts == stored.map(\.text))
    }

    @Test func aLongWordEndsInSeconds() throws {
        let count = 8 << 20
        var input = Data("\"".utf8)
        input.append(Data(repeating: UInt8(ascii: "a"), count: count))
        input.append(Data("\"\n".utf8))
        let began = ContinuousClock.now
        let tool = try Tool(["model", "tokenize", "--model", "small-draft"], input: input)
        #expect(tool.code == 0)
        // "a" is token 97 and has no merge with itself.
        #expect(tool.out.count == "{\"ids\":[".utf8.count + 3 * count - 1 + "]}\n".utf8.count)
        #expect(began.duration(to: .now) < .seconds(30))
    }

    // MARK: score

    @Test(arguments: ["small-draft", "small-target"]) func scoreIsWhatPyTorchSays(model: String) throws {
        let references = try Self.references(model)
        #expect(!references.isEmpty)
        let byIds = try Tool(
            ["model", "score", "--model", model, "--exact"], lines: references.map { try Tool.json(Ids(ids: $0.ids)) })
        let byText = try Tool(
            ["model", "score", "--model", model, "--exact"],
            lines: references.map { try Tool.json(Text(text: $0.text)) })
        #expect(byIds.out == byText.out)
        for line in byIds.lines { #expect(try Self.keys(line) == ["ids", "logprobs", "mean_nll"]) }
        let scores = try byIds.answers(Score.self)
        try #require(scores.count == references.count)
        for (score, reference) in zip(scores, references) {
            #expect(score.ids == reference.ids)
            try #require(score.logprobs.count == reference.ids.count - 1)
            let differences = zip(score.logprobs, reference.logprobs).map { abs($0 - $1) }
            #expect(differences.max()! < 2e-3)
            #expect(abs(try #require(score.meanNLL) - reference.mean_nll) < 1e-4)
        }
    }

    @Test(arguments: ["small-draft", "small-target"]) func theFastModeIsNear(model: String) throws {
        let references = try Self.references(model)
        let tool = try Tool(
            ["model", "score", "--model", model], lines: references.map { try Tool.json(Ids(ids: $0.ids)) })
        let scores = try tool.answers(Score.self)
        try #require(scores.count == references.count)
        var (found, expected) = (0.0, 0.0)
        for (score, reference) in zip(scores, references) {
            let mean = try #require(score.meanNLL)
            #expect(abs(mean - reference.mean_nll) < 0.01 * reference.mean_nll)
            found += mean * Double(score.logprobs.count)
            expected += reference.mean_nll * Double(score.logprobs.count)
        }
        #expect(abs(found - expected) < 0.003 * expected)
    }

    @Test func oneTokenHasNothingToBeScoredBy() throws {
        let tool = try Tool(["model", "score", "--model", "small-draft"], lines: [#"{"ids":[5]}"#])
        #expect(tool.code == 0)
        #expect(tool.lines == [#"{"ids":[5],"logprobs":[],"mean_nll":null}"#])
    }

    // MARK: generate

    @Test(arguments: ["small-draft", "small-target"]) func generateIsWhatPyTorchSays(model: String) throws {
        let references = try Self.references(model)
        let tool = try Tool(
            ["model", "generate", "--model", model, "--max-tokens", "40", "--temperature", "0"],
            lines: references.map { try Tool.json(Ids(ids: $0.ids)) })
        let continuations = try tool.answers(Continuation.self)
        try #require(continuations.count == references.count)
        for (continuation, reference) in zip(continuations, references) {
            // Equal up to the first step at which the reference's best two are nearly level.
            let certain = min(40, reference.greedy_margin.prefix { $0 > 0.01 }.count)
            #expect(continuation.ids.prefix(certain) == reference.greedy.prefix(certain))
            #expect(continuation.ids.count == 40)
            #expect(continuation.finish == "length")
        }
        let decoded = try Tool(
            ["model", "tokenize", "--model", model, "--decode"],
            lines: continuations.map { try Tool.json(Ids(ids: $0.ids)) }).answers(String.self)
        #expect(continuations.map(\.text) == decoded)
    }

    private let prompts = (1...9).map { #"{"text":"Tom has \#($0) marbles and finds \#($0 + 3) more."}"# }

    @Test(arguments: ["score", "generate"]) func howManyAtOnceCannotBeSeen(tool: String) throws {
        let outputs = try ["1", "3", "16"].map { sequences in
            try Tool(
                ["model", tool, "--model", "small-draft", "--sequences", sequences]
                    + (tool == "generate" ? ["--max-tokens", "12", "--temperature", "1", "--seed", "3"] : []),
                lines: prompts)
        }
        #expect(outputs[0].lines.count == prompts.count)
        #expect(Set(outputs.map(\.out)).count == 1)
        #expect(outputs.allSatisfy { $0.code == 0 })
    }

    @Test func theSeedDecides() throws {
        let run = { (seed: String) in
            try Tool(
                ["model", "generate", "--model", "small-draft", "--max-tokens", "16", "--temperature", "1.5"]
                    + ["--seed", seed, "--top-k", "50", "--top-p", "0.99", "--min-p", "0.001"]
                    + ["--repetition-penalty", "1.1"], lines: prompts).answers(Continuation.self)
        }
        let first = try run("7")
        #expect(first.count == prompts.count)
        #expect(try run("7") == first)
        #expect(try run("8") != first)
    }

    @Test func aStopStringEndsTheText() throws {
        let arguments = ["model", "generate", "--model", "small-draft", "--max-tokens", "60", "--ignore-end"]
        let plain = try #require(try Tool(arguments, lines: [prompts[0]]).answers(Continuation.self).first)
        // Any text in the middle of the plain answer.
        let middle = plain.text.index(plain.text.startIndex, offsetBy: plain.text.count / 2)
        let stop = String(plain.text[middle...].prefix(3))
        let stopped = try #require(
            try Tool(arguments + ["--stop", "never there", "--stop", stop], lines: [prompts[0]])
                .answers(Continuation.self).first)
        #expect(plain.ids.starts(with: stopped.ids))
        #expect(stopped.ids.count < plain.ids.count)
        #expect(stopped.text.contains(stop))
        #expect(stopped.finish == "stopString")
        // It ends with the token that completes the text, not later.
        let shorter = try Tool(
            ["model", "tokenize", "--model", "small-draft", "--decode"],
            lines: [try Tool.json(Ids(ids: stopped.ids.dropLast()))]).answers(String.self)
        #expect(!shorter[0].contains(stop))
    }

    @Test func messagesAreWrittenByTheTemplate() throws {
        let line = #"{"messages":[{"role":"user","content":"Ann has 3 pens."}]}"#
        let text = #"{"text":"<|im_start|>user\nAnn has 3 pens.<|im_end|>\n<|im_start|>assistant\n"}"#
        let tool = try Tool(
            ["model", "generate", "--model", "small-draft", "--max-tokens", "20"], lines: [line, text])
        let answers = try tool.answers(Continuation.self)
        #expect(answers.count == 2 && answers[0] == answers[1])
    }
}
}

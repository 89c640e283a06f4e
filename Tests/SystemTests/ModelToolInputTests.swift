import Foundation
import TestSupport
import Testing

extension RealProcesses {
/// What the tools do with input, flags and outputs that are not as they should be.
@Suite(.serialized) struct ModelToolInputTests {
    private static let score = ["model", "score", "--model", "small-draft"]

    private struct Score: Decodable {
        var ids: [Int32]?
        var error: String?
    }

    private static let badLines: [(line: String, named: String)] = [
        ("not json", "not JSON at byte 0: found `not`, expected a value"),
        ("", "not JSON at byte 0: found the end of the line, expected a value"),
        ("[1,2]", "found an array, expected an object with the keys ids, text, messages"),
        (#"{"ids":[1,2],"text":"a"}"#, "it must have one of the keys ids, text, messages"),
        ("{}", "it has none of the keys ids, text, messages"), (#"{"ids":[]}"#, "no token"),
        (#"{"ids":[1,640000]}"#, "640000"), (#"{"ids":[1,-1]}"#, "-1"),
        (#"{"ids":[1,4294967296]}"#, "ids[1]: found the number 4294967296, expected a whole number"),
        (#"{"ids":[1.5,2]}"#, "ids[0]: found the number 1.5, expected a whole number"),
        (#"{"ids":7}"#, "ids: found the number 7, expected an array of whole numbers"),
        (#"{"text":5}"#, "text: found the number 5, expected a text in quotes"), (#"{"messages":[]}"#, "messages"),
        (#"{"promt":"a"}"#, "unknown key 'promt'. Known: ids, text, messages"),
        (#"{"txt":"a"}"#, "unknown key 'txt': did you mean 'text'?"),
        (#"{"messages":[{"role":"user","contnt":"a"}]}"#, "the key 'messages[0].content' is missing"),
        ("{\"ids\":[" + Array(repeating: "1", count: 5_000).joined(separator: ",") + "]}", "at most 1024"),
        (String(repeating: "[", count: 100_000), "nested deeper than the limit of 64"),
        ("\u{0}", "not JSON at byte 0: found `\\0`, expected a value"),
    ]

    @Test func badLinesAreNamedByNumberAndTheRestGoesOn() throws {
        // Good lines before, between and after.
        let good = #"{"ids":[1,2,3]}"#
        let lines = [good] + Self.badLines.flatMap { [$0.line, good] }
        let tool = try Tool(Self.score, lines: lines)
        #expect(tool.code == 65)
        let answers = try tool.lines.map { try JSONDecoder().decode(Score.self, from: Data($0.utf8)) }
        try #require(answers.count == lines.count)
        for (index, answer) in answers.enumerated() where index.isMultiple(of: 2) {
            #expect(answer.ids == [1, 2, 3] && answer.error == nil)
        }
        let complaints = tool.err.split(separator: "\n").map(String.init)
        try #require(complaints.count == Self.badLines.count + 1)
        for (index, bad) in Self.badLines.enumerated() {
            let reason = "line \(2 * index + 2): "
            #expect(complaints[index].hasPrefix("a1: " + reason), "\(complaints[index])")
            #expect(complaints[index].contains(bad.named), "\(complaints[index])")
            #expect(answers[2 * index + 1].error?.hasPrefix(reason) == true)
        }
        #expect(complaints.last == "a1: \(Self.badLines.count) lines could not be answered")
    }

    @Test func tokenizeAndGenerateNameBadLinesToo() throws {
        let tokenize = try Tool(
            ["model", "tokenize", "--model", "small-draft"], lines: ["\"a\"", "a", "{\"ids\":[1]}", "\"a\""])
        #expect(tokenize.code == 65)
        #expect(tokenize.lines.count == 4)
        #expect(tokenize.lines[0] == #"{"ids":[97]}"# && tokenize.lines[3] == tokenize.lines[0])
        for line in [2, 3] { #expect(tokenize.err.contains("line \(line): ")) }
        let full = "{\"ids\":[" + Array(repeating: "1", count: 1_024).joined(separator: ",") + "]}"
        let generate = try Tool(
            ["model", "generate", "--model", "small-draft", "--max-tokens", "2"],
            lines: [#"{"ids":[]}"#, full, #"{"messages":[{"role":"robot","content":""}]}"#, #"{"ids":[5]}"#])
        #expect(generate.code == 65)
        #expect(generate.lines.count == 4)
        for (line, named) in [(1, "nothing to continue"), (2, "1025 tokens"), (3, "'robot'")] {
            #expect(generate.err.contains("line \(line): ") && generate.err.contains(named), "\(generate.err)")
        }
    }

    @Test func aModelAndATextArePlainArguments() throws {
        struct Line: Decodable {
            var ids: [Int32]
            var text: String?
            var mean_nll: Double?
        }
        let text = "2+2=4, é"
        let line = try Tool.json(["text": text])
        for name in ["score", "generate"] {
            let byLine = try Tool(["model", name, "--model", "small-draft"], lines: [line])
            let answer = try #require(try byLine.answers(Line.self).first)
            let byText = try Tool(["model", name, "small-draft", text, "--json"])
            #expect(byText.code == 0 && byText.out == byLine.out)
            #expect(try Tool(["model", name, "--model", "small-draft", text, "--json"]).out == byLine.out)
            #expect(try Tool(["model", name, "small-draft"], lines: [line]).out == byLine.out)
            let plain = try Tool(["model", name, "small-draft", text])
            let shown = String(decoding: plain.out, as: UTF8.self)
            if name == "generate" {
                #expect(shown == answer.text! + "\n")
            } else {
                #expect(shown.hasSuffix(String(format: "tokens: %.4f\n", answer.mean_nll!)))
                #expect(plain.lines.count == answer.ids.count + 2)
            }
            #expect(plain.code == 0 && plain.err.isEmpty)
        }
    }

    @Test func aTextIsTokenizedAndIdsAreTextAgain() throws {
        let ids = try Tool(["model", "tokenize", "small-draft", "ab c"])
        #expect(ids.lines == [" ID  TOKEN", "529  \"ab\"", "272  \" c\""])
        let json = try Tool(["model", "tokenize", "small-draft", "ab c", "--json"])
        #expect(json.lines == [#"{"ids":[529,272]}"#])
        for list in ["529 272", "529,272", "[529, 272]"] {
            #expect(try Tool(["model", "tokenize", "small-draft", "--decode", list]).lines == ["ab c"])
        }
        let bad = try Tool(["model", "tokenize", "small-draft", "--decode", "529 x"])
        #expect(bad.code == 65 && bad.err == "a1: 'x' is no id; ids are whole numbers\n" && bad.out.isEmpty)
        let stray = try Tool(["model", "tokenize", "small-draft", "--decode", "529 999999"])
        #expect(stray.code == 65 && stray.err.contains("999999"))
    }

    @Test func aUsersWordsAreWrittenByTheTemplate() throws {
        let line = #"{"messages":[{"role":"user","content":"2+2"}]}"#
        let byLine = try Tool(["model", "generate", "small-draft", "--max-tokens", "8"], lines: [line])
        let chat = try Tool(["model", "generate", "small-draft", "2+2", "--chat", "--max-tokens", "8", "--json"])
        #expect(chat.code == byLine.code && chat.code == 0)
        #expect(chat.out == byLine.out)
        #expect(try Tool(["model", "generate", "small-draft", "--chat"]).code == 64)
    }

    @Test(arguments: [["tokenize"], ["score"], ["generate"], ["compare"], ["score", "--model", "a", "b", "c"],
        ["compare", "a", "b", "--with", "c"], ["tokenize", "a", "b", "--rate"]])
    func modelsAndTextsThatCannotBeToldApartAreUsageErrors(words: [String]) throws {
        let tool = try Tool(["model"] + words)
        #expect(tool.code == 64 && tool.out.isEmpty)
    }

    @Test func lastLineNeedsNoEnd() throws {
        let tool = try Tool(Self.score, input: Data(#"{"ids":[1,2]}"#.utf8))
        #expect(tool.code == 0 && tool.lines.count == 1)
        #expect(try Tool(Self.score).lines.isEmpty)
    }

    /// A tool, and a flag with a value that it cannot have.
    private static let badFlags: [(tool: String, flag: String)] = {
        var flags: [(tool: String, flag: String)] = [("compare", "--window=1"), ("score", "--nonsense")]
        for tool in ["score", "generate", "compare"] {
            for value in ["0", "-1", "1000000", "x"] { flags.append((tool, "--threads=" + value)) }
        }
        for tool in ["score", "generate"] {
            for value in ["0", "4097", "9223372036854775807"] { flags.append((tool, "--sequences=" + value)) }
            for value in ["0", "-1", "9223372036854775807"] { flags.append((tool, "--kv-memory=" + value)) }
        }
        let sampling: [String] = [
            "max-tokens=0", "max-tokens=-1", "temperature=-1", "temperature=nan", "temperature=inf",
            "temperature=1e-40", "top-k=-1", "top-p=0", "top-p=1.5", "min-p=-0.5", "min-p=2", "repetition-penalty=0",
            "repetition-penalty=1e-30", "seed=-1", "stop=",
        ]
        for flag in sampling { flags.append(("generate", "--" + flag)) }
        return flags
    }()

    @Test(arguments: badFlags.indices) func impossibleFlagsAreUsageErrors(number: Int) throws {
        let (name, flag) = Self.badFlags[number]
        let tool = try Tool(["model", name, "--model", "small-draft", flag])
        #expect(tool.code == 64, "\(name) \(flag): \(tool.err)")
        // Options of the engine are called without hyphens.
        let plain = { (text: String) in text.lowercased().replacing("-", with: "") }
        #expect(plain(tool.err).contains(plain(String(flag.prefix { $0 != "=" }))), "\(tool.err)")
        #expect(tool.out.isEmpty)
    }

    @Test func aModelIsANameOrAPathOrNamedAsMissing() throws {
        let path = TestCluster.root.appending(path: "configs/models/small/small-draft.gguf").path
        let byName = try Tool(Self.score, lines: [#"{"ids":[1,2]}"#])
        let byPath = try Tool(["model", "score", "--model", path], lines: [#"{"ids":[1,2]}"#])
        #expect(byName.code == 0 && byName.out == byPath.out)
        for tool in ["score", "generate", "tokenize", "compare"] {
            let missing = try Tool(["model", tool, "--model", "no-such-model"])
            #expect(missing.code == 66)
            #expect(missing.err.contains("no-such-model") && missing.err.contains("small-draft"))
        }
        #expect(try Tool(["model", "inspect", "/nonexistent.gguf"]).code == 66)
    }

    @Test func aReaderThatHasSeenEnoughEndsTheToolQuietly() throws {
        let errors = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString).err")
        defer { try? FileManager.default.removeItem(at: errors) }
        let lines = String(repeating: "\"some text of some length\"\n", count: 200_000)
        let child = try ChildProcess(
            TestCluster.executable, ["model", "tokenize", "--model", "small-draft"], environment: Tool.environment,
            input: .data(Data(lines.utf8)), output: .piped, errors: .file(errors))
        #expect(try !child.read().isEmpty)
        child.stopReading()
        // By the signal, where nobody has turned it off.
        #expect([0, 128 + SIGPIPE].contains(try child.wait()))
        #expect(try Data(contentsOf: errors).isEmpty)
    }

    @Test func resultsThatCannotBeWrittenAreAnError() throws {
        let errors = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString).err")
        defer { try? FileManager.default.removeItem(at: errors) }
        let child = try ChildProcess(
            TestCluster.executable, ["model", "inspect", "small-draft"], environment: Tool.environment,
            output: .file(URL(fileURLWithPath: "/dev/full")), errors: .file(errors))
        #expect(try child.wait() == 74)
        #expect(try String(contentsOf: errors, encoding: .utf8).contains("cannot be written"))
    }
}
}

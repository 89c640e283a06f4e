import Foundation
import ModelFiles
import Synchronization
import TestSupport
import Testing

extension RealProcesses {
/// RELIABILITY.md G1 to G6 as the tools meet them: real files, opened by a real process whose memory and time are
/// measured.
@Suite(.serialized) struct HostileFileTests {
    private static let memoryLimit = 256 << 20
    /// The promise is a second. What a loaded machine takes is no fault of the reader; a reader that hangs is.
    private static let hangMilliseconds = 5_000

    private static let files: [HostileFile] = [
        HostileFile.headers, HostileFile.places, HostileFile.sizes, HostileFile.models, HostileFile.vocabularies,
    ].flatMap { $0 }

    struct Outcome: Sendable {
        var code: Int
        var peakBytes: Int
        var milliseconds: Int
        var tool: Tool
    }

    /// Runs a tool under `measured-run`.
    private func measure(_ arguments: [String], input: Data = Data(), in folder: URL) throws -> Outcome {
        let report = folder.appending(path: "report")
        let tool = try Tool(
            [report.path, TestCluster.executable.path] + arguments, input: input,
            executable: TestCluster.executable.deletingLastPathComponent().appending(path: "measured-run"))
        try #require(tool.code == 0, "\(tool.err)")
        let numbers = try String(contentsOf: report, encoding: .utf8).split(whereSeparator: \.isWhitespace)
            .compactMap { Int($0) }
        return Outcome(code: numbers[0], peakBytes: numbers[1], milliseconds: numbers[2], tool: tool)
    }

    private func withFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "a1-hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    private func expect(_ outcome: Outcome, _ name: String, code: Int = 65, names: [String]) {
        let message = outcome.tool.err
        #expect(outcome.code == code, "\(name): \(message)")
        #expect(names.contains { message.contains($0) }, "\(name): \(message)")
        #expect(outcome.peakBytes < Self.memoryLimit, "\(name): \(outcome.peakBytes >> 20) MiB")
        #expect(outcome.milliseconds < Self.hangMilliseconds, "\(name)")
    }

    @Test func theyAreRefusedByNameQuicklyAndInLittleMemory() throws {
        let outcomes = Mutex<[Int: Result<Outcome, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: Self.files.count) { number in
            let outcome = Result { try score(Self.files[number]) }
            outcomes.withLock { $0[number] = outcome }
        }
        for (number, file) in Self.files.enumerated() {
            let outcome = try #require(outcomes.withLock { $0[number] }).get()
            print("\(file): \(outcome.milliseconds) ms, \(outcome.peakBytes >> 20) MiB")
            expect(outcome, "\(file)", names: file.named)
            // A failure never looks like a score.
            #expect(!String(decoding: outcome.tool.out, as: UTF8.self).contains("logprobs"))
        }
    }

    private func score(_ file: HostileFile) throws -> Outcome {
        try withFolder { folder in
            let path = folder.appending(path: "hostile.gguf")
            try file.write(to: path)
            let line = Data(#"{"ids":[1,2,3]}"#.utf8)
            return try measure(["model", "score", "--model", path.path], input: line, in: folder)
        }
    }

    @Test func theModelThatTheyAreMadeFromIsAGoodOne() throws {
        try withFolder { folder in
            let path = folder.appending(path: "good.gguf")
            try Data(TinyModel().writer().bytes()).write(to: path)
            let outcome = try measure(
                ["model", "score", "--model", path.path], input: Data(#"{"ids":[1,2,3]}"#.utf8), in: folder)
            #expect(outcome.code == 0 && outcome.peakBytes < Self.memoryLimit, "\(outcome.peakBytes >> 20) MiB")
            #expect(try measure(["model", "inspect", path.path], in: folder).code == 0)
        }
    }

    /// What attention needs grows with neither.
    @Test func aContextOf16MillionForAThousandHeadsTakesLittleMemory() throws {
        var writer = TinyModel().writer()
        writer.set("llama.context_length", .uint32(1 << 24))
        writer.set("llama.attention.head_count", .uint32(1_024))
        writer.set("llama.attention.head_count_kv", .uint32(1))
        writer.set("llama.attention.key_length", .uint32(2))
        for layer in 0..<2 {
            writer.reshape("blk.\(layer).attn_q.weight", [16, 2_048])
            writer.reshape("blk.\(layer).attn_k.weight", [16, 2])
            writer.reshape("blk.\(layer).attn_v.weight", [16, 2])
            writer.reshape("blk.\(layer).attn_output.weight", [2_048, 16])
        }
        try withFolder { folder in
            let path = folder.appending(path: "long.gguf")
            try Data(writer.bytes()).write(to: path)
            let outcome = try measure(
                ["model", "score", "--model", path.path], input: Data(#"{"ids":[1,2,3]}"#.utf8), in: folder)
            #expect(outcome.code == 0, "\(outcome.tool.err)")
            #expect(outcome.peakBytes < Self.memoryLimit, "\(outcome.peakBytes >> 20) MiB")
        }
    }

    @Test func inspectRefusesThemAsWell() throws {
        for file in [HostileFile.headers[0], HostileFile.places[0], HostileFile.sizes[0]] {
            try withFolder { folder in
                let path = folder.appending(path: "hostile.gguf")
                try file.write(to: path)
                let outcome = try measure(["model", "inspect", path.path], in: folder)
                expect(outcome, "\(file)", names: file.named)
                #expect(outcome.tool.err.contains(path.path))
            }
        }
    }

    @Test func comparingABrokenModelNamesThePosition() throws {
        try withFolder { folder in
            var writer = TinyModel().writer()
            let good = folder.appending(path: "good.gguf")
            try Data(writer.bytes()).write(to: good)
            writer.fill("blk.0.ffn_gate.weight", with: .nan, count: 1)
            let bad = folder.appending(path: "bad.gguf")
            try Data(writer.bytes()).write(to: bad)
            let text = Data("some text".utf8)
            for (first, second, side) in [(bad, bad, "first"), (good, bad, "second")] {
                let outcome = try measure(
                    ["model", "compare", "--model", first.path, "--with", second.path], input: text, in: folder)
                expect(outcome, "compare", names: ["the \(side) model are not finite at position 0"])
                #expect(outcome.tool.out.isEmpty)
            }
        }
    }

    /// 64 MiB if asked for: they take three seconds.
    @Test func aVeryLongPromptIsTooLong() throws {
        let count = (ProcessInfo.processInfo.environment["A1_HEAVY_TESTS"] == nil ? 8 : 64) << 20
        try withFolder { folder in
            let line = #"{"text":""# + String(repeating: "a", count: count) + "\"}\n" + #"{"text":"ab"}"#
            let outcome = try measure(
                ["model", "score", "--model", "small-draft"], input: Data(line.utf8), in: folder)
            print("\(count >> 20) MiB of one letter: \(outcome.milliseconds) ms, \(outcome.peakBytes >> 20) MiB")
            #expect(outcome.code == 65)
            #expect(outcome.tool.err.contains("line 1: the request has \(count) tokens"), "\(outcome.tool.err)")
            #expect(outcome.tool.lines.count == 2 && outcome.tool.lines[1].contains("logprobs"))
            #expect(outcome.milliseconds < 30_000)
        }
    }

    // MARK: What is no file

    @Test func whatIsNoFileIsNamed() throws {
        try withFolder { folder in
            let pipe = folder.appending(path: "pipe").path
            try #require(mkfifo(pipe, 0o600) == 0)
            let loop = folder.appending(path: "loop").path
            try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
            let nowhere = folder.appending(path: "nowhere").path
            try FileManager.default.createSymbolicLink(atPath: nowhere, withDestinationPath: "/nonexistent")
            let cases: [(String, code: Int, named: String)] = [
                (pipe, 65, "pipe"), ("/dev/zero", 65, "device"), (folder.path, 65, "directory"),
                (loop, 66, "symbolic links"), (nowhere, 66, "No such file"), (folder.path + "/../none", 66, "none"),
                ("../../etc/no-such", 66, "no-such"),
            ]
            for (path, code, named) in cases {
                for tool in [["score", "--model", path], ["tokenize", "--model", path], ["inspect", path]] {
                    let outcome = try measure(["model"] + tool, in: folder)
                    expect(outcome, "\(tool)", code: code, names: [named])
                    #expect(outcome.tool.err.contains(path))
                }
            }
        }
    }

    // MARK: Files that change while they are in use

    private static let changes: [(name: String, code: Int32, named: String, change: @Sendable (URL) throws -> Void)] = [
        ("cut to nothing", 74, "cut short", { try FileHandle(forWritingTo: $0).truncate(atOffset: 0) }),
        ("overwritten", 65, "changed while it was in use", { path in
            let file = try FileHandle(forWritingTo: path)
            let size = try file.seekToEnd()
            try file.seek(toOffset: size / 2)
            try file.write(contentsOf: Data(repeating: 0x3A, count: Int(size / 4)))
        }),
        ("touched", 65, "changed while it was in use", {
            try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: $0.path)
        }),
    ]

    @Test(arguments: changes.indices) func aFileThatChangesInUseGivesNoScores(number: Int) throws {
        let (name, code, named, change) = Self.changes[number]
        try withFolder { folder in
            let path = folder.appending(path: "model.gguf")
            try Data(TinyModel().writer().bytes()).write(to: path)
            let errors = folder.appending(path: "errors")
            let child = try ChildProcess(
                TestCluster.executable, ["model", "score", "--sequences", "1", "--model", path.path],
                environment: Tool.environment, input: .open, output: .piped, errors: .file(errors))
            child.write(Data("{\"ids\":[1,2,3]}\n".utf8))
            #expect(String(decoding: try child.read(), as: UTF8.self).contains("logprobs"))
            try change(path)
            child.write(Data("{\"ids\":[4,5,6]}\n".utf8))
            child.endInput()
            let rest = String(decoding: try child.readToEnd(), as: UTF8.self)
            #expect(try child.wait() == code, "\(name)")
            #expect(!rest.contains("logprobs"), "\(name): \(rest)")
            let message = try String(contentsOf: errors, encoding: .utf8)
            #expect(message.contains(path.path) && message.contains(named), "\(name): \(message)")
        }
    }

    @Test func aFileThatIsReplacedByRenamingStaysInUse() throws {
        try withFolder { folder in
            let path = folder.appending(path: "model.gguf")
            try Data(TinyModel().writer().bytes()).write(to: path)
            let child = try ChildProcess(
                TestCluster.executable, ["model", "score", "--sequences", "1", "--model", path.path],
                environment: Tool.environment, input: .open, output: .piped)
            let line = Data("{\"ids\":[1,2,3]}\n".utf8)
            child.write(line)
            let before = try child.read()
            let other = folder.appending(path: "other.gguf")
            try Data(TinyModel(seed: 2).writer().bytes()).write(to: other)
            try #require(rename(other.path, path.path) == 0)
            child.write(line)
            child.endInput()
            #expect(try child.readToEnd() == before)
            #expect(try child.wait() == 0)
        }
    }
}
}

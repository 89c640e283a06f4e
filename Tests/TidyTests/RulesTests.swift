import Testing

/// Every rule finds what it is for and nothing beside it.
@Suite struct RulesTests {
    private func found(_ rule: (SourceFile) -> [Finding], _ path: String, _ text: String) -> [Int] {
        rule(SourceFile(path: path, text: text)).map(\.line)
    }

    @Test func importsAreReadInEveryForm() {
        for line in [
            "import GRDB", "  import GRDB", "public import GRDB", "@testable import GRDB", "import struct GRDB.Row",
            "@preconcurrency internal import GRDB", "import GRDB; let a = 1",
        ] {
            #expect(found(Rules.imports, "Sources/Domain/A.swift", "\n" + line) == [2], "\(line)")
            #expect(found(Rules.imports, "Sources/RunStore/A.swift", "\n" + line) == [], "\(line)")
        }
        #expect(found(Rules.imports, "Sources/Domain/A.swift", "// import GRDB\nlet important = 1") == [])
        #expect(found(Rules.imports, "Sources/Unheard/A.swift", "") == [1])
        #expect(found(Rules.imports, "Tests/X/A.swift", "import GRDB") == [])
        #expect(found(Rules.imports, "Sources/Evaluation/BatchReader.swift", "import Foundation") == [])
        #expect(found(Rules.imports, "Sources/Evaluation/Other.swift", "import Foundation") == [1])
    }

    @Test func pureModulesAreKeptPure() {
        let text = """
            let now = Date()
            let update = ContextUpdate(a)
            // Date() in a comment, and in a "text":
            let text = "print(1)"
            let n = Int.random(in: 0...1)
            fingerprint(1)
            let inner = "\\(Date())"
            """
        #expect(found(Rules.purity, "Sources/Coordination/A.swift", text) == [1, 5, 7])
        #expect(found(Rules.purity, "Sources/RunStore/A.swift", text) == [])
    }

    @Test func sizesAreCounted() {
        let wide = String(repeating: "é", count: 120)
        #expect(found(Rules.lineWidths, "Sources/A/A.swift", "\(wide)\n\(wide)é") == [2])
        let long = String(repeating: "\n", count: 500)
        #expect(found(Rules.fileSizes, "Sources/A/A.swift", long) == [])
        #expect(found(Rules.fileSizes, "Sources/A/A.swift", long + "\n") == [501])
        #expect(found(Rules.fileSizes, "Sources/A/A.c", long + "\n") == [])
        #expect(found(Rules.fileSizes, "Sources/A/a.pb.swift", long + "\n") == [])
    }

    @Test func functionsAreMeasured() {
        func body(_ lines: Int) -> String { String(repeating: "    work(\"}\") // }\n", count: lines) }
        for header in [
            "func a() {", "    private static func a(\n  b: Int = 1,\n  c: () -> Void = { }\n) throws(E) -> [Int] {",
            "init?(a: Int) where A: B {", "public var a: Int {",
            "@Test(arguments: [a(1)]) private(b) func c() {", "deinit {", "subscript(a: Int) -> Int {",
        ] {
            let lines = header.split(separator: "\n").count
            #expect(found(Rules.functionSizes, "A.swift", "\n\(header)\n\(body(68 - lines))}") == [], "\(header)")
            #expect(found(Rules.functionSizes, "A.swift", "\n\(header)\n\(body(69 - lines))}") == [2], "\(header)")
        }
        let protocolText = "protocol P {\n  func a()\n  var b: Int { get }\n}\nstruct S {\n\(body(100))}"
        #expect(found(Rules.functionSizes, "A.swift", protocolText) == [])
        let c = "static int\na(int b)\n{\n\(body(66))}\nstruct s {\n\(body(100))};\nint t[] = {\n\(body(100))};\n"
        #expect(found(Rules.functionSizes, "a.c", c) == [1])
    }

    @Test func openSwitchesAreFound() {
        let text = "switch a {\ncase .b: c[d, default: 0] += 1\ndefault: break\ncase _: break\ncase _ where d: break\n}"
        #expect(found(Rules.openSwitches, "Sources/Coordination/A.swift", text) == [3, 4])
        #expect(found(Rules.openSwitches, "Sources/Wire/PathState.swift", text) == [3, 4])
        #expect(found(Rules.openSwitches, "Sources/Wire/Path.swift", text) == [])
    }

    @Test func wordsAreFound() {
        #expect(found(Rules.leftovers, "a.py", "ok\n# TO" + "DO: later") == [2])
        #expect(found(Rules.hosts, "cluster/a.sh", "curl https://git" + "hub.com/x") == [1])
        #expect(found(Rules.hosts, "Package.swift", "https://git" + "hub.com/x") == [])
        #expect(found(Rules.hosts, "docs/a.md", "# A\nhttps://py" + "pi.org/x") == [2])
        #expect(found(Rules.machinePaths, "docs/a.md", "# A\ncd /wo" + "rk/main") == [2])
        #expect(found(Rules.machinePaths, "docs/a.md", "# A\ncd /ho" + "me/someone/a1") == [])
        #expect(found(Rules.titles, "docs/a.md", "\n# A title\ntext") == [])
        #expect(found(Rules.titles, "docs/a.md", "text") == [1])
    }

    @Test func reasonsAreAskedFor() {
        let bare = "let a = 1\nfinal class A: @unchecked " + "Sendable {}"
        #expect(found(Rules.reasons, "Sources/Engine/A.swift", bare) == [2])
        #expect(found(Rules.reasons, "Sources/Tensors/A.swift", bare) == [])
        #expect(found(Rules.reasons, "Sources/Engine/A.swift", "/// Guarded by a lock.\n@frozen\n"
            + "final class A: @unchecked " + "Sendable {}") == [])
        let told = "nonisolated" + "(unsafe) var a = 1 // one thread"
        #expect(found(Rules.reasons, "Sources/Engine/A.swift", told) == [])
    }

    @Test func wallsAreSeen() {
        let coordinator = SourceFile(
            path: "Sources/Coordination/Coordinator.swift",
            text: "public struct Coordinator {\n    var ledger = Ledger()\n    private var own = 0\n"
                + "    var counters = CoordinatorStatus()\n}\n")
        let parts = Walls.parts(of: coordinator)
        #expect(parts == ["ledger": "Ledger"])
        let ledger = SourceFile(
            path: "Sources/Coordination/Ledger.swift",
            text: """
                struct Ledger {
                    private(set) var runs: [Int] = []
                    private var sums = 0
                    var count: Int { sums }
                    var stray = 1
                    func double() {
                        var local = 2
                    }
                }
                struct Other {
                    var free = 0
                }
                """)
        let route = SourceFile(
            path: "Sources/Coordination/Coordinator+X.swift",
            text: "extension Coordinator {\n    func f() {\n        self.ledger = g()\n        ledger.apply()\n    }\n"
                + "}\n")
        let found = Walls.breaches([ledger, route], parts: parts)
        #expect(found.map { "\($0.path.suffix(8)):\($0.line)" } == ["er.swift:5", "+X.swift:3"])
    }

    @Test func theManifestIsRead() {
        let manifest = Manifest(
            """
            let targets = [
                module("Domain"), module("Wire", ["Domain", protobuf], exclude: ["a.proto"]),
                .executableTarget(
                    name: "A1", dependencies: ["Wire", logging],
                    swiftSettings: [.treatAllWarnings(as: .error)]),
            ]
            """)
        #expect(
            manifest.dependencies == [
                "Domain": [], "Wire": ["Domain", "SwiftProtobuf"], "A1": ["Wire", "Logging"],
            ])
    }

    @Test func errorsOfFoundationStayWithin() {
        let thrown = "let a = try JSONDecoder" + "().decode(A.self, from: b)"
        #expect(found(Rules.decoders, "Sources/A1/A.swift", thrown) == [1])
        #expect(found(Rules.decoders, "Sources/A1/A.swift", thrown.replacing("try ", with: "try? ")) == [])
        #expect(found(Rules.decoders, "Sources/A1/Decoding.swift", thrown) == [])
        #expect(found(Rules.decoders, "Sources/Wire/A.swift", thrown) == [])
    }

    @Test func theScannerKnowsTextsAndComments() {
        func code(_ text: String) -> String { CodeScanner.code(text, .swift).joined(separator: "\n") }
        #expect(code("a // b\nc") == "a     \nc")
        #expect(code("a /* b /* c */ d */ e") == "a                   e")
        #expect(code("a(\"b\", c)") == "a(\" \", c)")
        #expect(code("\"a\\\"b\" + c") == "\"    \" + c")
        #expect(code("\"a\\(b ? \"c\" : d(\"e\"))f\" + g") == "\"  (b ? \" \" : d(\" \")) \" + g")
        #expect(code("#\"a\"b\\(c)\"# + d") == "#\"       \"# + d")
        #expect(code("\"\"\"\na \"b\" \\(c)\n\"\"\"\nd") == "\"\"\"\n       (c)\n\"\"\"\nd")
        let c = CodeScanner.code("a = '\"'; // b\nd = \"e\";", .c)
        #expect(c == ["a = ' ';     ", "d = \" \";"])
    }
}

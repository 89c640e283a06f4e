import Domain
import Foundation
import TestSupport
import Testing

/// What people and other programs do wrong, against the real command.
extension RealProcesses {
    @Suite(.serialized) struct BadInputTests {
    private func cluster() throws -> TestCluster {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        return cluster
    }

    private static let badBatches: [(lines: [String], named: String)] = [
        (["not json"], "line 1"),
        ([#"{"id":"a","problem":"1+1"}"#, #"{"id":"b"}"#], "line 2"),
        ([#"{"id":"a","problem":"1+1"}"#, #"{"id":"a","problem":"2+2"}"#], "line 2"),
        ([], "empty"),
        ([#"{"id":"a","problem":"\#(String(repeating: "x", count: 64 << 20))"}"#], "line 1"),
    ]

    @Test(arguments: badBatches.indices) func aBadBatchIsRefusedWholeWithItsLine(number: Int) throws {
        let (lines, named) = Self.badBatches[number]
        let text = lines.map { $0 + "\n" }.joined()
        let cluster = try cluster()
        let batch = cluster.folder.appending(path: "bad.jsonl")
        try Data(text.utf8).write(to: batch)
        let output = try cluster.a1("submit", batch.path)
        #expect(output.code == 65)
        #expect(output.err.contains(named), "\(output.err)")
        #expect(try cluster.status().runs.isEmpty)
    }

    @Test func badLinesAreSkippedWhenAsked() throws {
        let cluster = try cluster()
        let batch = cluster.folder.appending(path: "mixed.jsonl")
        try Data((#"{"id":"a","problem":"1+1"}"# + "\nnonsense\n").utf8).write(to: batch)
        let output = try cluster.a1("submit", batch.path, "--on-bad-line", "skip")
        #expect(output.code == 0)
        #expect(output.err.contains("line 2"))
        #expect(try cluster.status().runs.map(\.problems) == [1])
    }

    @Test func aMissingBatchIsNamed() throws {
        let cluster = try cluster()
        let output = try cluster.a1("submit", "/nonexistent.jsonl")
        #expect(output.code == 66)
        #expect(output.err.contains("/nonexistent.jsonl"))
    }

    @Test(arguments: [["--rejection-rate", "1.5"], ["--paths", "0"], ["--strategy", "psychic"], ["--set", "nothing=1"]])
    func impossibleSettingsAreNamed(flags: [String]) throws {
        let cluster = try cluster()
        let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
        let output = try cluster.a1("submit", batch, flags[0], flags[1])
        #expect(output.code == 64)
        #expect(try cluster.status().runs.isEmpty)
    }

    @Test func theSameKeyIsOneRun() throws {
        let cluster = try cluster()
        let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
        let first = try cluster.submit(batch, "--key", "k1", "--paths", "2")
        #expect(try cluster.submit(batch, "--key", "k1", "--paths", "2") == first)
        #expect(try cluster.a1("submit", batch, "--key", "k1", "--paths", "3").code == 65)
        #expect(try cluster.status().runs.count == 1)
    }

    @Test(arguments: [("", "empty"), ("GGUX", "GGUF"), (String(repeating: "GGUF", count: 64), "version")])
    func aWorkerWithABadModelSaysWhyAndTheCoordinatorGoesOn(bytes: String, named: String) throws {
        let model = URL(fileURLWithPath: "/tmp/a1-bad-\(UUID().uuidString).gguf")
        try Data(bytes.utf8).write(to: model)
        defer { try? FileManager.default.removeItem(at: model) }
        let cluster = try TestCluster(
            configuration: """
                cluster: { name: test }
                models: { broken: { path: \(model.path) } }
                workers: [{ name: draft-0, role: draft, model: broken }]
                """)
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        #expect([65, 66].contains(try cluster.exitCode(of: "draft-0")))
        let status = try cluster.awaitStatus { !$0.workers.isEmpty }
        let worker = try #require(status.workers.first)
        #expect(worker.state == .failed)
        #expect(worker.reason?.contains(model.path) == true, "\(worker.reason ?? "")")
    }

    @Test func aSecondCoordinatorLeavesTheFirstAlone() throws {
        let cluster = try cluster()
        let output = try cluster.a1("coordinator", "--config", cluster.configuration.path)
        #expect(output.code == 75)
        let owner = try cluster.processID(of: "coordinator")
        #expect(output.err.contains("process \(owner)"), "\(output.err)")
        #expect(try cluster.status().workers.isEmpty)
    }

    /// Common random numbers need one vocabulary: known before a cluster starts.
    @Test func exactTakeoversAcrossVocabulariesAreFoundByConfigCheck() throws {
        let cluster = try cluster()
        let file = cluster.folder.appending(path: "two.yaml")
        let tiny = cluster.folder.appending(path: "tiny.gguf")
        try Data(TinyModel().writer().bytes()).write(to: tiny)
        let text = """
            cluster: { name: x }
            models: { small-draft: {}, tiny: { path: \(tiny.path) } }
            workers:
              - { name: draft-0, role: draft, model: small-draft }
              - { name: target-0, role: target, model: tiny }
            run: { takeover: TAKEOVER }
            """
        try Data(text.replacing("TAKEOVER", with: "coupled").utf8).write(to: file)
        let refused = try cluster.a1("config", "check", file.path)
        #expect(refused.code == 78)
        #expect(refused.err.contains("models small-draft and tiny have two; use resample"), "\(refused.err)")
        try Data(text.replacing("TAKEOVER", with: "resample").utf8).write(to: file)
        #expect(try cluster.a1("config", "check", file.path).code == 0)
    }

    @Test func aConfigurationIsRefusedWithItsLine() throws {
        let cluster = try cluster()
        let file = cluster.folder.appending(path: "bad.yaml")
        try Data("cluster: { name: x }\nrun: { rejection_rate: 2 }\nrnu: {}\n".utf8).write(to: file)
        for output in [
            try cluster.a1("config", "check", file.path), try cluster.a1("coordinator", "--config", file.path),
        ] {
            #expect(output.code == 78)
            #expect(output.err.contains("\(file.path):2:"), "\(output.err)")
            #expect(output.err.contains("\(file.path):3:"), "\(output.err)")
        }
    }

    @Test func withoutACoordinatorACommandSaysSo() throws {
        let cluster = try TestCluster(configuration: smallConfiguration(workers: [("draft-0", .draft)]))
        let output = try cluster.a1("status")
        #expect(output.code == 69)
        #expect(output.err.contains("cluster/up.sh"))
    }

    @Test func strangersOnTheSocketsChangeNothing() throws {
        let cluster = try cluster()
        for socket in ["workers.sock", "clients.sock"] {
            for bytes in [[UInt8](repeating: 0xFF, count: 4_096), Array("GET / HTTP/1.1\r\n\r\n".utf8)] {
                try speak(bytes, to: cluster.folder.appending(path: socket).path)
            }
        }
        #expect(try cluster.status().runs.isEmpty)
    }

    /// Writes bytes that are not ZMTP to a Unix socket and closes it.
    private func speak(_ bytes: [UInt8], to path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
}

import Domain
import Foundation
import TestSupport
import Testing

extension RealProcesses {
/// RELIABILITY.md G6: a worker whose model file is spoilt in the middle of a run dies or refuses, with a reason; its
/// work goes to its next incarnation, and nothing is counted that a spoilt file gave.
@Suite(.serialized) struct ChangedModelTests {
    private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
    private static let target = TestCluster.root.appending(path: "configs/models/small/small-target.gguf")

    private static let spoilings: [(name: String, code: Int32, spoil: @Sendable (URL) throws -> Void)] = [
        ("cut", 74, { try FileHandle(forWritingTo: $0).truncate(atOffset: 4_096) }),
        ("overwritten", 74, { path in
            let file = try FileHandle(forWritingTo: path)
            let size = try file.seekToEnd()
            try file.seek(toOffset: size / 2)
            try file.write(contentsOf: Data(repeating: 0x55, count: Int(size / 4)))
        }),
    ]

    /// The one that is cut only if asked for: until its silence is noticed takes seconds.
    private static let chosen = ProcessInfo.processInfo.environment["A1_HEAVY_TESTS"] == nil ? [1] : [0, 1]

    @Test(arguments: chosen) func theRunGoesOnWhenTheFileIsWholeAgain(number: Int) throws {
        let (name, code, spoil) = Self.spoilings[number]
        let folder = FileManager.default.temporaryDirectory.appending(path: "a1-spoilt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = folder.appending(path: "model.gguf")
        try FileManager.default.copyItem(at: Self.target, to: model)
        let text = smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)])
            .replacing("small-target: {", with: "small-target: { path: \(model.path),")
        let cluster = try TestCluster(configuration: text)
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        let run = try cluster.submit(Self.batch, "--paths", "4", "--set", "vote=all")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 20 } }
        try spoil(model)
        #expect(try cluster.exitCode(of: "target-0") == code, "\(name)")
        // That its address is unreachable may be heard before its farewell.
        let status = try cluster.awaitStatus { status in
            status.workers.contains {
                $0.name == "target-0" && (name == "overwritten" ? $0.state == .failed : $0.state != .live)
            }
        }
        let worker = try #require(status.workers.first { $0.name == "target-0" })
        if name == "overwritten" { #expect(worker.reason?.contains(model.path) == true, "\(worker.reason ?? "")") }

        // A new start with the spoilt file is refused; one with the whole file goes on.
        if name == "cut" {
            try cluster.startWorker("target-0")
            #expect(try cluster.exitCode(of: "target-0") == 65)
            _ = try cluster.awaitStatus { $0.workers.contains { $0.reason?.contains(model.path) == true } }
        }
        let whole = folder.appending(path: "whole.gguf")
        try FileManager.default.copyItem(at: Self.target, to: whole)
        try #require(rename(whole.path, model.path) == 0)
        try cluster.startWorker("target-0")
        #expect(try cluster.a1("watch", run).code == 0)
        let results = try cluster.results(run)
        #expect(results.summary.state == .finished)
        #expect(results.problems.allSatisfy { $0.paths.allSatisfy { $0.outcome != nil && $0.outcome != .quarantined } })
        // Weights of 0x55 bytes would be 85 times too large, and so would be what they say.
        let judged = results.problems.flatMap { $0.paths.flatMap(\.blocks) }.filter { $0.verdict != nil }
        #expect(judged.count == results.summary.verdicts && judged.allSatisfy { (0..<60).contains($0.score ?? -1) })
    }
}
}

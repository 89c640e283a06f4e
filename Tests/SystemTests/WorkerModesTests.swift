import Foundation
import Testing

/// What a worker says of how it computes.
extension RealProcesses {
    @Suite struct WorkerModesTests {
        @Test func aWorkerComputesAsItsConfigurationSays() throws {
            let text = smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)])
                .replacing("small-target: {", with: "small-target: { exact: true,")
                .replacing("role: target,", with: "role: target, pin_threads: true,")
            let cluster = try TestCluster(configuration: text)
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
            let run = try cluster.submit(batch, "--limit", "2", "--paths", "2")
            #expect(try cluster.a1("watch", run).code == 0)
            let draft = try cluster.a1("logs", "draft-0").out
            #expect(draft.contains("mode=default") && draft.contains("processors=any"), "\(draft)")
            let target = try cluster.a1("logs", "target-0").out
            #expect(target.contains("mode=exact") && !target.contains("processors=any"), "\(target)")
            #expect(draft.contains("own int8") && target.contains("own float32"), "\(draft)\(target)")
            let check = try cluster.a1("config", "check", cluster.configuration.path)
            #expect(check.out.contains("PINNED") && check.out.contains("yes"), "\(check.out)")
        }
    }
}

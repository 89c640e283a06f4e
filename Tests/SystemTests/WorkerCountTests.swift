import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// How much work there is for whom: any number of workers, and workers of different speed.
extension RealProcesses {
    @Suite(.serialized) struct WorkerCountTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        /// With a frozen bank, and with one model alone, a run gives the same tokens on 1, 3 or 8 workers of a role.
        @Test func theNumberOfWorkersChangesNoBlock() throws {
            let pairs: [[(String, Role)]] = (0..<8).map { [("draft-\($0)", .draft), ("target-\($0)", .target)] }
            let cluster = try TestCluster(configuration: smallConfiguration(workers: pairs.flatMap { $0 }))
            try cluster.startCoordinator()
            var started = 0
            func growTo(_ count: Int) throws {
                for (name, _) in pairs[started..<count].joined() { try cluster.startWorker(name) }
                started = count
                _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 2 * count }
            }
            func texts(_ strategy: String) throws -> [[String]] {
                let bank = strategy == "async" ? ["--bank", "first", "--bank-mode", "frozen"] : []
                let run = try cluster.submit(
                    Self.batch, ["--strategy", strategy, "--paths", "2", "--seed", "5", "--set", "vote=all"]
                        + bank)
                #expect(try cluster.a1("watch", run).code == 0)
                let results = try cluster.results(run)
                let blocks = results.problems.flatMap { $0.paths.flatMap(\.blocks) }
                if strategy == "async" { #expect(results.summary.takeovers > 10) }
                // Each has a part in it: there are more paths than workers.
                let opener: Author = strategy == "target" ? .target : .draft
                let opening = blocks.filter { $0.round == 0 && $0.author == opener }
                #expect(Set(opening.map(\.worker)).count == started)
                return results.problems.flatMap { $0.paths.map { $0.blocks.map(\.text) } }
            }
            try growTo(1)
            #expect(try cluster.a1("calibrate", Self.batch, "--bank", "first", "--paths", "2").code == 0)
            let strategies = ["async", "sync", "random", "draft", "target"]
            let alone = try strategies.map(texts)
            for count in [3, 8] {
                try growTo(count)
                #expect(try strategies.map(texts) == alone)
            }
        }

        /// ALGORITHM.md, section 5: a bet that is won is what would have been drafted, one that is lost leaves nothing.
        @Test func draftingAheadChangesNoBlock() throws {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            for name in ["draft-0", "target-0"] { try cluster.startWorker(name) }
            #expect(try cluster.a1("calibrate", Self.batch, "--bank", "first", "--paths", "2").code == 0)
            func results(ahead: Int) throws -> RunResults {
                let run = try cluster.submit(
                    Self.batch, "--bank", "first", "--bank-mode", "frozen", "--paths", "2", "--seed", "5", "--vote",
                    "all", "--run-ahead", "\(ahead)", "--problems-in-flight", "2")
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run)
            }
            func texts(_ results: RunResults) -> [[String]] {
                results.problems.flatMap { $0.paths.map { $0.blocks.map(\.text) } }
            }
            let waiting = try results(ahead: 0)
            #expect(waiting.summary.discardedTokens == 0)
            #expect(try #require(waiting.summary.draftWaitShare) > 0)
            for ahead in [1, 3] {
                let running = try results(ahead: ahead)
                #expect(texts(running) == texts(waiting))
                #expect(running.summary.takeovers > 10 && running.summary.discardedTokens > 0)
                #expect(running.summary.draftWaitShare == 0)
            }
        }

        /// Of two workers one is stopped nine tenths of the time. It gets about as much less of the work, and the run
        /// does not wait for it.
        @Test(arguments: Role.allCases) func aSlowWorkerGetsLessWork(role: Role) throws {
            let names = ["\(role)-0", "\(role)-1"]
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: names.map { ($0, role) }, slots: 4))
            try cluster.startCoordinator()
            for name in names { try cluster.startWorker(name) }
            _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 2 }
            func run() throws -> RunResults {
                let run = try cluster.submit(
                    Self.batch, ["--strategy", role.rawValue, "--paths", "8", "--set", "vote=all"])
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run)
            }
            let together = try run()
            let brake = try Brake(on: cluster.processID(of: names[1]))
            let braked = try run()
            brake.release()
            func share(_ results: RunResults) -> Double {
                let blocks = results.problems.flatMap { $0.paths.flatMap(\.blocks) }
                return Double(blocks.count { $0.worker == names[1] }) / Double(blocks.count)
            }
            #expect((0.25...0.75).contains(share(together)))
            #expect((0.01...0.25).contains(share(braked)), "an eleventh would be just")
            // Half of the work would keep it ten times as long.
            #expect(braked.summary.wallSeconds < 5 * together.summary.wallSeconds)
        }
    }
}

/// Stops a process nine tenths of the time, until it is released or the process is gone.
private struct Brake {
    private let pulses: ChildProcess
    private let process: pid_t

    init(on process: pid_t) throws {
        self.process = process
        let script = "while kill -STOP $1 && sleep 0.045 && kill -CONT $1 && sleep 0.005; do :; done"
        pulses = try ChildProcess(URL(fileURLWithPath: "/bin/sh"), ["-c", script, "brake", "\(process)"])
    }

    func release() {
        pulses.signal(SIGKILL)
        _ = try? pulses.wait()
        kill(process, SIGCONT)
    }
}

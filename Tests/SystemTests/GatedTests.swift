import Domain
import Foundation
import Testing

extension RealProcesses {
    /// Gates with real processes: docs/strategies.md, Which blocks the target reads.
    @Suite(.serialized) struct GatedTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        private static func cluster() throws -> TestCluster {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            return cluster
        }

        private static let flags = ["--paths", "4", "--vote", "all", "-r", "0.25"]

        /// What is left out has no verdict, what is audited no more than a score, and the summary's figures are those
        /// of the blocks; the coordinator is killed in the middle.
        @Test(arguments: GateUnit.allCases) func whatIsLeftOutIsNotRead(unit: GateUnit) throws {
            let cluster = try Self.cluster()
            let run = try cluster.submit(
                Self.batch,
                Self.flags + ["--scoring", "gated", "--gate", "0.5", "--gate-by", unit.rawValue, "--audit", "0.3"])
            _ = try cluster.awaitStatus { $0.runs.contains { $0.run.rawValue == run && $0.verdicts >= 20 } }
            try cluster.kill("coordinator")
            try cluster.startCoordinator()
            #expect(try cluster.a1("watch", run).code == 0)
            let results = try cluster.results(run)
            let gate = try #require(results.summary.gate)
            let paths = results.problems.flatMap(\.paths)
            let drafted = paths.flatMap(\.blocks).filter { $0.author == .draft }
            let leftOut = drafted.filter { $0.isLeftOut == true }
            #expect(gate.unit == unit && gate.blocksLeftOut == leftOut.count && !leftOut.isEmpty)
            #expect(leftOut.allSatisfy { $0.verdict == nil && $0.stands })
            let audited = drafted.filter { $0.auditScore != nil }
            #expect(gate.audited == audited.count && !audited.isEmpty && audited.allSatisfy { $0.isLeftOut == true })
            #expect(results.summary.verdicts == drafted.count { $0.verdict != nil } + leftOut.count)
            let got = try #require(gate.got)
            #expect(abs(got - 0.5) < 0.2, "\(got) of \(gate.units)")
            #expect(gate.tokens == results.summary.tokens.total)
            #expect(gate.tokensNeverRead > 0 && gate.tokensNeverRead < gate.tokens)
            #expect(try #require(gate.missedInterval).contains(#require(gate.missed)))
            switch unit {
            case .block: #expect(drafted.allSatisfy { $0.gateScore != nil })
            case .path:
                // From the first scored block of a path on, all of it is scored.
                for path in paths {
                    let decisions = path.blocks.filter { $0.author == .draft }.compactMap(\.gate)
                    let first = decisions.firstIndex(of: .score) ?? decisions.count
                    #expect(decisions[first...].allSatisfy { $0 == .score })
                }
            case .problem:
                for problem in results.problems {
                    let blocks = problem.paths.flatMap(\.blocks).filter { $0.author == .draft }
                    #expect(Set(blocks.map(\.isLeftOut)).count == 1, "problem \(problem.problem)")
                }
            }
        }

        /// A gate that lets everything through changes nothing: the same texts, byte for byte, as without one.
        @Test func aWholeGateIsNone() throws {
            let cluster = try Self.cluster()
            func texts(_ flags: [String]) throws -> [[String]] {
                // One path at a time, so that verdicts come in one order.
                let run = try cluster.submit(
                    Self.batch, Self.flags + ["--limit", "6", "--paths", "1", "--problems-in-flight", "1"] + flags)
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run).problems.map { $0.paths.flatMap { $0.blocks.map(\.text) } }
            }
            #expect(try texts(["--scoring", "gated", "--gate", "1", "--gate-by", "path"]) == texts([]))
        }

        @Test func whatCannotBeIsRefused() throws {
            let cluster = try Self.cluster()
            for (flags, named) in [
                (["--gate", "0.2", "--gate-by", "block"], "rejection_rate"),
                (["--gate-by", "problem", "--paths", "1"], "two paths"), (["--gate", "1.5"], "0...1"),
                (["--audit", "nan"], "audit"), (["--strategy", "sync"], "async"),
            ] as [([String], String)] {
                let refused = try cluster.a1(["submit", Self.batch, "--scoring", "gated"] + Self.flags + flags)
                #expect(refused.code == 64 && refused.err.contains(named), "\(flags): \(refused.err)")
            }
        }
    }
}

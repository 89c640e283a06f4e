import Domain
import Foundation
import Testing

/// Banks: made by a pass over a batch, used by runs, refused under other conditions.
extension RealProcesses {
    @Suite(.serialized) struct CalibrationTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        @Test func aBankIsMadeUsedAndRefused() throws {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let made = try cluster.a1("calibrate", Self.batch, "--bank", "first", "--paths", "4", "--json")
            #expect(made.code == 0, "\(made.err)")
            let bank = try JSONDecoder().decode(CalibrationBank.self, from: Data(made.out.utf8))
            #expect(bank.count == 96)
            #expect(bank.models.map(\.role) == [.draft, .target])

            // Frozen: every verdict is ranked among the 96 scores and no others.
            let frozen = try cluster.submit(
                Self.batch, "--bank", "first", "--bank-mode", "frozen", "--p-value", "paper", "--paths", "2")
            #expect(try cluster.a1("watch", frozen).code == 0)
            let results = try cluster.results(frozen)
            let judged = results.problems.flatMap { $0.paths.flatMap(\.blocks) }.filter { $0.verdict != nil }
            #expect(judged.count > 50)
            for block in judged {
                let score = try #require(block.score)
                let notWorse = bank.rounds[0].scores.count { $0 <= score }
                #expect(block.pValue == Double(1 + notWorse) / 97)
                #expect(block.verdict == (block.pValue! > 1 - 0.4 ? .takeOver : .keep))
            }
            #expect(results.summary.bank == "first (96 scores)")

            // Online: the first blocks are ranked among what was loaded.
            let online = try cluster.submit(Self.batch, "--bank", "first", "--limit", "2")
            #expect(try cluster.a1("watch", online).code == 0)
            let counts = try cluster.results(online).problems.flatMap { $0.paths.flatMap(\.blocks) }
                .compactMap(\.bankCount)
            #expect(counts.min() == 96)

            let other = try cluster.a1("submit", Self.batch, "--bank", "first", "--draft-tokens", "32")
            #expect(other.code == 65)
            #expect(other.err.contains("draft_tokens is 32, the bank's was 48"))
            let allowed = try cluster.a1(
                "submit", Self.batch, "--bank", "first", "--draft-tokens", "32", "--bank-drift", "allow")
            #expect(allowed.code == 0)
            #expect(try cluster.a1("submit", Self.batch, "--bank-mode", "frozen").err.contains("without a bank"))

            try spoil(cluster.folder.appending(path: "banks/first.bank"), cluster)
        }

        /// Cut short and changed by a byte.
        private func spoil(_ file: URL, _ cluster: TestCluster) throws {
            let whole = try Data(contentsOf: file)
            var changed = whole
            changed[whole.count / 2] ^= 1
            for bad in [changed, whole.dropLast(9), Data("a1-bank 1 0\n{}".utf8), Data()] {
                try bad.write(to: file)
                let refused = try cluster.a1("submit", Self.batch, "--bank", "first")
                #expect(refused.code == 65)
                #expect(refused.err.contains("first.bank"))
            }
            #expect(try cluster.a1("submit", Self.batch, "--bank", "second").code == 66)
        }
    }
}

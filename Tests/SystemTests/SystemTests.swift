import Domain
import Foundation
import Testing

private let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

/// What must hold of every finished run, whatever happened on the way.
func checkInvariants(_ results: RunResults, paths: Int) throws {
    let summary = results.summary
    #expect(summary.state == .finished)
    #expect(summary.problemsEnded == summary.problems)
    #expect(results.problems.count == summary.problems)
    var verdicts = 0
    var takeovers = 0
    for problem in results.problems {
        #expect(problem.isEnded)
        #expect(problem.paths.count == paths)
        for path in problem.paths {
            #expect(path.outcome != nil)
            let judged = path.blocks.filter { $0.verdict != nil }
            verdicts += judged.count
            takeovers += judged.count { $0.verdict == .takeOver }
            #expect(judged.allSatisfy { $0.author == .draft })
            #expect(Set(path.blocks.map(\.segment)).count == path.blocks.count, "a block is counted twice")
            #expect(Set(judged.map(\.round)).count == judged.count, "a round has two verdicts")
            for block in judged {
                let pValue = try #require(block.pValue)
                let rate = try #require(block.rate)
                #expect((0...1).contains(pValue))
                #expect((block.verdict == .takeOver) == (pValue <= rate))
                #expect(try #require(block.score) >= 0)
            }
            // Rounds follow each other without a hole, and each begins with the draft's block.
            let rounds = path.blocks.filter { $0.author == .draft }.map(\.round)
            #expect(rounds == Array(0..<rounds.count))
            if path.outcome == .answered {
                let text = path.blocks.filter(\.stands).map(\.text).joined()
                #expect(text.contains("\\boxed{"))
                #expect(path.answer.map { text.contains($0) } == true)
            }
        }
    }
    #expect(verdicts == summary.verdicts)
    #expect(takeovers == summary.takeovers)
}

/// Ranks every score anew among those judged before it in its round, by counting: the smoothed p-value lies where its
/// tie-break may have put it, and no score is missing from the bank or in it twice. A round's first blocks are ranked
/// among those of all rounds while it has few; they too are in its bank.
private func checkRanks(_ results: RunResults) throws {
    let blocks = results.problems.flatMap { $0.paths.flatMap(\.blocks) }.filter { $0.verdict != nil }
    for (round, judged) in Dictionary(grouping: blocks, by: \.round) {
        let borrowed = judged.filter { $0.stratum == "all" }
        #expect(borrowed.count <= 16)
        let own = judged.filter { $0.stratum == "round=\(round)" }
        #expect(own.count + borrowed.count == judged.count)
        for block in own {
            let place = try #require(block.bankCount)
            let before = own.filter { $0.bankCount! < place } + (place < 16 ? [] : borrowed)
            #expect(before.count == place)
            let score = try #require(block.score)
            let earlier = try before.map { try #require($0.score) }
            let greater = earlier.count { $0 > score }
            let equal = earlier.count { $0 == score }
            let pValue = try #require(block.pValue)
            let lowest = Double(greater) / Double(place + 1)
            let highest = Double(greater + equal + 1) / Double(place + 1)
            #expect(pValue >= lowest - 1e-12 && pValue <= highest + 1e-12)
        }
    }
}

extension RealProcesses {
    @Suite(.serialized) struct SystemTests {
    @Test func aBatchGoesThroughAndComesBackAnswered() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        let run = try cluster.submit(batch, "--paths", "4", "--rejection-rate", "0.4", "--set", "vote=all")
        #expect(try cluster.a1("watch", run).code == 0)
        let results = try cluster.results(run)
        try checkInvariants(results, paths: 4)
        let summary = results.summary
        #expect(summary.verdicts > 200)
        try checkRanks(results)
        // The scores of so short a run are not exchangeable: blocks of hard paths arrive late. The band holds.
        for round in summary.rateByRound {
            let verdicts = Double(round.verdicts)
            #expect(abs(Double(round.takeovers) - 0.4 * verdicts) <= max(2.5, 0.04 * verdicts) + 1e-9)
        }
        // Guessing an answer between 0 and 100 would be right on one problem in a hundred.
        #expect(try #require(summary.majority) > 0.2)
        #expect(Set(summary.busy.map(\.worker)) == ["draft-0", "target-0"])

        // Each process's log follows a path by its name.
        let path = "\(run.prefix(8))/0/0"
        let lines = try cluster.a1("logs", "--path", path).out
        for process in ["coordinator", "draft-0", "target-0"] { #expect(lines.contains(process)) }

        // What is stored outlives the processes.
        try cluster.kill("coordinator", signal: SIGTERM)
        try cluster.startCoordinator()
        #expect(try cluster.results(run) == results)
    }

    @Test func aWorkerKilledInTheMiddleCostsNothing() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(
                workers: [("draft-0", .draft), ("draft-1", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        for name in ["draft-0", "draft-1", "target-0"] { try cluster.startWorker(name) }
        let run = try cluster.submit(batch, "--paths", "4", "--set", "vote=all")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 20 } }
        try cluster.kill("draft-0")
        try cluster.kill("target-0")
        try cluster.startWorker("target-0")
        #expect(try cluster.a1("watch", run).code == 0)
        let results = try cluster.results(run)
        try checkInvariants(results, paths: 4)
        #expect(results.problems.allSatisfy { $0.paths.allSatisfy { $0.outcome != .quarantined } })
    }

    @Test func aCoordinatorKilledInTheMiddleFinishesTheRun() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        let run = try cluster.submit(batch, "--paths", "4", "--set", "vote=all")
        for verdicts in [15, 60] {
            _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= verdicts } }
            try cluster.kill("coordinator")
            try cluster.startCoordinator()
        }
        #expect(try cluster.a1("watch", run).code == 0)
        try checkInvariants(try cluster.results(run), paths: 4)
    }

    @Test func withoutAWorkerTheRunWaitsAndSaysSo() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        let run = try cluster.submit(batch, "--limit", "2", "--paths", "2")
        let status = try cluster.status()
        #expect(status.runs.first?.waitingFor == ["no draft worker", "no target worker"])
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        #expect(try cluster.a1("watch", run).code == 0)
        try checkInvariants(try cluster.results(run), paths: 2)
    }

    @Test func cancellingEndsARunAndKeepsWhatItHas() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        let run = try cluster.submit(batch, "--paths", "8")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 5 } }
        #expect(try cluster.a1("cancel", String(run.prefix(6))).code == 0)
        let results = try cluster.results(run)
        #expect(results.summary.state == .cancelled)
        #expect(results.summary.verdicts >= 5)
        #expect(results.problems.allSatisfy { $0.paths.allSatisfy { $0.outcome != nil } })
    }

    @Test(arguments: ["draft", "target"]) func oneModelAlone(strategy: String) throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        try cluster.startWorker("\(strategy)-0")
        let run = try cluster.submit(batch, "--strategy", strategy, "--limit", "6", "--paths", "2")
        #expect(try cluster.a1("watch", run).code == 0)
        let results = try cluster.results(run)
        #expect(results.summary.state == .finished)
        #expect(results.summary.verdicts == 0)
        let blocks = results.problems.flatMap { $0.paths.flatMap(\.blocks) }
        #expect(!blocks.isEmpty && blocks.allSatisfy { $0.author.rawValue == strategy })
    }
}
}

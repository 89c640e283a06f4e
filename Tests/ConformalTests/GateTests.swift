import Domain
import Testing

@testable import Conformal

/// The gate: shares that are held, ranks against a list that is searched, and what the audit says.
@Suite struct GateTests {
    private struct Block {
        let round: Int
        let problem: Int
        let score: Double
        let own: Double
    }

    /// Paths of one to nine blocks; the draft's own score is that of the target with noise (an AUC near 0.9).
    private func paths(_ count: Int, _ numbers: inout TestNumbers, shift: (Int) -> Double = { _ in 0 }) -> [[Block]] {
        (0..<count).map { path in
            (0..<1 + numbers.below(9)).map { round in
                let score = numbers.uniform() * numbers.uniform() + shift(path) + 0.05 * Double(round)
                let own = max(0, score + numbers.uniform() - 0.5)
                return Block(round: round, problem: path / 8, score: score, own: own)
            }
        }
    }

    /// What is scored and taken over, as a run would do it.
    private struct Outcome {
        var blocks: [Int: (all: Int, scored: Int, takeovers: Int)] = [:]
        var pathsScored = 0
        var isKept = true
    }

    /// - Parameter promise: of the takeovers of each round, looked at after every block; nil looks at nothing.
    private func run(
        _ paths: [[Block]], unit: GateUnit, gate: Double, rate: Double, promise: RatePromise? = nil,
        _ numbers: inout TestNumbers
    ) throws -> Outcome {
        var gates = GateController(unit: unit, share: gate, audit: 0, strata: .round)
        var controller = ConformalController(ConformalSettings(rejectionRate: rate, strata: .round, gate: unit))
        var outcome = Outcome()
        for path in paths {
            var isRead = false
            for block in path {
                let decided = try gates.decide(
                    score: block.own, round: block.round, problem: block.problem, isOpen: unit == .path && isRead,
                    tieBreak: numbers.uniform(), auditDraw: 1)
                let isScored = decided.decision == .score
                try gates.note(
                    decided, round: block.round, problem: block.problem, opensPath: isScored && !isRead)
                outcome.blocks[block.round, default: (0, 0, 0)].all += 1
                if isScored {
                    isRead = true
                    let judgement = try controller.judge(
                        score: block.score, round: block.round, problem: block.problem, tieBreak: numbers.uniform())
                    outcome.blocks[block.round]!.scored += 1
                    outcome.blocks[block.round]!.takeovers += judgement.verdict == .takeOver ? 1 : 0
                } else {
                    controller.noteLeftOut(round: block.round, problem: block.problem)
                }
                guard let promise else { continue }
                let cells = outcome.blocks.map { RatePromise.Cell(round: $0.key, problem: 0, verdicts: $0.value.all) }
                for cell in cells where promise.interval(ofRound: [cell])?.shares.contains(
                    Double(outcome.blocks[cell.round]!.takeovers) / Double(cell.verdicts)) != true
                {
                    outcome.isKept = false
                }
            }
            if isRead { outcome.pathsScored += 1 } else if unit == .path { gates.noteUnreadPath() }
        }
        return outcome
    }

    /// By round, after every block, whatever the scores are: also where they drift, or say nothing.
    @Test(arguments: [0.4, 0.6, 0.9], [0.1, 0.25, 0.4])
    func aGateByBlocksKeepsThePromiseOfItsRun(gate: Double, rate: Double) throws {
        var settings = RunSettings(strategy: .async, rejectionRate: rate, scoring: .gated, gate: gate, gateBy: .block)
        settings.pValue = .smoothed
        let promise = try #require(RatePromise(settings, bankScores: 0))
        var numbers = TestNumbers(seed: UInt64(gate * 100) + UInt64(rate * 10_000))
        for shift in [{ _ in 0 }, { $0 > 150 ? 0.7 : 0 }, { Double($0 % 50) }] as [(Int) -> Double] {
            let paths = paths(300, &numbers, shift: shift)
            let outcome = try run(paths, unit: .block, gate: gate, rate: rate, promise: promise, &numbers)
            #expect(outcome.isKept, "gate \(gate), r \(rate)")
            for (round, count) in outcome.blocks where count.all >= 63 {
                #expect(abs(Double(count.scored) / Double(count.all) - gate) <= 0.04 + 1e-9, "round \(round)")
            }
        }
    }

    /// The scores of real paths with a made-up confidence of known AUC.
    @Test(.enabled(if: ReferenceTrace.isThere, "no ../shared/reference/traces"), arguments: [0.4, 0.6, 0.8])
    func theReferenceTraceKeepsThePromise(gate: Double) throws {
        var numbers = TestNumbers(seed: UInt64(gate * 100))
        let blocks = try ReferenceTrace.rows().map {
            Block(
                round: $0.round, problem: $0.question, score: $0.score,
                own: max(0, $0.score + 0.5 * (numbers.uniform() - 0.5)))
        }
        let settings = RunSettings(strategy: .async, rejectionRate: 0.25, scoring: .gated, gate: gate, gateBy: .block)
        let promise = try #require(RatePromise(settings, bankScores: 0))
        let outcome = try run([blocks], unit: .block, gate: gate, rate: 0.25, promise: promise, &numbers)
        #expect(outcome.isKept)
    }

    /// The share of paths and, where enough of them is scored, the takeovers of the whole run.
    @Test(arguments: [0.2, 0.4, 0.6, 0.8], [0.1, 0.25])
    func aGateByPathsHoldsItsShare(gate: Double, rate: Double) throws {
        var numbers = TestNumbers(seed: UInt64(gate * 100) + UInt64(rate * 10_000))
        let paths = paths(1_600, &numbers)
        let outcome = try run(paths, unit: .path, gate: gate, rate: rate, &numbers)
        #expect(abs(Double(outcome.pathsScored) / 1_600 - gate) < 0.03, "\(outcome.pathsScored) of 1600")
        let all = outcome.blocks.values.reduce(0) { $0 + $1.all }
        let scored = outcome.blocks.values.reduce(0) { $0 + $1.scored }
        let takeovers = outcome.blocks.values.reduce(0) { $0 + $1.takeovers }
        guard Double(scored) > 1.3 * rate * Double(all) else { return }
        #expect(abs(Double(takeovers) / Double(all) - rate) < 0.04, "\(takeovers) of \(all)")
    }

    @Test func ranksAreThoseAmongAllUnitsScoredOrNot() throws {
        var numbers = TestNumbers(seed: 8)
        var gate = GateController(unit: .block, share: 0.5, audit: 0.1, strata: .round)
        var seen: [(round: Int, own: Double)] = []
        for _ in 0..<600 {
            let (round, own) = (numbers.below(3), Double(numbers.below(40)))
            let (u, draw) = (numbers.uniform(), numbers.uniform())
            let record = try gate.decide(
                score: own, round: round, problem: 0, isOpen: false, tieBreak: u, auditDraw: draw)
            let same = seen.filter { $0.round == round }
            let ranked = same.count < 16 && seen.count > same.count ? seen : same
            let greater = Double(ranked.count { $0.own > own })
            let equal = Double(ranked.count { $0.own == own })
            #expect(abs(record.pValue - (greater + u * (equal + 1)) / Double(ranked.count + 1)) < 1e-12)
            #expect(record.bankCount == ranked.count)
            #expect((record.decision == .audit) == (record.pValue > record.rate && draw < 0.1))
            try gate.note(record, round: round, problem: 0)
            seen.append((round, own))
        }
    }

    @Test(arguments: GateUnit.allCases)
    func recordsRestoreIt(unit: GateUnit) throws {
        var numbers = TestNumbers(seed: 5)
        var lived = GateController(unit: unit, share: 0.3, audit: 0.02, strata: .round)
        var restored = GateController(unit: unit, share: 0.3, audit: 0.02, strata: .round)
        for index in 0..<400 {
            let record = try lived.decide(
                score: numbers.uniform(), round: index % 5, problem: index / 5, isOpen: index % 7 == 0,
                tieBreak: numbers.uniform(), auditDraw: numbers.uniform())
            let opens = record.decision == .score && index % 7 != 0
            try lived.note(record, round: index % 5, problem: index / 5, opensPath: opens)
            try restored.note(record, round: index % 5, problem: index / 5, opensPath: opens)
            if index % 3 == 0 {
                lived.noteUnreadPath()
                restored.noteUnreadPath()
            }
            #expect(lived.durableDescription == restored.durableDescription)
        }
        #expect(throws: ScoreError.self) {
            try lived.decide(score: .nan, round: 0, problem: 0, isOpen: false, tieBreak: 0, auditDraw: 0)
        }
    }

    // MARK: The audit

    /// A thousand runs whose truth is known: on average the estimate is the truth, and the interval holds it as often
    /// as it says.
    @Test func theAuditsEstimateIsUnbiasedAndItsIntervalHolds() throws {
        var numbers = TestNumbers(seed: 77)
        var (estimates, truths, held) = (0.0, 0.0, 0)
        let (audit, rate, runs) = (0.1, 0.25, 1_000)
        for _ in 0..<runs {
            var (known, unknown): ([AuditEstimate.Block], [(round: Int, score: Double)]) = ([], [])
            var all: [Int: [Double]] = [:]
            for _ in 0..<600 {
                let (round, score) = (numbers.below(3), numbers.uniform())
                let own = score + 0.8 * numbers.uniform()
                all[round, default: []].append(score)
                if own > 0.9 {
                    known.append(.init(round: round, score: score, gateScore: own, isAudited: false))
                } else {
                    unknown.append((round, score))
                    guard numbers.uniform() < audit else { continue }
                    known.append(.init(round: round, score: score, gateScore: own, isAudited: true))
                }
            }
            let truth = unknown.count { block in
                Double(all[block.round]!.count { $0 > block.score }) < rate * Double(all[block.round]!.count)
            }
            let estimate = AuditEstimate(known, leftOut: unknown.count, audit: audit, rate: rate)
            estimates += estimate.missed
            truths += Double(truth)
            held += estimate.interval.contains(Double(truth)) ? 1 : 0
        }
        #expect(abs(estimates / truths - 1) < 0.05, "\(estimates / Double(runs)) for \(truths / Double(runs))")
        #expect(held >= 930, "the interval held \(held) of \(runs) times")
    }

    @Test func theAUCIsThatOfAllPairs() {
        var numbers = TestNumbers(seed: 4)
        let blocks = (0..<200).map { _ in
            let score = numbers.uniform()
            return AuditEstimate.Block(
                round: 0, score: score, gateScore: Double(Int((score + numbers.uniform()) * 10)),
                isAudited: numbers.uniform() < 0.3)
        }
        let estimate = AuditEstimate(blocks, leftOut: 60, audit: 1, rate: 0.25)
        let ranked = blocks.sorted { $0.score > $1.score }
        var wins = 0.0
        for worst in ranked.prefix(50) {
            for other in ranked.dropFirst(50) {
                wins += worst.gateScore! > other.gateScore! ? 1 : worst.gateScore! == other.gateScore! ? 0.5 : 0
            }
        }
        #expect(abs(estimate.auc! - wins / (50 * 150)) < 1e-9)
        // Everything that was left out is known.
        let missed = Double(ranked.prefix(50).count(where: \.isAudited))
        #expect(estimate.missed == missed && estimate.interval == missed...missed)
    }
}

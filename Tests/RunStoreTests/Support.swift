import Domain
import Foundation
@testable import RunStore

/// A folder of its own for one test, gone afterwards.
final class TemporaryFolder: Sendable {
    let path: String
    var database: String { path + "/store.db" }

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/a1-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String = "store.db") throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }

    func write(_ bytes: [UInt8], to name: String = "store.db") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}

/// Random numbers that are the same in every run of a test.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = Seeds.mix(state)
        return state
    }
}

/// Invents records that hold together: blocks of runs that exist, verdicts on blocks, ends once.
struct RecordMaker {
    var generator: SeededGenerator
    private var runs = 0
    /// Whether a gate decides, and problems have conversations and settings of their own.
    private let isGated: Bool

    init(seed: UInt64, isGated: Bool = true) {
        generator = SeededGenerator(state: seed)
        self.isGated = isGated
    }

    /// Without a number of paths, which the records below do not follow.
    private mutating func request() -> ProblemSettings {
        ProblemSettings(
            pathTokens: Int.random(in: 1...9, using: &generator), stop: [text(), text()], seed: generator.next(),
            temperature: Float.random(in: 0...2, using: &generator), topP: 0.5)
    }

    private mutating func problem(_ place: Int) -> ProblemSpec {
        ProblemSpec(
            id: "\(place)-\(text())", text: text(), answer: Bool.random(using: &generator) ? text() : nil,
            turns: isGated && place % 2 == 0 ? [ConversationTurn(speaker: .system, text: text())] : [],
            settings: isGated && place % 3 == 0 ? request() : nil)
    }

    /// All records of one run, its end included if asked for.
    mutating func run(problems: Int, paths: Int, rounds: Int, isEnded: Bool) -> [Record] {
        runs += 1
        let digits = String(generator.next(), radix: 16) + String(runs, radix: 16)
        let id = RunID(String(repeating: "0", count: max(0, 32 - digits.count)) + digits)
        var settings = RunSettings()
        settings.paths = paths
        settings.seed = generator.next()
        settings.rejectionRate = Double.random(in: 0...1, using: &generator)
        settings.takeover = Bool.random(using: &generator) ? .continue : .resample
        settings.draftSampling.temperature = Float.random(in: 0...2, using: &generator)
        let spec = RunSpec(
            id: id, submissionKey: "key-\(digits)", name: text(), settings: settings,
            bank: Bool.random(using: &generator) ? bank() : nil)
        let specs = (0..<problems).map { problem($0) }
        var records: [Record] = []
        // A role's first model, then perhaps another that was allowed.
        for (role, isDrift) in [(Role.draft, false), (.target, false), (.target, true)] {
            records.append(.modelBegun(id, model(role, isDrift: isDrift)))
        }
        // Those of earlier versions, of all strata and of one, and those of this one.
        for (problems, stratum) in [(nil, nil), (nil, "round=3"), (problems, nil)] as [(Int?, String?)] {
            records.append(
                .driftFound(
                    DriftRecord(
                        run: id, problems: problems, stratum: stratum,
                        verdicts: Int.random(in: 1...9_999, using: &generator), recordedWallMs: wallMs())))
        }
        for (strategy, reason) in [(Strategy.target, StrategyReason.unknown), (.async, .trial)] {
            records.append(
                .strategyChosen(
                    StrategyChoice(
                        run: id, strategy: strategy, reason: reason,
                        targetTokensPerSecond: Bool.random(using: &generator) ? 0.1 : nil,
                        draftedTokensPerSecond: Bool.random(using: &generator) ? 1e9 : nil,
                        tokens: Int.random(in: 0...1 << 40, using: &generator), recordedWallMs: wallMs())))
        }
        for problem in 0..<problems {
            if isGated {
                records.append(.problemGated(ProblemGateRecord(
                    run: id, problem: problem, gate: gate(), recordedWallMs: wallMs())))
            }
            for path in 0..<paths { records += pathRecords(PathKey(run: id, problem: problem, path: path), rounds) }
        }
        // Paths run side by side; within one the order matters.
        var queues = Dictionary(grouping: records) { Self.path($0) }
        var mixed: [Record] = [.runSubmitted(spec, problems: specs, recordedWallMs: wallMs())]
        while let key = queues.keys.sorted().randomElement(using: &generator) {
            mixed.append(queues[key]!.removeFirst())
            if queues[key]!.isEmpty { queues[key] = nil }
        }
        for problem in 0..<problems {
            mixed.append(.problemEnded(ProblemRecord(
                run: id, problem: problem, answer: Bool.random(using: &generator) ? text() : nil,
                votes: Int.random(in: 0...paths, using: &generator),
                isRight: [true, false, nil].randomElement(using: &generator)!, recordedWallMs: wallMs())))
        }
        if isEnded {
            mixed.append(.measured(id, RunMeasures(workers: [
                WorkerShare(
                    worker: "draft-0", role: .draft, busy: 0.5, memory: 0.25, sync: 0.5, verdictWait: 0.125,
                    peakBytes: 1 << 40),
                WorkerShare(worker: "target-0", role: .target, busy: 1),
            ], discardedTokens: 12)))
            mixed.append(.runEnded(id, .finished, recordedWallMs: wallMs()))
        }
        return mixed
    }

    private mutating func pathRecords(_ path: PathKey, _ rounds: Int) -> [Record] {
        var records: [Record] = []
        var segment: UInt64 = generator.next() | 1 << 63
        for round in 0..<rounds {
            let block = segmentBlock(SegmentID(rawValue: segment), .draft)
            records.append(.blockAccepted(blockRecord(path, round, block)))
            if isGated, Bool.random(using: &generator) {
                segment &+= 1
                let other = segmentBlock(SegmentID(rawValue: segment), .draft)
                records.append(.blockAccepted(blockRecord(path, round, other)))
                records.append(.auditScored(AuditRecord(
                    path: path, round: round, segment: other.id, score: Double.random(in: 0...9, using: &generator),
                    tokenCount: Int.random(in: 1...64, using: &generator), worker: "target-1", timing: timing(),
                    recordedWallMs: wallMs())))
            }
            let verdict = verdict(path, round, block.id)
            records.append(.verdictReached(verdict))
            segment &+= 1
            if verdict.verdict == .takeOver {
                let own = segmentBlock(SegmentID(rawValue: segment), .target)
                records.append(.blockAccepted(blockRecord(path, round, own)))
                segment &+= 1
            }
        }
        records.append(.pathEnded(PathRecord(
            path: path, outcome: PathOutcome.allCases.randomElement(using: &generator)!,
            answer: Bool.random(using: &generator) ? text() : nil,
            reason: Bool.random(using: &generator) ? text() : nil, recordedWallMs: wallMs())))
        return records
    }

    private mutating func segmentBlock(_ id: SegmentID, _ author: Author) -> Segment {
        let count = Int.random(in: 0...20, using: &generator)
        return Segment(
            id: id, author: author, text: (0..<count * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) },
            tokens: (0..<count).map { _ in Int32(truncatingIfNeeded: generator.next()) },
            vocabulary: String(generator.next(), radix: 16))
    }

    private mutating func blockRecord(_ path: PathKey, _ round: Int, _ block: Segment) -> BlockRecord {
        BlockRecord(
            path: path, round: round, block: block, finish: FinishReason.allCases.randomElement(using: &generator)!,
            worker: "draft-\(generator.next() % 4)", attempt: Int.random(in: 1...3, using: &generator),
            timing: timing(),
            recordedWallMs: wallMs(), gate: isGated && Bool.random(using: &generator) ? gate() : nil)
    }

    private mutating func gate() -> GateRecord {
        GateRecord(
            score: Double.random(in: 0...9, using: &generator), pValue: Double.random(in: 0...1, using: &generator),
            tieBreak: Double.random(in: 0..<1, using: &generator), stratum: "all",
            bankCount: Int.random(in: 0...9_999, using: &generator), rate: Double.random(in: 0...1, using: &generator),
            decision: GateDecision.allCases.randomElement(using: &generator)!)
    }

    private mutating func verdict(_ path: PathKey, _ round: Int, _ segment: SegmentID) -> VerdictRecord {
        VerdictRecord(
            path: path, round: round, segment: segment, score: Double.random(in: 0...9, using: &generator),
            tokenCount: Int.random(in: 1...64, using: &generator),
            pValue: Double.random(in: 0...1, using: &generator),
            tieBreak: Double.random(in: 0..<1, using: &generator), stratum: "round=\(round)",
            bankCount: Int.random(in: 0...9_999, using: &generator),
            rate: Double.random(in: 0...1, using: &generator),
            verdict: Verdict.allCases.randomElement(using: &generator)!, worker: "target-\(generator.next() % 4)",
            timing: timing(), recordedWallMs: wallMs(),
            cut: generator.next() % 3 > 0
                ? nil
                : BlockCut(
                    segment: SegmentID(rawValue: generator.next()), bytes: 9, tokens: 3,
                    isExact: generator.next() % 2 == 0))
    }

    private mutating func model(_ role: Role, isDrift: Bool) -> RunModel {
        RunModel(
            role: role, name: text(), digest: String(generator.next(), radix: 16),
            vocabulary: String(generator.next(), radix: 16), promptTemplate: String(generator.next(), radix: 16),
            kernels: role == .draft ? nil : "own \(generator.next())", worker: "\(role)-0", isDrift: isDrift,
            recordedWallMs: wallMs())
    }

    private mutating func timing() -> WorkTiming {
        WorkTiming(startedWallMs: wallMs(), finishedWallMs: wallMs(), queuedMs: Int64(generator.next() % 1_000))
    }

    private mutating func wallMs() -> Int64 { 1_795_291_200_000 + Int64(generator.next() % 86_400_000) }

    /// Texts that break careless stores: quotes, zero bytes, two spellings of one letter, characters of four bytes.
    private mutating func text() -> String {
        let pieces = [
            "a", "'", "\"", "\0", "\u{E9}", "e\u{301}", "\u{1F9D1}\u{200D}\u{1F680}", "\u{202E}", "\n", "%", "1",
        ]
        return (0..<Int.random(in: 0...6, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
            .joined()
    }

    private mutating func bank() -> CalibrationBank {
        CalibrationBank(
            name: text(), models: [model(.draft, isDrift: false), model(.target, isDrift: false)], draftTokens: 64,
            boundary: .step, draftSampling: SamplingSettings(),
            rounds: (0..<3).map { round in
                CalibrationBank.Round(
                    round: round,
                    scores: (0..<20).map { _ in Double.random(in: 0...9, using: &generator) * 0x1p-20 })
            })
    }

    static func path(_ record: Record) -> PathKey {
        switch record {
        case .blockAccepted(let block): block.path
        case .verdictReached(let verdict): verdict.path
        case .auditScored(let audit): audit.path
        case .problemGated(let gate): PathKey(run: gate.run, problem: gate.problem, path: -1)
        case .pathEnded(let end): end.path
        case .problemEnded(let end): PathKey(run: end.run, problem: end.problem, path: -1)
        case .runSubmitted(let spec, _, _): PathKey(run: spec.id, problem: -1, path: -1)
        case .strategyChosen(let choice): PathKey(run: choice.run, problem: -1, path: -1)
        case .driftFound(let drift): PathKey(run: drift.run, problem: -1, path: -1)
        case .modelBegun(let run, _): PathKey(run: run, problem: -1, path: -1)
        case .measured(let run, _), .runEnded(let run, _, _): PathKey(run: run, problem: -1, path: -1)
        }
    }
}

extension [Record] {
    /// Cut into transactions of random sizes.
    func transactions(_ generator: inout SeededGenerator) -> [[Record]] {
        var transactions: [[Record]] = []
        var rest = self[...]
        while !rest.isEmpty {
            let size = Int.random(in: 1...9, using: &generator)
            transactions.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return transactions
    }
}

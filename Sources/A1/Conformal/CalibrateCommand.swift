import ArgumentParser
import Domain
import Evaluation
import Foundation
import Runtime
import Wire

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Score the first blocks of a batch and keep the scores as a named bank.",
        discussion: """
            Runs one round of every path: the draft writes its first block, the target scores it, nothing is taken \
            over. The bank remembers the models, K_d, where blocks end and how tokens were drawn; a run under other \
            conditions is refused it unless --bank-drift allow. Use it with a1 submit --bank NAME.
            """)

    @OptionGroup(title: "What") var batch: BatchOptions
    @Option(help: "The bank's name.", completion: .banks)
    var bank: String
    @Flag(help: "Replace a bank of the same name; without it that is refused before anything is scored.")
    var replace = false
    @OptionGroup var flags: SettingsFlags
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !bank.isEmpty, !bank.contains("/"), !bank.hasPrefix(".") else {
            throw ValidationError("--bank: a name without slashes that does not begin with a dot")
        }
    }

    func run() throws {
        let folder = try cluster.folder()
        if !replace, BankFile.exists(bank, folder: folder) {
            throw fail(
                .cannotCreate, "there is a bank \(bank) already, \(BankFile.path(bank, folder: folder)): choose "
                    + "another name, or replace it with --replace")
        }
        var settings = try flags.settings(over: cluster.configuration().run)
        settings.strategy = .async
        settings.scoring = .all
        settings.rounds = 1
        settings.rejectionRate = 0
        settings.vote = .all
        settings.bankMode = .online
        let problems = try batch.read()
        let client = try cluster.client()
        let spec = RunSpec(
            id: RunID(ProcessFacts.randomName()), submissionKey: ProcessFacts.randomName(),
            name: "calibrate \(bank)", settings: settings)
        let run = try BatchSubmission.submit(spec, problems, to: client)
        let status = try RunWatch(client: client).untilEnd(of: run)
        guard status.state == .finished else {
            throw fail(.cancelled, "the run \(run.short) was cancelled; no bank was written")
        }
        let results = try ResultPages(client: client, blocks: true).all(run.rawValue)
        let made = try made(of: results)
        let path = try BankFile.save(made, folder: folder, replaces: replace)
        if json {
            try putJSON(Documented(made))
        } else {
            put("\(bank): \(made.count) scores, \(path)")
            say("use it with: a1 submit BATCH --bank \(bank)")
        }
    }

    private func made(of results: RunResults) throws -> CalibrationBank {
        // A bank says how its scores were made.
        var groups = SettingsGroups(results.summary.settings)
        let alike = results.problems.filter { $0.settings.map { groups.number(of: $0) == 0 } ?? true }
        if alike.count < results.problems.count {
            let others = results.problems.count - alike.count
            say("a1: \(others) problems have sampling or limits of their own; the bank is without their scores")
        }
        let blocks = alike.flatMap { $0.paths.flatMap(\.blocks) }
        let scored = blocks.compactMap { block in block.score.map { (block, $0) } }
            .sorted { ($0.0.scoredTiming?.finishedWallMs ?? 0) < ($1.0.scoredTiming?.finishedWallMs ?? 0) }
        guard !scored.isEmpty else {
            throw fail(
                .dataError, "the run scored no block with its own sampling and limits: every path failed (see "
                    + "a1 logs), or every row has its own")
        }
        let settings = results.summary.settings
        return CalibrationBank(
            name: bank, models: results.summary.models, draftTokens: settings.draftTokens,
            boundary: settings.boundary, score: settings.score, scoreWindow: settings.scoreWindow,
            draftSampling: settings.draftSampling,
            rounds: [CalibrationBank.Round(round: 0, scores: scored.map(\.1))])
    }
}

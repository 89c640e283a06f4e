import ArgumentParser
import Domain
import Evaluation
import Foundation

struct BankCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank", abstract: "List, show and delete the calibration banks of the cluster.",
        subcommands: [BankListCommand.self, BankShowCommand.self, BankDeleteCommand.self],
        defaultSubcommand: BankListCommand.self)
}

struct BankListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the banks, and what each was made with.")

    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print JSON, scores included.")
    var json = false

    func run() throws {
        let folder = try cluster.folder()
        let banks = try BankFile.names(folder).map { try BankFile.load($0, folder: folder) }
        if json {
            try putJSON(banks)
            return
        }
        guard !banks.isEmpty else {
            put("no banks yet: a1 calibrate makes one")
            return
        }
        var table = TextTable(columns: [
            ("BANK", .left), ("SCORES", .right), ("DRAFT", .left), ("TARGET", .left), ("K_D", .right),
            ("BOUNDARY", .left), ("TEMPERATURE", .right),
        ])
        for bank in banks {
            table.addRow([
                bank.name, "\(bank.count)", bank.modelText(.draft), bank.modelText(.target), "\(bank.draftTokens)",
                bank.boundary.rawValue, "\(bank.draftSampling.temperature)",
            ])
        }
        put(table)
    }
}

struct BankShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a bank was made with, and how its scores are spread.")

    @Argument(help: "The bank's name, or its file.", completion: .banks)
    var name: String
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print JSON, scores included.")
    var json = false

    func run() throws {
        let folder = try cluster.folder()
        let bank = try BankFile.load(name, folder: folder)
        if json {
            try putJSON(Documented(bank))
            return
        }
        var table = TextTable(columns: [("BANK \(bank.name)", .left), ("", .left)])
        table.addRow(["file", BankFile.path(name, folder: folder)])
        table.addRow(["draft model", bank.modelText(.draft)])
        table.addRow(["target model", bank.modelText(.target)])
        table.addRow(["block", "at most \(bank.draftTokens) tokens, ends by \(bank.boundary.rawValue)"])
        let window = bank.score == .window ? bank.scoreWindow.map { " of \($0) tokens" } ?? "" : ""
        table.addRow(["score", "\((bank.score ?? .mean).rawValue)\(window), nats a token; high is bad"])
        table.addRow(["temperature", "\(bank.draftSampling.temperature)"])
        var rounds = TextTable(columns: [
            ("ROUND", .right), ("SCORES", .right), ("LEAST", .right), ("25 %", .right), ("MEDIAN", .right),
            ("75 %", .right), ("GREATEST", .right),
        ])
        for round in bank.rounds {
            let scores = round.scores.sorted()
            func quantile(_ share: Double) -> String {
                scores.isEmpty ? "-" : String(format: "%.3f", scores[Int((Double(scores.count - 1) * share).rounded())])
            }
            rounds.addRow(["\(round.round)", "\(scores.count)"] + [0, 0.25, 0.5, 0.75, 1].map(quantile))
        }
        put(table.shown + "\n" + rounds.shown, terminator: "")
    }
}

struct BankDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a bank. Runs that were begun with it keep its scores.")

    @Argument(help: "The bank's name.", completion: .banks)
    var name: String
    @OptionGroup var cluster: ClusterOptions

    func validate() throws {
        guard !name.isEmpty, !name.contains("/") else {
            throw ValidationError("'\(name)' is not the name of a bank of the cluster: a1 bank list has them")
        }
    }

    func run() throws {
        let folder = try cluster.folder()
        guard BankFile.exists(name, folder: folder) else {
            throw fail(.noInput, "there is no bank \(name) in \(folder.path): a1 bank list has those that are there")
        }
        do {
            try FileManager.default.removeItem(atPath: BankFile.path(name, folder: folder))
        } catch {
            throw fail(.ioError, "the bank \(name) cannot be deleted: \(error.localizedDescription)")
        }
        put("\(name) deleted")
    }
}

extension CalibrationBank {
    /// `builtin-draft (55aaacce71b9)`.
    fileprivate func modelText(_ role: Role) -> String {
        model(role).map { "\($0.name) (\($0.shortDigest))" } ?? "-"
    }
}

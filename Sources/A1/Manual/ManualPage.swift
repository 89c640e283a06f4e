import Foundation

/// The manual page of a command, as man(7) has it.
struct ManualPage {
    /// `a1`, `model`, `score`.
    let words: [String]
    let command: HelpDocument.Command
    let version: String

    /// `a1-model-score`, which is what `man` finds it by.
    var name: String { words.joined(separator: "-") }
    var file: String { "\(name).1" }

    /// The pages of a command and of all that it holds.
    static func all(of command: HelpDocument.Command, version: String, after words: [String] = []) -> [ManualPage] {
        let words = words + [command.commandName]
        return [ManualPage(words: words, command: command, version: version)]
            + command.shown.flatMap { all(of: $0, version: version, after: words) }
    }

    func rendered() -> String {
        var lines = [
            ".\\\" Made by a1 manual; changes are lost.",
            ".TH \(Self.quoted(name.uppercased())) 1 \"\" \(Self.quoted("A1 \(version)")) \"A1\"",
            ".SH NAME", "\(Self.escaped(name)) \\- \(Self.escaped(command.abstract ?? ""))",
            ".SH SYNOPSIS", synopsis,
        ]
        if let discussion = command.discussion, !discussion.isEmpty {
            lines += [".SH DESCRIPTION"] + Self.paragraphs(discussion)
        }
        if !command.shown.isEmpty {
            lines.append(".SH COMMANDS")
            for part in command.shown {
                lines += [
                    ".TP", ".B \(Self.escaped((words.dropFirst() + [part.commandName]).joined(separator: " ")))",
                    Self.escaped(part.abstract ?? ""),
                ]
            }
        }
        for (title, arguments) in sections {
            lines.append(".SH \(Self.quoted(title.uppercased()))")
            lines += arguments.flatMap(Self.entry)
        }
        if words.count == 1 { lines += Self.whole }
        lines += seeAlso
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    private var synopsis: String {
        var parts = [".B \(Self.escaped(words.joined(separator: " ")))"]
        if !command.shown.isEmpty { parts.append("\\fIcommand\\fR") }
        if command.shownArguments.contains(where: { $0.kind != .positional }) { parts.append("[\\fIoptions\\fR]") }
        for argument in command.shownArguments where argument.kind == .positional {
            let name = "\\fI\(Self.escaped(argument.valueName ?? ""))\\fR" + (argument.isRepeating ? " ..." : "")
            parts.append(argument.isOptional ? "[\(name)]" : name)
        }
        // The first is a request and ends its line.
        return parts[0] + "\n" + parts.dropFirst().joined(separator: " ")
    }

    /// Arguments by the titles that help groups them under, in the order in which they appear.
    private var sections: [(title: String, arguments: [HelpDocument.Argument])] {
        var sections: [(title: String, arguments: [HelpDocument.Argument])] = []
        for argument in command.shownArguments {
            let title = argument.sectionTitle ?? (argument.kind == .positional ? "Arguments" : "Options")
            if let index = sections.firstIndex(where: { $0.title == title }) {
                sections[index].arguments.append(argument)
            } else {
                sections.append((title, [argument]))
            }
        }
        return sections
    }

    private static func entry(_ argument: HelpDocument.Argument) -> [String] {
        let value = "\\fI\(escaped(argument.valueName ?? ""))\\fR"
        let names = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
        let tag = switch argument.kind {
        case .positional: value
        case .option: "\(names) \(value)"
        case .flag: names
        }
        var text = escaped(argument.abstract ?? "")
        if let values = argument.allValues, !values.isEmpty {
            text += " Values: \(escaped(values.joined(separator: ", ")))."
        }
        if let standard = argument.defaultValue { text += " Default: \(escaped(standard))." }
        return [".TP", tag, text]
    }

    private var seeAlso: [String] {
        let others = (1..<words.count).map { words.prefix($0).joined(separator: "-") }
            + command.shown.map { (words + [$0.commandName]).joined(separator: "-") }
        guard !others.isEmpty else { return [] }
        return [".SH SEE ALSO", others.map { "\\fB\(Self.escaped($0))\\fR(1)" }.joined(separator: ", ")]
    }

    /// What all commands have in common.
    private static let whole: [String] = {
        let codes: [(Int, String)] = [
            (0, "The command did what it was asked for."),
            (1, "The answers of a1 answer check are not equal."),
            (64, "The command line is wrong."), (65, "A batch, a model or other data is not what it should be."),
            (66, "A file or a run is not there."), (69, "No coordinator is there."),
            (73, "A file cannot be made."), (74, "A file cannot be read or written."),
            (75, "Somebody else has it, or the run was cancelled: try again later."),
            (76, "The coordinator speaks another version of the protocol."),
            (77, "It is not allowed."), (78, "The configuration cannot be used."),
        ]
        return [".SH EXIT STATUS"] + codes.flatMap { [".TP", ".B \($0.0)", $0.1] } + [
            "With \\fB\\-\\-json\\fR a command that fails prints an object with the key \\fBerror\\fR.",
            ".SH ENVIRONMENT",
            ".TP", ".B A1_CLUSTER", "The cluster that commands speak to: its name, or its folder.",
            ".TP", ".B A1_CONFIGS", "The folder of models.yaml and of configurations.",
            ".TP", ".B A1_MODELS", "Where model files are kept.",
            ".TP", ".B A1_DATA", "Where files of data sets are kept.",
            ".TP", ".B A1_KERNELS", "The instructions that the engine computes with.",
        ]
    }()

    // MARK: Texts

    private static func paragraphs(_ text: String) -> [String] {
        text.components(separatedBy: "\n\n").enumerated().flatMap { index, paragraph in
            (index == 0 ? [] : [".PP"]) + [escaped(paragraph.replacing("\n", with: " "))]
        }
    }

    /// A text in which nothing is a request or an escape of man(7).
    static func escaped(_ text: String) -> String {
        let marked = text.reduce(into: "") { marked, character in
            switch character {
            case "\\": marked += "\\e"
            case "-": marked += "\\-"
            case "`": marked += "\\(ga"
            case "'": marked += "\\(aq"
            case "^": marked += "\\(ha"
            case "~": marked += "\\(ti"
            case "\n": marked += " "
            default: marked.append(character)
            }
        }
        return marked.hasPrefix(".") ? "\\&\(marked)" : marked
    }

    private static func quoted(_ text: String) -> String {
        "\"\(escaped(text).replacing("\"", with: "\\(dq"))\""
    }
}

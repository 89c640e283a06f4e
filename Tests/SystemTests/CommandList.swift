import Foundation

/// The commands of the real `a1`, as it describes them itself.
struct CommandList {
    struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var kind: String
            var names: [Name]?
            var sectionTitle: String?
            var abstract: String?
            var shouldDisplay: Bool
        }

        var commandName: String
        var shouldDisplay: Bool
        var arguments: [Argument]?
        var subcommands: [Command]?

        func takes(_ flag: String) -> Bool {
            arguments?.contains { $0.names?.contains { $0.kind == "long" && $0.name == flag } ?? false } ?? false
        }
    }

    private struct Document: Decodable { var command: Command }

    /// By their words: `config check`. Commands that only hold others are among them.
    let all: [String: Command]

    init() throws {
        let dump = try Tool(["--experimental-dump-help"])
        let root = try JSONDecoder().decode(Document.self, from: dump.out).command
        var all: [String: Command] = [:]
        func add(_ command: Command, _ words: [String]) {
            all[words.joined(separator: " ")] = command
            for part in command.subcommands ?? [] where part.shouldDisplay && part.commandName != "help" {
                add(part, words + [part.commandName])
            }
        }
        for command in root.subcommands ?? [] where command.shouldDisplay && command.commandName != "help" {
            add(command, [command.commandName])
        }
        self.all = all
    }
}

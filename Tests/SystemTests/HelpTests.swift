import Foundation
import Testing

extension RealProcesses {
    /// What the help of long commands looks like.
    @Suite struct HelpTests {
        /// Titles in the order of the help, and the flags that stand under none.
        private func sections(_ command: String) throws -> (titles: [String], others: [String]) {
            let arguments = try #require(try CommandList().all[command]?.arguments).filter(\.shouldDisplay)
            var titles: [String] = []
            var others: [String] = []
            for argument in arguments {
                if let title = argument.sectionTitle {
                    if !titles.contains(title) { titles.append(title) }
                } else {
                    others.append(argument.names?.last?.name ?? "")
                }
            }
            return (titles, others)
        }

        @Test func flagsStandInGroups() throws {
            let submit = try sections("submit")
            #expect(submit.titles == ["What", "How much", "Rule", "Models", "Cluster", "Output"])
            #expect(submit.others == ["version", "help"])
            let calibrate = try sections("calibrate")
            #expect(calibrate.titles == ["What", "How much", "Rule", "Models", "Cluster"])
            let strategies = try sections("bench strategies")
            #expect(strategies.titles == ["What", "What is varied", "How much", "Models", "Output"])
            #expect(strategies.others == ["version", "help"])
            let help = String(decoding: try Tool(["submit", "--help"]).out, as: UTF8.self)
            for title in submit.titles { #expect(help.contains("\n\(title.uppercased()):\n")) }
        }

        /// A flag that nobody has explained is a flag that nobody can use.
        @Test func everythingHasAnExplanation() throws {
            for (name, command) in try CommandList().all {
                for argument in command.arguments ?? [] where argument.shouldDisplay {
                    let flag = argument.names?.last?.name ?? "an argument"
                    #expect(argument.abstract?.isEmpty == false, "\(name): \(flag)")
                }
            }
        }
    }
}

import ArgumentParser
import Foundation
import Runtime

extension A1 {
    /// Runs the command line. A command that fails tells people why on standard error; with `--json` it prints
    /// `{"error": ...}` on standard output as well. The exit code is the same in both cases.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            if !failure.isSaid { say("a1: \(failure)") }
            answer(failure, arguments)
            Foundation.exit(failure.code)
        } catch let code as ArgumentParser.ExitCode {
            // What there is to say has been said.
            exit(withError: code)
        } catch {
            let code = exitCode(for: error)
            if !code.isSuccess { answer(Failure(code: code.rawValue, message: message(for: error)), arguments) }
            exit(withError: error)
        }
    }

    /// The error as JSON, where JSON was asked for. The arguments are looked at as they stand, since they may be what
    /// is wrong; behind `--` they are no flags.
    private static func answer(_ failure: Failure, _ arguments: [String]) {
        guard arguments.prefix(while: { $0 != "--" }).contains("--json") else { return }
        // Text and numbers always encode.
        try? putJSONLine(FailureDocument(failure))
    }
}

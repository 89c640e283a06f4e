import ArgumentParser
import Foundation
import Runtime

/// Writes what the command line says of itself as manual pages. cluster/install.sh calls it.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Write manual pages, one for each command, into a folder.",
        shouldDisplay: false)

    @Argument(help: "The folder, which must be there.", completion: .directory)
    var folder: String

    func run() throws {
        for page in ManualPage.all(of: try HelpDocument().command, version: A1.configuration.version) {
            let path = URL(fileURLWithPath: folder).appendingPathComponent(page.file).path
            do {
                try Data(page.rendered().utf8).write(to: URL(fileURLWithPath: path))
            } catch {
                throw fail(.cannotCreate, "cannot write \(path): \(error.localizedDescription)")
            }
            put(path)
        }
    }
}

import Foundation

/// One line of progress on standard error: drawn over and over on a terminal, only when it changes elsewhere.
final class ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = ""

    func show(_ line: String) {
        guard line != shown else { return }
        shown = line
        if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
        } else {
            say(line)
        }
    }

    func end() {
        if isTerminal && !shown.isEmpty { say("") }
    }
}

import Foundation
import Glibc
import Runtime

/// Progress on standard error: one line with a bar, drawn over and over, on a terminal; elsewhere a line when something
/// has changed, and less often the longer it takes.
final class ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = ""
    private let beganMs = Clocks.monotonicMs
    private var shownMs: Int64 = .min / 2
    private var pending: String?

    func show(_ progress: RunProgress) {
        show(isTerminal ? progress.lineWithBar(columns: max(20, Self.columns - 1)) : progress.line(columns: nil))
    }

    /// - Parameter line: what is longer than the terminal is cut.
    func show(_ line: String) {
        guard line != shown else { return }
        if isTerminal {
            shown = line
            FileHandle.standardError.write(Data("\r\u{1B}[K\(line.prefix(max(20, Self.columns - 1)))".utf8))
            return
        }
        let nowMs = Clocks.monotonicMs
        // A log of a day need not have a line for every half second of it.
        guard nowMs - shownMs >= min((nowMs - beganMs) / 20, 60_000) else {
            pending = line
            return
        }
        shown = line
        shownMs = nowMs
        pending = nil
        say(line)
    }

    func end() {
        if isTerminal {
            if !shown.isEmpty { say("") }
        } else if let pending {
            say(pending)
        }
    }

    /// Of the terminal that standard error is.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

import Evaluation
import Foundation
import Glibc
import Runtime

/// Progress and complaints go to standard error, results to standard output.
func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// Writes results. A reader that has gone away (`| head`) ends the command quietly; results that cannot be written,
/// as on a full disk, end it with a reason.
func put(_ text: String, terminator: String = "\n") {
    var text = text + terminator
    let reason = text.withUTF8 { bytes -> Int32? in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(STDOUT_FILENO, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return nil
    }
    guard let reason else { return }
    if reason == EPIPE { exit(Runtime.ExitCode.success.rawValue) }
    say("a1: the results cannot be written: \(String(cString: strerror(reason)))")
    exit(Runtime.ExitCode.ioError.rawValue)
}

/// A table, folded where the terminal is too narrow for it.
func put(_ table: TextTable) { put(table.shown, terminator: "") }

/// A sentence for people, broken between words where the terminal is too narrow for it.
func putSentence(_ text: String) {
    guard let width = Terminal.width else { return put(text) }
    put(TextLines.broken(text, to: width, then: width - 2).joined(separator: "\n  "))
}

extension TextTable {
    /// The table as this process's standard output should have it.
    var shown: String { rendered(width: Terminal.width) }
}

/// A document as JSON, the keys in order so that two outputs can be compared.
func putJSON(_ document: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    put(String(decoding: try encoder.encode(document), as: UTF8.self))
}

/// The same on one line.
func putJSONLine(_ document: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    put(String(decoding: try encoder.encode(document), as: UTF8.self))
}

/// The terminal that results go to.
enum Terminal {
    /// Its columns: what it says itself, else `COLUMNS`. Nil where results go to a file or another program, which
    /// get every table in its full width.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}

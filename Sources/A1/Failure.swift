import ArgumentParser
import Foundation
import Glibc
import Runtime

/// Ends a command: says why on standard error and exits with a code of sysexits.h.
func fail(_ code: Runtime.ExitCode, _ message: String) -> ArgumentParser.ExitCode {
    say("a1: \(message)")
    return ArgumentParser.ExitCode(code.rawValue)
}

/// Ends a command that was given a configuration it cannot use: 78, and `file:line:column: reason` lines.
func refuseConfiguration(_ error: any Error) -> ArgumentParser.ExitCode {
    say("a1: the configuration cannot be used:\n\(error)")
    return ArgumentParser.ExitCode(Runtime.ExitCode.configuration.rawValue)
}

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

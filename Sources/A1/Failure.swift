import ArgumentParser
import Evaluation
import Foundation
import ModelStore
import Runtime
import Settings

/// One thing that is wrong, and where it stands.
struct FailureDetail: Codable, Hashable {
    var file: String?
    /// Line and column count from 1.
    var line: Int?
    var column: Int?
    var reason: String
}

/// Why a command ends. The program's entry point prints it: `A1.main`.
struct Failure: Error, CustomStringConvertible {
    /// The exit code.
    var code: Int32
    var message: String
    /// Each thing that is wrong, where the cause lists them.
    var details: [FailureDetail] = []
    /// What people read on standard error, where that says more than the message.
    var text: String?
    /// Another process has told people already.
    var isSaid = false

    var description: String { text ?? message }

    /// The name of the code: that of sysexits.h, in words.
    var name: String { Runtime.ExitCode(rawValue: code)?.name ?? "failure" }
}

/// Why a command ends, with a code of sysexits.h.
///
/// - Parameters:
///   - cause: an error that lists what is wrong; its list becomes the details of the JSON document.
///   - file: what the cause is about, where it does not say so itself.
func fail(
    _ code: Runtime.ExitCode, _ message: String, cause: (any Error)? = nil, file: String? = nil
) -> Failure {
    Failure(code: code.rawValue, message: message, details: cause.map { FailureDetail.list($0, file: file) } ?? [])
}

/// A configuration that a command cannot use: 78, and `file:line:column: reason` lines.
func refuseConfiguration(_ error: any Error) -> Failure {
    let message = "the configuration cannot be used"
    return Failure(
        code: Runtime.ExitCode.configuration.rawValue, message: message, details: FailureDetail.list(error),
        text: "\(message):\n\(error)")
}

extension FailureDetail {
    /// What an error lists, an element for each thing that is wrong.
    static func list(_ error: any Error, file: String? = nil) -> [FailureDetail] {
        switch error {
        case let error as SettingsError:
            return error.problems.map {
                FailureDetail(file: error.file, line: $0.line, column: $0.column, reason: $0.reason)
            }
        case ModelStoreError.manifest(let path, let line, let reason):
            return [FailureDetail(file: path, line: line, reason: reason)]
        case let problem as CSVReader.Problem:
            return [FailureDetail(file: file, line: problem.line, reason: problem.reason)]
        case BatchError.table(let problem):
            return [FailureDetail(file: file, line: problem.line, reason: problem.reason)]
        case BatchError.badLines(let lines), BatchError.nothingLeft(let lines):
            return lines.map { FailureDetail(file: file, line: $0.number, reason: "\($0.reason)") }
        default: return []
        }
    }
}

/// What `--json` prints instead of results: `{"error": ...}`.
struct FailureDocument: Codable {
    struct Body: Codable {
        var code: Int32
        var name: String
        var message: String
        var details: [FailureDetail]
    }

    var error: Body

    init(_ failure: Failure) {
        error = Body(
            code: failure.code, name: failure.name, message: failure.message, details: failure.details)
    }
}

extension Runtime.ExitCode {
    /// As it stands in the error document.
    var name: String {
        switch self {
        case .success: "success"
        case .usage: "usage"
        case .dataError: "data_error"
        case .noInput: "no_input"
        case .unavailable: "unavailable"
        case .software: "software"
        case .cannotCreate: "cannot_create"
        case .ioError: "io_error"
        case .temporaryFailure: "temporary_failure"
        case .protocolError: "protocol_error"
        case .noPermission: "no_permission"
        case .configuration: "configuration"
        case .cancelled: "cancelled"
        }
    }
}

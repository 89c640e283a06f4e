import Foundation
import Runtime

/// What another process of this executable printed, once it has ended well. Its complaints and its progress go where
/// ours go; it ends when this process does.
///
/// - Parameters:
///   - arguments: with `--end-with-input`.
///   - environment: variables beside those of this process.
func ownResults(_ arguments: [String], environment: [String: String] = [:]) throws -> Data {
    let temporary = FileManager.default.temporaryDirectory.path
    let path = "\(temporary)/a1-bench-\(ProcessFacts.randomName()).json"
    let process: OwnProcess
    let results: FileHandle
    do {
        process = try OwnProcess(
            name: "a1 \(arguments.prefix(2).joined(separator: " "))", arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, output: path,
            sharesErrors: true)
        results = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
        throw fail(.cannotCreate, "no results in \(temporary): \(error); TMPDIR sets another place")
    }
    // Both have it open; nothing is left of it, however this process ends.
    try? FileManager.default.removeItem(atPath: path)
    let code = process.wait()
    let printed: Data
    do {
        printed = try results.readToEnd() ?? Data()
    } catch {
        throw fail(.ioError, "the results of \(process.name) cannot be read: \(error)")
    }
    guard code == 0 else { throw failure(of: process.name, code: code, printed) }
    return printed
}

/// Why another process of this executable failed: its own error document, which it has told people as well.
private func failure(of name: String, code: Int32, _ printed: Data) -> Failure {
    guard let body = try? JSONDecoder().decode(FailureDocument.self, from: printed).error else {
        return Failure(code: code, message: "\(name) ended with code \(code)")
    }
    return Failure(code: code, message: body.message, details: body.details, isSaid: true)
}

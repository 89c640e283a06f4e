import Foundation
import TestSupport
import Testing

/// The real `a1`, run once to its end without a cluster.
struct Tool: Sendable {
    var code: Int32
    var out: Data
    var err: String

    /// - Parameters:
    ///   - input: what stands on standard input.
    ///   - environment: variables beside those of the tests.
    init(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
        executable: URL = TestCluster.executable
    ) throws {
        let errors = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString).err")
        defer { try? FileManager.default.removeItem(at: errors) }
        let child = try ChildProcess(
            executable, arguments, environment: Tool.environment.merging(environment) { $1 }, input: .data(input),
            output: .piped, errors: .file(errors))
        out = try child.readToEnd()
        code = try child.wait()
        err = try String(contentsOf: errors, encoding: .utf8)
    }

    /// Lines in, lines out.
    init(_ arguments: [String], lines: [String]) throws {
        try self.init(arguments, input: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["A1_CONFIGS"] = TestCluster.root.appending(path: "configs").path
        environment["OPENBLAS_NUM_THREADS"] = "1"
        return environment
    }

    /// Each line of what came out, without its end.
    var lines: [Substring] {
        String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// Each line as a value; demands that all went well.
    func answers<Answer: Decodable>(_ type: Answer.Type) throws -> [Answer] {
        try #require(code == 0, "\(err)")
        return try lines.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }

    static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// What every document of results says of itself.
    struct Header: Decodable {
        var schema: Int
        var program: String
        var host: String
        var command: String
    }

    /// A pretrained model file, if it has been pulled.
    static func pulledModel(_ file: String) -> URL? {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["A1_MODELS"] ?? environment["XDG_CACHE_HOME"].map { $0 + "/a1/models" }
            ?? NSHomeDirectory() + "/.cache/a1/models"
        let path = folder + "/" + file
        return FileManager.default.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }
}

/// The figures of a measurement, and what made them.
struct MeasuredDocument<Cell: Decodable>: Decodable {
    var document: Tool.Header
    var cells: [Cell]
}

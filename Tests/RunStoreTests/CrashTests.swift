import Domain
import Foundation
import TestSupport
import Testing
@testable import RunStore

/// Whatever moment the coordinator dies at, what was acknowledged is there, and nothing is there by half.
@Suite struct CrashTests {
    /// The transactions that both the child and its parent can make.
    private static func transactions() -> [[Record]] {
        var maker = RecordMaker(seed: 42)
        let records = maker.run(problems: 20, paths: 4, rounds: 5, isEnded: false)
        return records.transactions(&maker.generator)
    }

    private static let childVariable = "A1_TEST_CRASHING_STORE"

    /// Not a test of its own: the process that is killed. Says after each append how many it has done.
    @Test(.enabled(if: ProcessInfo.processInfo.environment[childVariable] != nil, "run by the test beside it"))
    func crashingChild() throws {
        guard let path = ProcessInfo.processInfo.environment[Self.childVariable] else { return }
        let store = try RunStore(path: path)
        for (count, transaction) in Self.transactions().enumerated() {
            try store.append(transaction)
            let line = Array("acknowledged \(count + 1)\n".utf8)
            _ = write(STDOUT_FILENO, line, line.count)
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment[childVariable] == nil, "this is the child"),
          arguments: [1, 7, 40, 99])
    func killedProcessesLoseNothingAcknowledged(after wanted: Int) throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")),
            ["--testing-library", "swift-testing", "--filter", "crashingChild"],
            environment: ProcessInfo.processInfo.environment.merging([Self.childVariable: folder.database]) { $1 },
            output: .piped)
        var acknowledged = 0
        var text = ""
        while acknowledged < wanted {
            let data = try child.read()
            try #require(!data.isEmpty, "the child ended early, having said: \(text)")
            text += String(decoding: data, as: UTF8.self)
            acknowledged = text.split(separator: "\n").count { $0.hasPrefix("acknowledged ") && $0 != "acknowledged " }
        }
        child.signal(SIGKILL)
        #expect(try child.wait() == 128 + SIGKILL)
        try Self.expectPrefix(of: Self.transactions(), in: folder.database, atLeast: acknowledged)
    }

    /// A power loss may leave any beginning of the log that SQLite writes ahead.
    @Test func tornLogsEndAtATransaction() throws {
        let folder = try TemporaryFolder()
        let transactions = Array(Self.transactions().prefix(40))
        let store = try RunStore(path: folder.database)
        for transaction in transactions { try store.append(transaction) }
        let database = try folder.bytes()
        let log = try folder.bytes("store.db-wal")
        var counts: Set<Int> = []
        var generator = SeededGenerator(state: 5)
        for length in [0, 512, 4_096] + (0..<40).map({ _ in Int.random(in: 0...log.count, using: &generator) }) {
            let copy = try TemporaryFolder()
            try copy.write(database)
            try copy.write(Array(log.prefix(length)), to: "store.db-wal")
            counts.insert(try Self.expectPrefix(of: transactions, in: copy.database, atLeast: 0))
        }
        #expect(counts.count > 10)
        withExtendedLifetime(store) {}
    }

    /// - Returns: how many transactions are there.
    @discardableResult
    private static func expectPrefix(
        of transactions: [[Record]], in path: String, atLeast wanted: Int
    ) throws -> Int {
        let found = try RunStore(path: path).records(ofOpenRunsOnly: false)
        var boundary = 0
        var count = 0
        while boundary < found.count && count < transactions.count {
            boundary += transactions[count].count
            count += 1
        }
        #expect(boundary == found.count, "the store ends within a transaction")
        #expect(found == Array(transactions.joined().prefix(found.count)))
        #expect(count >= wanted)
        return count
    }
}

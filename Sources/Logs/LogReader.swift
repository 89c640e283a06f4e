import Foundation

/// A log that nobody can read.
public struct LogReaderError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// Prints a cluster's logs for people, several merged by time.
public struct LogReader: Sendable {
    /// The folder of logs.
    public let folder: String
    /// Whose logs; all of them when empty.
    public let processes: [String]
    public let filter: LogFilter
    /// Only so many of the latest records of what is there already; nil for all.
    public let last: Int?
    public let isColoured: Bool

    public init(
        folder: String, processes: [String] = [], filter: LogFilter = LogFilter(), last: Int? = nil,
        isColoured: Bool = false
    ) {
        self.folder = folder
        self.processes = processes
        self.filter = filter
        self.last = last
        self.isColoured = isColoured
    }

    /// The processes that have a log, sorted.
    public func known() throws(LogReaderError) -> [String] {
        let suffix = ".jsonl"
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
        } catch {
            throw LogReaderError(description: "\(folder): there are no logs: \(error.localizedDescription)")
        }
    }

    /// Prints what is there.
    ///
    /// - Parameter output: takes a line without its line feed and says whether it wants more.
    public func printAll(_ output: (String) -> Bool) throws(LogReaderError) {
        var session = try Session(self, mayWait: false)
        _ = session.printHistory(output, isComplete: true)
    }

    /// Prints what is there and then what comes, also from processes that start later, until the task is cancelled
    /// or `output` wants no more.
    public func follow(_ output: @Sendable (String) -> Bool) async throws(LogReaderError) {
        let changes = LogChanges.watch(folder)
        var session = try Session(self, mayWait: true)
        guard session.printHistory(output, isComplete: false) else { return }
        for await _ in changes {
            try session.addLogs()
            while let record = session.merge.next() {
                guard session.printer.print(record, filter, output) else { return }
            }
        }
    }

    /// One reading of the logs.
    private struct Session {
        let reader: LogReader
        var merge = LogMerge()
        var printer: LogPrinter
        /// Last lines that end without a line feed, once all whole ones were read.
        private var rests: [LogRecord]?

        init(_ reader: LogReader, mayWait: Bool) throws(LogReaderError) {
            self.reader = reader
            printer = LogPrinter(isColoured: reader.isColoured)
            let known = try reader.known()
            for name in reader.processes where !known.contains(name) && !mayWait {
                let names = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw LogReaderError(description: "there is no log of '\(name)'; there is: \(names)")
            }
            try addLogs()
        }

        mutating func addLogs() throws(LogReaderError) {
            let names = reader.processes.isEmpty ? try reader.known() : reader.processes
            let read = merge.processes
            for name in names where !read.contains(name) {
                merge.add(path: "\(reader.folder)/\(name).jsonl", process: name)
            }
        }

        /// - Returns: whether the output wants more.
        mutating func printHistory(_ output: (String) -> Bool, isComplete: Bool) -> Bool {
            var latest: [LogRecord] = []
            while let record = next(isComplete) {
                guard reader.filter.includes(record) else { continue }
                guard let last = reader.last else {
                    if !printer.print(record, reader.filter, output) { return false }
                    continue
                }
                latest.append(record)
                // Shortened in large steps, so that a long log costs linear time.
                if latest.count > 2 * last + 1_024 { latest.removeFirst(latest.count - last) }
            }
            for record in latest.suffix(reader.last ?? 0) {
                if !printer.print(record, reader.filter, output) { return false }
            }
            return true
        }

        private mutating func next(_ isComplete: Bool) -> LogRecord? {
            if let record = merge.next() { return record }
            guard isComplete else { return nil }
            var rests = self.rests ?? merge.rests()
            defer { self.rests = rests }
            return rests.isEmpty ? nil : rests.removeFirst()
        }
    }
}

extension LogPrinter {
    /// - Returns: whether the output wants more.
    fileprivate mutating func print(_ record: LogRecord, _ filter: LogFilter, _ output: (String) -> Bool) -> Bool {
        guard filter.includes(record) else { return true }
        for line in lines(record) {
            if !output(line) { return false }
        }
        return true
    }
}

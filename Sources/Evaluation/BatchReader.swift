/// Reads a batch (JSON lines) from chunks of bytes, keeping at most one line of the allowed length in memory.
///
/// A line is `{"id", "problem", "answer"?}` or an OpenAI batch line with `custom_id`, whose problem is the last user
/// message of `body.messages`. Blank lines, CRLF, a byte order mark and a missing last newline are fine.
public struct BatchReader {
    private let limits: BatchLimits
    private var line: [UInt8] = []
    private var lineNumber = 1
    private var lineIsTooLong = false
    private var byteCount = 0
    private var head: [UInt8] = []
    private var problems: [BatchProblem] = []
    private var badLines: [BadLine] = []
    private var firstLines: [[UInt8]: Int] = [:]

    /// A reader that has read nothing.
    public init(limits: BatchLimits = BatchLimits()) {
        self.limits = limits
    }

    /// The batch in these bytes.
    public static func read(
        _ bytes: [UInt8], onBadLine: OnBadLine = .reject, limits: BatchLimits = BatchLimits()
    ) throws(BatchError) -> Batch {
        var reader = BatchReader(limits: limits)
        try reader.feed(bytes[...])
        return try reader.finish(onBadLine: onBadLine)
    }

    /// Reads the next bytes of the file.
    public mutating func feed(_ chunk: ArraySlice<UInt8>) throws(BatchError) {
        byteCount += chunk.count
        guard byteCount <= limits.maximumFileBytes else { throw .tooManyBytes(limit: limits.maximumFileBytes) }
        var rest = chunk
        if head.count < 3 {
            try readHead(&rest)
            if head.count < 3 { return }
        }
        while let end = rest.firstIndex(of: .lineFeed) {
            append(rest[rest.startIndex..<end])
            try endLine()
            rest = rest[(end + 1)...]
        }
        append(rest)
    }

    /// The batch, after the last bytes.
    public mutating func finish(onBadLine: OnBadLine) throws(BatchError) -> Batch {
        if head.count < 3 {
            let short = head
            head = [0, 0, 0]
            for byte in short {
                if byte == .lineFeed { try endLine() } else { append([byte]) }
            }
        }
        try endLine()
        if problems.isEmpty, badLines.isEmpty { throw .empty }
        if onBadLine == .reject, !badLines.isEmpty { throw .badLines(badLines) }
        if problems.isEmpty { throw .nothingLeft(badLines) }
        return Batch(problems: problems, badLines: badLines)
    }

    /// The first three bytes tell a gzip file and a byte order mark.
    private mutating func readHead(_ rest: inout ArraySlice<UInt8>) throws(BatchError) {
        let missing = 3 - head.count
        head.append(contentsOf: rest.prefix(missing))
        rest = rest.dropFirst(missing)
        if head.starts(with: [0x1F, 0x8B]) { throw .compressed }
        guard head.count == 3, head != [0xEF, 0xBB, 0xBF] else { return }
        rest = head + rest
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if lineIsTooLong { return }
        // One byte more for the carriage return, which does not count.
        guard line.count + bytes.count <= limits.maximumLineBytes + 1 else {
            lineIsTooLong = true
            line = []
            return
        }
        line.append(contentsOf: bytes)
    }

    private mutating func endLine() throws(BatchError) {
        defer {
            line.removeAll(keepingCapacity: true)
            lineIsTooLong = false
            lineNumber += 1
        }
        if line.last == .carriageReturn { line.removeLast() }
        if line.count > limits.maximumLineBytes { lineIsTooLong = true }
        guard lineIsTooLong || line.contains(where: { !$0.isWhiteSpace }) else { return }
        guard problems.count + badLines.count < limits.maximumLines else {
            throw .tooManyLines(limit: limits.maximumLines)
        }
        guard !lineIsTooLong else {
            badLines.append(BadLine(number: lineNumber, reason: .tooLong(limitBytes: limits.maximumLineBytes)))
            return
        }
        do throws(BadLineError) {
            let problem = try BatchLine.problem(line, maximumDepth: limits.maximumDepth)
            let id = Array(problem.id.utf8)
            if let first = firstLines[id] { throw BadLineError(.repeatedID(problem.id, firstLine: first)) }
            firstLines[id] = lineNumber
            problems.append(problem)
        } catch {
            badLines.append(BadLine(number: lineNumber, reason: error.reason))
        }
    }
}

/// A reason on its way out of the reading of a line.
struct BadLineError: Error {
    let reason: BadLineReason

    init(_ reason: BadLineReason) {
        self.reason = reason
    }
}

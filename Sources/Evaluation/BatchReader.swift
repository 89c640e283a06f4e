/// Reads a batch (JSON lines) from chunks of bytes, keeping at most one line of the allowed length in memory.
///
/// A line is `{"id", "problem", "answer"?}`, an OpenAI batch line with `custom_id`, whose problem is the last user
/// message of `body.messages`, or a row of a data set in the form that is said. Blank lines, CRLF, a byte order mark
/// and a missing last newline are fine.
public struct BatchReader {
    private let limits: BatchLimits
    private var line: [UInt8] = []
    private var lineNumber = 1
    private var lineIsTooLong = false
    private var byteCount = 0
    private var head: [UInt8] = []
    private var collector: ProblemCollector

    /// A reader that has read nothing.
    ///
    /// - Parameters:
    ///   - form: which fields hold what.
    ///   - name: what rows without an id are named after: `name-0` for the first; nil: each must have an id.
    public init(form: ProblemForm = ProblemForm(), name: String? = nil, limits: BatchLimits = BatchLimits()) {
        self.limits = limits
        collector = ProblemCollector(limits: limits, form: form, name: name)
    }

    /// The batch in these bytes.
    public static func read(
        _ bytes: [UInt8], form: ProblemForm = ProblemForm(), name: String? = nil, onBadLine: OnBadLine = .reject,
        limits: BatchLimits = BatchLimits()
    ) throws(BatchError) -> Batch {
        var reader = BatchReader(form: form, name: name, limits: limits)
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
        return try collector.batch(onBadLine: onBadLine)
    }

    /// The first three bytes tell files of other kinds and a byte order mark.
    private mutating func readHead(_ rest: inout ArraySlice<UInt8>) throws(BatchError) {
        let missing = 3 - head.count
        head.append(contentsOf: rest.prefix(missing))
        rest = rest.dropFirst(missing)
        if let error = BatchError.ofForeignFile(head: head[...]) { throw error }
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
        let read = Result { () throws(BadLineError) in try row() }
        try collector.add(line: lineNumber, read)
    }

    private func row() throws(BadLineError) -> JSONValue {
        guard !lineIsTooLong else { throw BadLineError(.tooLong(limitBytes: limits.maximumLineBytes)) }
        return try BatchLine.row(line, maximumDepth: limits.maximumDepth)
    }
}

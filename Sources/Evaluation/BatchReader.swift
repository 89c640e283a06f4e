/// Reads a batch from chunks of bytes.
///
/// JSON is read row by row, whether an object stands on each line, over many lines, in an array, or in the only list of
/// one object; at most one row of the allowed length is kept in memory, and the whole file only where the first object
/// of it may hold all rows. A table is kept as a whole. What a row may be says `ProblemRow`.
public struct BatchReader {
    /// What a file's name says of its content.
    enum Layout {
        case json
        /// A table, unless it begins as JSON does.
        case table
        /// Whatever it looks like.
        case any
    }

    private enum Source {
        /// Nothing but blanks so far.
        case start(JSONObjectRows)
        case objects(JSONObjectRows)
        case array(JSONArrayRows)
        /// The text of a table.
        case table([UInt8])
    }

    private let limits: BatchLimits
    private let form: ProblemForm
    private let name: String?
    private let layout: Layout
    private var text: BatchText
    private var isUTF16 = false
    private var source: Source
    private var collector: ProblemCollector

    /// A reader of JSON that has read nothing.
    ///
    /// - Parameters:
    ///   - form: which fields hold what.
    ///   - name: what rows without an id are named after: `name-0` for the first; nil: each must have an id.
    public init(form: ProblemForm = ProblemForm(), name: String? = nil, limits: BatchLimits = BatchLimits()) {
        self.init(form: form, name: name, limits: limits, layout: .json)
    }

    init(form: ProblemForm, name: String?, limits: BatchLimits, layout: Layout) {
        self.limits = limits
        self.form = form
        self.name = name
        self.layout = layout
        text = BatchText(limits: limits)
        source = .start(JSONObjectRows(limits: limits, form: form))
        collector = ProblemCollector(limits: limits, form: form, name: name)
    }

    /// The batch in these bytes: JSON.
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
        var decoder = takeDecoder()
        defer { text = decoder }
        try decoder.feed(chunk) { piece, isWide throws(BatchError) in try take(piece, isUTF16: isWide) }
    }

    /// The batch, after the last bytes.
    public mutating func finish(onBadLine: OnBadLine) throws(BatchError) -> Batch {
        var decoder = takeDecoder()
        try decoder.finish { piece, isWide throws(BatchError) in try take(piece, isUTF16: isWide) }
        if case .table(let bytes) = source {
            let isTable = layout == .table || BatchTable.hasProblems(bytes, form: form)
            if isTable {
                return try BatchTable.read(
                    text: bytes, isUTF16: isUTF16, form: form, name: name, onBadLine: onBadLine, limits: limits)
            }
            source = .objects(JSONObjectRows(limits: limits, form: form))
            try takeJSON(bytes[...])
        }
        try finishRows()
        return try collector.batch(onBadLine: onBadLine)
    }

    // MARK: Text

    /// The decoder, of which nothing is left behind, so that what it keeps is not copied when it changes.
    private mutating func takeDecoder() -> BatchText {
        defer { text = BatchText(limits: limits) }
        return text
    }

    private mutating func take(_ piece: ArraySlice<UInt8>, isUTF16: Bool) throws(BatchError) {
        self.isUTF16 = isUTF16
        guard case .start(var blanks) = source else {
            if case .table(var bytes) = source {
                source = .table([])
                bytes += piece
                source = .table(bytes)
            } else {
                try takeJSON(piece)
            }
            return
        }
        let visible = piece.firstIndex { !$0.isWhiteSpace } ?? piece.endIndex
        blanks.feed(piece[..<visible])
        guard visible < piece.endIndex else {
            source = .start(blanks)
            return
        }
        source = start(with: piece[visible...], after: blanks)
        try take(piece[visible...], isUTF16: isUTF16)
    }

    /// Decides by the first visible byte.
    private func start(with piece: ArraySlice<UInt8>, after blanks: JSONObjectRows) -> Source {
        let byte = piece.first
        // A table whose columns are declared has no header, and its first cell may be anything.
        let mayBeTable = layout == .any || layout == .table
        let looksLikeJSON = byte == .openBrace || byte == .openBracket
        if mayBeTable, !looksLikeJSON || layout == .table && !form.columns.isEmpty { return .table([]) }
        guard byte == .openBracket else { return .objects(blanks) }
        return .array(JSONArrayRows(limits: limits, lines: blanks.lines, depth: 1))
    }

    // MARK: Rows

    private mutating func takeJSON(_ piece: ArraySlice<UInt8>) throws(BatchError) {
        switch source {
        case .objects(var rows):
            // The enum lets go of its copy, so that the rows change in place.
            source = .table([])
            rows.feed(piece)
            let found = rows.takeRows()
            source = .objects(rows)
            try add(found, depth: 0)
        case .array(var rows):
            source = .table([])
            rows.feed(piece)
            let found = rows.takeRows()
            source = .array(rows)
            try add(found, depth: 1)
        case .start, .table: return
        }
    }

    private mutating func finishRows() throws(BatchError) {
        switch source {
        case .objects(var rows):
            let held = rows.finish()
            try add(rows.takeRows(), depth: 0)
            guard let (row, list) = held else { return }
            var lines = LineCounter(line: row.line, offset: row.offset)
            for byte in row.bytes[..<list.lowerBound] { lines.pass(byte) }
            var elements = JSONArrayRows(limits: limits, lines: lines, depth: 2)
            elements.feed(row.bytes[list])
            elements.finish()
            try add(elements.takeRows(), depth: 2)
        case .array(var rows):
            rows.finish()
            try add(rows.takeRows(), depth: 1)
        case .start, .table: return
        }
    }

    /// - Parameter depth: of the brackets around the rows.
    private mutating func add(_ rows: [JSONRow], depth: Int) throws(BatchError) {
        let maximumDepth = max(0, limits.maximumDepth - depth)
        for row in rows {
            let read = Result { () throws(BadLineError) in
                try row.object(limits: limits, maximumDepth: maximumDepth, isUTF16: isUTF16)
            }
            try collector.add(read, of: row)
        }
    }
}

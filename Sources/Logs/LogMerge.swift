/// Records of several logs in the order of their times. Belongs to one reader; not shared between threads.
struct LogMerge {
    private struct Source {
        let tail: LogTail
        var head: LogRecord?
        /// Orders lines that are no records behind the record before them.
        var lastMs: Int64 = 0
    }

    private var sources: [Source] = []

    var processes: Set<String> { Set(sources.map(\.tail.process)) }

    mutating func add(path: String, process: String) {
        sources.append(Source(tail: LogTail(path: path, process: process)))
    }

    /// The earliest record not handed out yet; nil when every log is at its end for now.
    mutating func next() -> LogRecord? {
        var best: Int?
        for index in sources.indices {
            if sources[index].head == nil { fill(index) }
            guard sources[index].head != nil else { continue }
            if best == nil || sources[index].lastMs < sources[best!].lastMs { best = index }
        }
        guard let best else { return nil }
        defer { sources[best].head = nil }
        return sources[best].head
    }

    /// The torn last lines, when nobody will finish them.
    mutating func rests() -> [LogRecord] {
        sources.compactMap { source in
            let rest = source.tail.takeRest()
            return rest.isEmpty ? nil : LogRecord(line: rest, process: source.tail.process)
        }
    }

    private mutating func fill(_ index: Int) {
        guard let line = sources[index].tail.next() else { return }
        let record = LogRecord(line: line, process: sources[index].tail.process)
        if let timeMs = record.timeMs { sources[index].lastMs = timeMs }
        sources[index].head = record
    }
}

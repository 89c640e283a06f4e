#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension BatchReader {
    /// Bytes read at once.
    private static let chunkBytes = 1 << 18

    /// The batch in a file: JSON, or a table if its name ends like that of one (`.csv`, `.tsv`); a name that says
    /// nothing leaves it to the content. `.gz` behind it is looked through. What the file really is decide its first
    /// bytes. It is read in chunks, so that JSON of any size needs little memory to be refused.
    /// Nothing but the operating system's calls is used; this is the only I/O of the module.
    ///
    /// - Parameters:
    ///   - form: which fields or columns hold what.
    ///   - name: what rows without an id are named after: `name-0` for the first; nil: each must have an id.
    public static func read(
        file path: String, form: ProblemForm = ProblemForm(), name: String? = nil, onBadLine: OnBadLine = .reject,
        limits: BatchLimits = BatchLimits()
    ) throws(BatchError) -> Batch {
        var reader = BatchReader(form: form, name: name, limits: limits, layout: layout(of: path))
        try chunks(of: path) { chunk throws(BatchError) in try reader.feed(chunk) }
        return try reader.finish(onBadLine: onBadLine)
    }

    private static func layout(of path: String) -> Layout {
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        if [".csv", ".tsv", ".tab", ".psv"].contains(where: name.hasSuffix) { return .table }
        return [".json", ".jsonl", ".ndjson", ".jsonlines"].contains(where: name.hasSuffix) ? .json : .any
    }

    private static func chunks(
        of path: String, _ take: (ArraySlice<UInt8>) throws(BatchError) -> Void
    ) throws(BatchError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = buffer.withUnsafeMutableBytes { Self.readOnce(descriptor, $0) }
            guard count >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
            if count == 0 { return }
            try take(buffer[0..<count])
        }
    }

    /// The buffer lives as long as the call, and its own count bounds what is written.
    private static func readOnce(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private static func systemMessage(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}

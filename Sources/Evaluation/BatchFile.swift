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

    /// The batch in a file, read in chunks, so that a file of any size needs little memory to be refused.
    /// Nothing but the operating system's calls is used; this is the only I/O of the module.
    public static func read(
        file path: String, onBadLine: OnBadLine = .reject, limits: BatchLimits = BatchLimits()
    ) throws(BatchError) -> Batch {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
        defer { close(descriptor) }
        var reader = BatchReader(limits: limits)
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = buffer.withUnsafeMutableBytes { Self.readOnce(descriptor, $0) }
            guard count >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
            if count == 0 { break }
            try reader.feed(buffer[0..<count])
        }
        return try reader.finish(onBadLine: onBadLine)
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

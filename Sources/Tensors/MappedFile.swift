import Glibc

/// A regular file mapped read-only for as long as this object lives.
///
/// Weights are used in place, so several processes share one copy in the page cache. A file that is cut
/// short while mapped kills the process with SIGBUS on the next touch: model files are replaced by
/// renaming, never rewritten.
///
/// Sendable because the mapping is never written and lives until `deinit`.
public final class MappedFile: @unchecked Sendable {
    /// The file's contents. Valid while this object is referenced.
    public let bytes: UnsafeRawBufferPointer
    /// The path it was opened by.
    public let path: String

    /// Maps the file. Directories, pipes, devices and sockets are refused without blocking.
    public init(path: String) throws(MappedFileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.lastError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, reason: Self.lastError()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .notRegular(path: path, kind: Self.kind(status.st_mode))
        }
        let count = Int(status.st_size)
        guard count > 0 else { throw .empty(path: path) }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw .cannotMap(path: path, byteCount: count, reason: Self.lastError())
        }
        // Advice only: weights are read from end to end at every step.
        _ = madvise(start, count, MADV_WILLNEED)
        self.bytes = UnsafeRawBufferPointer(start: start, count: count)
        self.path = path
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "directory"
        case S_IFIFO: "pipe"
        case S_IFCHR, S_IFBLK: "device"
        case S_IFSOCK: "socket"
        default: "special file"
        }
    }
}

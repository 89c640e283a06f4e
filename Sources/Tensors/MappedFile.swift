import CMappings
import Glibc

/// A regular file mapped read-only for as long as this object lives.
///
/// Several processes share one copy in the page cache of what they use in place. Model files are replaced by
/// renaming, never rewritten: one that is cut short while mapped ends the process at the next touch, with a message
/// that names the file and exit code 74; one that is overwritten is found out by `checkUnchanged`.
///
/// Sendable because the mapping is never written and lives until `deinit`.
public final class MappedFile: @unchecked Sendable {
    /// The file's contents. Valid while this object is referenced.
    public let bytes: UnsafeRawBufferPointer
    /// The path it was opened by.
    public let path: String

    private let descriptor: Int32
    private let stamp: Stamp
    private let note: Int32

    /// What changes when somebody writes to a file or cuts it.
    private struct Stamp: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ status: stat) {
            size = Int(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    /// Maps the file. Directories, pipes, devices and sockets are refused without blocking.
    public init(path: String) throws(MappedFileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.lastError()) }
        var isKept = false
        defer { if !isKept { close(descriptor) } }
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
        // Advice only: weights are read from end to end, when they are packed or at every step.
        _ = madvise(start, count, MADV_WILLNEED)
        self.bytes = UnsafeRawBufferPointer(start: start, count: count)
        self.path = path
        self.descriptor = descriptor
        isKept = true
        stamp = Stamp(status)
        note = a1_mapping_note(start, count, path)
    }

    /// Throws `changed` if the file that was opened has been written to since. Takes less than a microsecond.
    public func checkUnchanged() throws(MappedFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Stamp(status) == stamp else { throw .changed(path: path) }
    }

    /// Gives back the memory of the first bytes, which have been read and will hardly be read again; they stay valid.
    func forget(first count: Int) {
        _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), min(count, bytes.count), MADV_DONTNEED)
    }

    /// The same for the whole pages among some bytes of the file.
    func forget(_ start: UnsafeRawPointer, byteCount: Int) {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let first = (Int(bitPattern: start) + page - 1) / page * page
        let last = (Int(bitPattern: start) + byteCount) / page * page
        guard first < last else { return }
        _ = madvise(UnsafeMutableRawPointer(bitPattern: first), last - first, MADV_DONTNEED)
    }

    deinit {
        a1_mapping_forget(note)
        close(descriptor)
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

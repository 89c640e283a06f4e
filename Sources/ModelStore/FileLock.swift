import Glibc

/// An exclusive lock between processes: `flock` on a file, given back at the end of its life.
final class FileLock {
    private let descriptor: Int32

    /// How often a taken lock is asked for again.
    static let pollIntervalMs: UInt32 = 100

    /// Waits for the lock; `onWait` is called before each wait and may throw to give up.
    init(_ path: String, onWait: () throws(ModelStoreError) -> Void) throws(ModelStoreError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .io(path: path, action: "open", reason: systemMessage(errno)) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .io(path: path, action: "lock", reason: systemMessage(errno))
            }
            try onWait()
            usleep(Self.pollIntervalMs * 1_000)
        }
    }

    deinit { close(descriptor) }
}

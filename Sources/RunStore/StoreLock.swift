import Glibc

/// A cluster's exclusive lock: held by its one coordinator as long as it lives, and free again the moment it does not,
/// however it ended.
public final class StoreLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Parameter path: a file that is made if need be and then holds the owner's process id.
    /// - Throws: `locked` with the owner's process id, or `unusable`.
    public init(path: String) throws(RunStoreError) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else {
            throw .unusable(path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(opened) }
            guard reason == EWOULDBLOCK else {
                throw .unusable(path: path, reason: "cannot be locked: \(String(cString: strerror(reason)))")
            }
            throw .locked(path: path, ownerProcessID: Self.owner(opened))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(opened, 0) == 0, pwrite(opened, text, text.count, 0) == text.count else {
            let reason = String(cString: strerror(errno))
            close(opened)
            throw .unusable(path: path, reason: "cannot be written to: \(reason)")
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    private static func owner(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

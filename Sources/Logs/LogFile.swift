public import Domain
import Glibc
import Logging
import Synchronization

/// A log that cannot be opened.
public struct LogFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    public let reason: String
    public var description: String { "log \(path): \(reason)" }
}

/// The file behind a process's log. Every record is one `write` to a file opened for appending, so that records of
/// several processes never mix. Nothing that goes wrong here reaches the caller: a record that cannot be written is
/// counted, and the first one that can be again says how many are missing.
public final class LogFile: Sendable {
    private struct State: ~Copyable {
        var descriptor: Int32
        var bytes: Int
        /// Records lost since the last one written.
        var droppedSinceWritten = 0
        var dropped = 0
        /// The file ends within a record that found no room.
        var isTorn = false

        deinit { close(descriptor) }
    }

    public let path: String
    /// What every record gives as its process or worker.
    public let process: String
    private let maximumBytes: Int
    private let filesKept: Int
    let maximumLineBytes: Int
    private let state: Mutex<State>

    /// Opens a log for appending and makes it if need be; its folder must be there.
    ///
    /// - Parameters:
    ///   - process: `coordinator` or the worker's name.
    ///   - limits: `logFileBytes` rotates it, `logFilesKept` old ones stay, `lineBytes` bounds a record.
    public init(path: String, process: String, limits: Limits = .standard) throws(LogFileError) {
        self.path = path
        self.process = process
        maximumBytes = limits.logFileBytes
        filesKept = limits.logFilesKept
        maximumLineBytes = limits.lineBytes
        guard let opened = Self.open(path) else {
            throw LogFileError(path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        state = Mutex(State(descriptor: opened.descriptor, bytes: opened.bytes))
    }

    /// Records that could not be written, over the life of the process.
    public var droppedRecords: Int { state.withLock { $0.dropped } }

    /// Opens the path anew, after something outside has moved or deleted the file. What was opened before stays in
    /// use when that fails.
    public func reopen() {
        state.withLock { state in Self.reopen(path, &state) }
    }

    /// Appends one whole line.
    func append(_ line: [UInt8]) {
        state.withLock { state in
            if state.bytes + line.count > maximumBytes { rotate(&state) }
            if state.isTorn {
                state.isTorn = !Self.write([UInt8(ascii: "\n")], &state)
            }
            if state.droppedSinceWritten > 0 && !state.isTorn {
                let count = state.droppedSinceWritten
                let notice = LogLine.bytes(
                    timeMs: LogTime.nowMs(), level: .warning, process: process,
                    message: "\(count) records could not be written before this one", metadata: [:],
                    maximumBytes: maximumLineBytes)
                if Self.write(notice, &state) { state.droppedSinceWritten = 0 }
            }
            if state.isTorn || !Self.write(line, &state) {
                state.dropped += 1
                state.droppedSinceWritten += 1
            }
        }
    }

    /// - Returns: whether all bytes were written.
    private static func write(_ line: [UInt8], _ state: inout State) -> Bool {
        var written = -1
        repeat {
            written = Glibc.write(state.descriptor, line, line.count)
        } while written < 0 && errno == EINTR
        if written > 0 { state.bytes += written }
        if written > 0 && written < line.count { state.isTorn = true }
        return written == line.count
    }

    /// `x.jsonl` becomes `x.jsonl.1`, and so on up to the number kept.
    private func rotate(_ state: inout State) {
        // The file may have been cut or moved by others meanwhile: only what is really large is rotated.
        var status = stat()
        guard fstat(state.descriptor, &status) == 0, status.st_size + 1 > maximumBytes / 2 else {
            state.bytes = Int(status.st_size)
            return
        }
        for number in stride(from: filesKept - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        if filesKept > 0 { rename(path, "\(path).1") } else { unlink(path) }
        Self.reopen(path, &state)
    }

    private static func reopen(_ path: String, _ state: inout State) {
        guard let opened = open(path) else { return }
        close(state.descriptor)
        state.descriptor = opened.descriptor
        state.bytes = opened.bytes
        state.isTorn = false
    }

    private static func open(_ path: String) -> (descriptor: Int32, bytes: Int)? {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            return nil
        }
        return (descriptor, Int(status.st_size))
    }
}

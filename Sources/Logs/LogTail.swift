import Glibc

/// The lines of one process's log, oldest first, through its rotated files and on into the one being written. At the
/// end it says nil; asked again later it goes on with what has come since, also when the file was rotated, cut or
/// replaced meanwhile. Belongs to one reader; not shared between threads.
final class LogTail {
    let process: String
    private let path: String
    private var descriptor: Int32 = -1
    private var inode: ino_t = 0
    private var position = 0
    private var buffer: [UInt8] = []
    private var bufferStart = 0

    private static let chunkBytes = 64 << 10
    /// A line longer than this is handed out in pieces.
    private static let maximumLineBytes = 4 << 20

    init(path: String, process: String) {
        self.path = path
        self.process = process
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next whole line without its line feed; nil when there is none yet.
    func next() -> [UInt8]? {
        while true {
            if let line = bufferedLine() { return line }
            if readChunk() { continue }
            guard let newer = newerFile() else { return nil }
            // Whoever rotated the file may have written to it between our last look and the rotation.
            if readChunk() { continue }
            let rest = takeRest()
            open(newer)
            if !rest.isEmpty { return rest }
        }
    }

    /// What stands after the last line feed: the torn last line of a process that is gone.
    func takeRest() -> [UInt8] {
        let rest = Array(buffer[bufferStart...])
        buffer = []
        bufferStart = 0
        return rest
    }

    private func bufferedLine() -> [UInt8]? {
        let end = buffer[bufferStart...].firstIndex(of: UInt8(ascii: "\n"))
        if let end {
            let line = Array(buffer[bufferStart..<end])
            bufferStart = end + 1
            return line
        }
        return buffer.count - bufferStart > Self.maximumLineBytes ? takeRest() : nil
    }

    private func readChunk() -> Bool {
        guard descriptor >= 0 else { return false }
        var status = stat()
        if fstat(descriptor, &status) == 0 && Int(status.st_size) < position {
            // Cut to nothing by someone who copied it first.
            position = 0
            _ = takeRest()
        }
        buffer.removeFirst(bufferStart)
        bufferStart = 0
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        let count = pread(descriptor, &chunk, chunk.count, off_t(position))
        guard count > 0 else { return false }
        position += count
        buffer += chunk.prefix(count)
        return true
    }

    private func open(_ newer: String) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = Glibc.open(newer, O_RDONLY | O_CLOEXEC)
        var status = stat()
        inode = descriptor >= 0 && fstat(descriptor, &status) == 0 ? status.st_ino : 0
        position = 0
    }

    /// The file that comes after the one being read; nil when that is the newest.
    private func newerFile() -> String? {
        var files: [(path: String, inode: ino_t)] = []
        var status = stat()
        var number = 1
        while stat("\(path).\(number)", &status) == 0 {
            files.insert(("\(path).\(number)", status.st_ino), at: 0)
            number += 1
        }
        if stat(path, &status) == 0 { files.append((path, status.st_ino)) }
        guard descriptor >= 0 else { return files.first?.path }
        guard let index = files.firstIndex(where: { $0.inode == inode }) else {
            // Ours is gone altogether; the newest is the only one surely not read yet.
            return files.last?.path
        }
        return index + 1 < files.count ? files[index + 1].path : nil
    }
}

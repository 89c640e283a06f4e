import Foundation
import Glibc

/// Reading and writing of large files, hashed on the way.
enum FileDigest {
    static let chunkBytes = 1 << 20

    /// The SHA-256 of a file in small hexadecimal digits.
    static func sha256(ofFile path: String) throws(ModelStoreError) -> String {
        let hash = SHA256()
        try read(path) { (bytes) throws(ModelStoreError) in hash.update(bytes) }
        return hash.finalize()
    }

    /// The bytes of a file, a chunk at a time.
    static func read(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(ModelStoreError) -> Void
    ) throws(ModelStoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .io(path: path, action: "open", reason: systemMessage(errno)) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .io(path: path, action: "read", reason: systemMessage(errno)) }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
        }
    }
}

/// A file that is written from its start and hashed on the way.
final class HashedFile {
    private let path: String
    private let descriptor: Int32
    private let hash = SHA256()
    private(set) var bytes: Int64 = 0

    /// Creates or empties the file.
    init(_ path: String) throws(ModelStoreError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .io(path: path, action: "create", reason: systemMessage(errno)) }
    }

    deinit { close(descriptor) }

    func write(_ piece: UnsafeRawBufferPointer) throws(ModelStoreError) {
        hash.update(piece)
        var rest = piece
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .io(path: path, action: "write", reason: systemMessage(errno)) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        bytes += Int64(piece.count)
    }

    /// Puts the file on the disk and returns its SHA-256.
    func finish() throws(ModelStoreError) -> String {
        guard fsync(descriptor) == 0 else { throw .io(path: path, action: "sync", reason: systemMessage(errno)) }
        return hash.finalize()
    }
}

/// Steps on files that a pull and the digest cache share.
enum Files {
    static func makeFolder(_ path: String) throws(ModelStoreError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .io(path: path, action: "create the folder", reason: error.localizedDescription)
        }
    }

    /// Renames within a folder and puts the new name on the disk.
    static func rename(_ path: String, to target: String) throws(ModelStoreError) {
        guard Glibc.rename(path, target) == 0 else {
            throw .io(path: target, action: "install", reason: systemMessage(errno))
        }
        let folder = open(URL(fileURLWithPath: target).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Removes a file or folder that may not be there.
    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Whether anything has this name, if only a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The size of a regular file; nil if there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }
}

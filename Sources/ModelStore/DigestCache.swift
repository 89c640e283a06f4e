import Foundation
import Glibc

/// Remembers the digests of large files in a JSON file, so that each is read once.
/// A digest holds for one path with one size, modification time and inode. A cache that cannot be read or written
/// costs time and is no error.
struct DigestCache {
    let folder: String

    private struct Record: Codable, Equatable {
        var size: Int64
        var modifiedNs: Int64
        var inode: UInt64
        var sha256: String
    }

    private var path: String { "\(folder)/digests.json" }

    func digest(ofFile file: String) throws(ModelStoreError) -> String {
        let absolute = URL(fileURLWithPath: file).standardizedFileURL.path
        guard let before = Self.record(of: absolute) else {
            throw .io(path: file, action: "read", reason: "it is missing or not a regular file")
        }
        if var known = records()[absolute] {
            let digest = known.sha256
            known.sha256 = ""
            if known == before { return digest }
        }
        let digest = try FileDigest.sha256(ofFile: absolute)
        // A file that changed while it was read has no digest worth remembering.
        if Self.record(of: absolute) == before { remember(digest, before, absolute) }
        return digest
    }

    /// Remembers a digest that was computed while the file was written.
    func remember(_ digest: String, ofFile file: String) {
        let absolute = URL(fileURLWithPath: file).standardizedFileURL.path
        if let record = Self.record(of: absolute) { remember(digest, record, absolute) }
    }

    private func remember(_ digest: String, _ record: Record, _ absolute: String) {
        do {
            try Files.makeFolder(folder)
            let lock = try FileLock("\(folder)/digests.lock") {}
            var all = records()
            all[absolute] = record
            all[absolute]?.sha256 = digest
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(all).write(to: URL(fileURLWithPath: path), options: .atomic)
            withExtendedLifetime(lock) {}
        } catch {
            // Not remembered: the file is read once more next time.
            return
        }
    }

    private func records() -> [String: Record] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        return (try? JSONDecoder().decode([String: Record].self, from: data)) ?? [:]
    }

    private static func record(of path: String) -> Record? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Record(
            size: Int64(status.st_size),
            modifiedNs: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            inode: UInt64(status.st_ino), sha256: "")
    }
}

import Foundation
import Glibc

/// The models of a manifest and the folder they are kept in.
public struct ModelStore: Sendable {
    /// What the store knows of.
    public let manifest: ModelManifest
    /// Where pulled files lie.
    public let cacheFolder: String
    private let programs: PullPrograms

    /// A store over a manifest. The cache folder is made when something is put into it.
    public init(
        manifest: ModelManifest, cacheFolder: String = ModelStore.defaultCacheFolder(),
        programs: PullPrograms = PullPrograms()
    ) {
        self.manifest = manifest
        self.cacheFolder = cacheFolder
        self.programs = programs
    }

    /// `A1_MODELS`, else `$XDG_CACHE_HOME/a1/models`, else `~/.cache/a1/models`.
    public static func defaultCacheFolder(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String {
        if let folder = environment["A1_MODELS"], !folder.isEmpty { return folder }
        // The XDG specification says to ignore relative paths.
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/a1/models" }
        return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/a1/models"
    }

    /// Where the file of a model is, or will be.
    public func path(of entry: ModelEntry) -> String {
        if case .file(let path) = entry.source { return path }
        return "\(cacheFolder)/\(entry.file)"
    }

    /// The size of a model's file: as the manifest says, else as it is; nil when neither is known.
    public func bytes(of entry: ModelEntry) -> Int64? { entry.bytes ?? Files.size(path(of: entry)) }

    /// Whether a model can be used. Looks at sizes only; digests are checked by `pull`.
    public func status(of entry: ModelEntry) -> ModelStatus {
        if let size = Files.size(path(of: entry)), size == entry.bytes ?? size { return .present }
        let pull = ModelPull(entry: entry, folder: cacheFolder, programs: programs)
        return pull.hasBegun ? .partial : .absent
    }

    /// The path of a model's file: a name of the manifest, else a path of something that is there. Whoever opens it
    /// says why it cannot be used.
    ///
    /// - Throws: `notPulled`, `unknownModel`.
    public func resolve(_ nameOrPath: String) throws(ModelStoreError) -> String {
        if let entry = manifest.entry(nameOrPath) {
            let status = status(of: entry)
            guard status != .present else { return path(of: entry) }
            if case .file(let path) = entry.source {
                let action = "open the model `\(entry.name)`"
                throw .io(path: path, action: action, reason: "it is missing or has another size")
            }
            throw .notPulled(name: entry.name, status: status)
        }
        guard Files.exists(nameOrPath) else {
            throw .unknownModel(name: nameOrPath, known: manifest.entries.map(\.name))
        }
        return nameOrPath
    }

    /// Brings a model into the cache folder, checked. A model that is there is checked and left.
    ///
    /// Finished parts outlive an interrupt and are not fetched again. Several processes may pull one model: one works,
    /// the others wait and find it done. While it runs, SIGINT, SIGTERM and SIGHUP end its child process and the pull.
    ///
    /// - Parameters:
    ///   - name: of the manifest.
    ///   - cancellation: ends the pull from elsewhere.
    ///   - watchesSignals: false where the caller handles signals itself.
    ///   - progress: called on the calling thread.
    /// - Returns: the path of the file.
    @discardableResult
    public func pull(
        _ name: String, cancellation: PullCancellation = PullCancellation(), watchesSignals: Bool = true,
        progress: @escaping (PullProgress) -> Void = { _ in }
    ) throws(ModelStoreError) -> String {
        guard let entry = manifest.entry(name) else {
            throw .unknownModel(name: name, known: manifest.entries.map(\.name))
        }
        if case .file(let path) = entry.source {
            try check(entry, path)
            return path
        }
        let watch = watchesSignals ? try InterruptWatch(cancellation) : nil
        defer { watch?.stop() }
        let pull = ModelPull(entry: entry, folder: cacheFolder, programs: programs)
        try Files.makeFolder(cacheFolder)
        let path = path(of: entry)
        let meter = PullMeter(partCount: pull.partCount, total: entry.bytes, report: progress)
        let lock = try FileLock("\(cacheFolder)/.\(entry.name).lock") { () throws(ModelStoreError) in
            if cancellation.isCancelled { throw .interrupted(name: entry.name) }
            meter.show(.waiting, part: 0)
        }
        defer { withExtendedLifetime(lock) {} }
        if status(of: entry) == .present {
            meter.show(.checking, part: pull.partCount)
            if (try? check(entry, path)) != nil {
                meter.found(entry.bytes ?? 0)
                meter.show(.finished, part: pull.partCount)
                return path
            }
            Files.remove(path)
        }
        let digest = try pull.run(cancellation, meter)
        DigestCache(folder: cacheFolder).remember(digest, ofFile: path)
        meter.show(.finished, part: pull.partCount)
        return path
    }

    /// The SHA-256 of any file in small hexadecimal digits. Remembered in the cache folder by path, size, modification
    /// time and inode, so that a large file is read once.
    public func digest(ofFile path: String) throws(ModelStoreError) -> String {
        try DigestCache(folder: cacheFolder).digest(ofFile: path)
    }

    /// The digest of a model: that of its file; of a split model the SHA-256 of the digests of its parts, each followed
    /// by a line feed, in order (`sha256sum PART... | cut -c1-64 | sha256sum`).
    public func digest(ofFiles paths: [String]) throws(ModelStoreError) -> String {
        if paths.count == 1 { return try digest(ofFile: paths[0]) }
        let hash = SHA256()
        for path in paths {
            let line = Array("\(try digest(ofFile: path))\n".utf8)
            line.withUnsafeBytes { hash.update($0) }
        }
        return hash.finalize()
    }

    private func check(_ entry: ModelEntry, _ path: String) throws(ModelStoreError) {
        guard let size = Files.size(path) else {
            throw .io(path: path, action: "open the model `\(entry.name)`", reason: "it is missing")
        }
        if let expected = entry.bytes, size != expected {
            throw .wrongSize(file: path, expected: expected, actual: size)
        }
        guard let expected = entry.sha256 else { return }
        let actual = try digest(ofFile: path)
        guard actual == expected else { throw .wrongDigest(file: path, expected: expected, actual: actual) }
    }
}

import Foundation
import GRDB

/// Opens a database file, having made sure that it is ours before anything in it changes.
struct StoreOpening {
    let path: String
    /// The schema's steps; a test may know fewer.
    let steps: [String]

    func open() throws(RunStoreError) -> DatabaseQueue {
        try makeFile()
        do {
            let found = try inspect()
            let queue = try DatabaseQueue(path: path, configuration: writing)
            if found < steps.count { try migrate(queue, from: found) }
            return queue
        } catch let error as RunStoreError {
            throw error
        } catch {
            throw RunStoreError(error, path: path)
        }
    }

    /// Makes the file for this user alone; SQLite gives its companions the same permissions.
    private func makeFile() throws(RunStoreError) {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { throw .unusable(path: path, reason: "is not a file") }
            guard access(path, R_OK | W_OK) == 0 else {
                throw .unusable(path: path, reason: "cannot be read and written: \(String(cString: strerror(errno)))")
            }
            return
        }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable(path: path, reason: "cannot be made: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
    }

    /// Looks at a file through a connection that cannot write.
    ///
    /// - Returns: the version of its schema; 0 for an empty one.
    private func inspect() throws -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let (application, version, tables) = try queue.read { database in
            (try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
             try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
             try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0)
        }
        try queue.close()
        if application == 0 && version == 0 && tables == 0 { return 0 }
        guard application == StoreSchema.applicationID else {
            throw RunStoreError.foreign(path: path, reason: "is the database of another program")
        }
        guard version <= steps.count else {
            throw RunStoreError.newerSchema(path: path, found: version, known: steps.count)
        }
        guard version > 0 else { throw RunStoreError.corrupt(path: path, reason: "schema version \(version)") }
        return version
    }

    private var writing: Configuration {
        var configuration = Configuration()
        configuration.label = "a1.store"
        configuration.foreignKeysEnabled = true
        // A person looking with another program may hold a lock for a moment.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // GRDB's own way to this mode lowers `synchronous` to NORMAL, under which a power loss may take
            // transactions that were acknowledged.
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            let foreignKeys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys")
            guard mode == "wal", synchronous == 2, foreignKeys == 1 else {
                throw RunStoreError.unusable(
                    path: database.description,
                    reason: "cannot be made durable here (journal \(mode ?? "unknown"), synchronous "
                        + "\(synchronous ?? -1)): choose a folder on a local disk")
            }
        }
        return configuration
    }

    /// All steps in one transaction; before it a copy of what was there is put beside the file.
    private func migrate(_ queue: DatabaseQueue, from version: Int) throws {
        if version > 0 {
            let copy = "\(path).before-schema-\(steps.count)"
            unlink(copy)
            try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        }
        try queue.write { database in
            for step in steps[version...] { try database.execute(sql: step) }
            // Both stand in the file's header and take part in the transaction.
            try database.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(steps.count)")
        }
    }
}

extension RunStoreError {
    /// What SQLite reports, as something to act on.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = .failed(path: path, reason: "\(error)")
            return
        }
        let message = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_NOTADB: self = .foreign(path: path, reason: "is not a database")
        case .SQLITE_CORRUPT: self = .corrupt(path: path, reason: message)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .unusable(path: path, reason: message)
        case _: self = .failed(path: path, reason: "\(error.extendedResultCode): \(message)")
        }
    }
}

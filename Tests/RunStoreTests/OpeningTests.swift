import Domain
import Foundation
import GRDB
import Testing
@testable import RunStore

@Suite struct OpeningTests {
    /// A closed store with a few records.
    private func filled(_ folder: TemporaryFolder) throws -> [Domain.Record] {
        var maker = RecordMaker(seed: 1)
        let records = maker.run(problems: 2, paths: 2, rounds: 2, isEnded: false)
        let store = try RunStore(path: folder.database)
        try store.append(records)
        try store.close()
        return records
    }

    private func failure(_ folder: TemporaryFolder) -> RunStoreError? {
        do throws(RunStoreError) {
            _ = try RunStore(path: folder.database)
            return nil
        } catch {
            return error
        }
    }

    @Test func anEmptyFileIsANewStore() throws {
        let folder = try TemporaryFolder()
        try folder.write([])
        #expect(try RunStore(path: folder.database).records(ofOpenRunsOnly: false).isEmpty)
    }

    @Test func itIsForItsOwnerAlone() throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        _ = try store.nextEpoch()
        for name in ["store.db", "store.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    /// SQLite's file format, section 1.3: the user version is at offset 60, the application id at 68.
    @Test func aNewerSchemaIsRefusedUntouched() throws {
        let folder = try TemporaryFolder()
        _ = try filled(folder)
        var bytes = try folder.bytes()
        bytes[63] += 1
        try folder.write(bytes)
        let known = StoreSchema.steps.count
        #expect(failure(folder) == .newerSchema(path: folder.database, found: known + 1, known: known))
        #expect(try folder.bytes() == bytes)
    }

    @Test func anotherProgramsDatabaseIsRefusedUntouched() throws {
        let folder = try TemporaryFolder()
        _ = try filled(folder)
        var bytes = try folder.bytes()
        bytes[68] ^= 0x20
        try folder.write(bytes)
        guard case .foreign = failure(folder) else {
            Issue.record("another program's database was taken")
            return
        }
        #expect(try folder.bytes() == bytes)
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 1 << 20), Array("not a database at all, but long enough".utf8)])
    func whatIsNoDatabaseIsRefusedUntouched(bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        try folder.write(bytes)
        guard case .foreign = failure(folder) else {
            Issue.record("taken, or refused oddly: \(String(describing: failure(folder)))")
            return
        }
        #expect(try folder.bytes() == bytes)
    }

    @Test func whatIsNoFileIsRefused() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: false)
        #expect(failure(folder) == .unusable(path: folder.database, reason: "is not a file"))
        try FileManager.default.removeItem(atPath: folder.database)
        try FileManager.default.createSymbolicLink(atPath: folder.database, withDestinationPath: "elsewhere")
        #expect(failure(folder) == .unusable(path: folder.database, reason: "is not a file"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/elsewhere"))
        do throws(RunStoreError) {
            _ = try RunStore(path: "/nowhere/store.db")
            Issue.record("a store in no folder")
        } catch {
            #expect(error.description == "/nowhere/store.db: cannot be made: No such file or directory")
        }
    }

    @Test func anOlderSchemaIsMigratedWithACopyBesideIt() throws {
        let folder = try TemporaryFolder()
        let records = try filled(folder)
        let steps = StoreSchema.steps + ["CREATE TABLE later (a INTEGER) STRICT;"]
        let store = try RunStore(path: folder.database, steps: steps)
        #expect(try store.records(ofOpenRunsOnly: false) == records)
        try store.close()
        guard case .newerSchema = failure(folder) else {
            Issue.record("the migrated store kept its version")
            return
        }
        let copy = try RunStore(path: "\(folder.database).before-schema-\(steps.count)")
        #expect(try copy.records(ofOpenRunsOnly: false) == records)
    }

    /// Stores of before alarms were about problems: their alarms are read as what they were.
    @Test func alarmsOfAnEarlierVersionStayReadable() throws {
        let folder = try TemporaryFolder()
        var maker = RecordMaker(seed: 2, isGated: false)
        // This version writes alarms and models as those stores cannot hold them; of models see the next test.
        let records = maker.run(problems: 2, paths: 1, rounds: 1, isEnded: false).filter { record in
            switch record {
            case .driftFound, .modelBegun, .strategyChosen: false
            case _: true
            }
        }
        let old = try RunStore(path: folder.database, steps: Array(StoreSchema.steps.prefix(4)))
        try old.append(records)
        try old.close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { database in
            let run = try Int64.fetchOne(database, sql: "SELECT sequence FROM runs")!
            for (sequence, stratum) in [(9_001, nil), (9_002, "round=3")] as [(Int, String?)] {
                try database.execute(
                    sql: "INSERT INTO drift_alarms VALUES (?,?,?,?,?)", arguments: [sequence, run, stratum, 57, 1_000])
            }
        }
        try queue.close()

        let id = RecordMaker.path(records[0]).run
        let alarms = [nil, "round=3"].map {
            DriftRecord(run: id, problems: nil, stratum: $0, verdicts: 57, recordedWallMs: 1_000)
        }
        let store = try RunStore(path: folder.database)
        #expect(try store.records(ofOpenRunsOnly: true) == records + alarms.map { .driftFound($0) })
        #expect(try store.summary(of: id, equality: ==)?.driftAlarms == alarms)

        // New ones come after them.
        let later = DriftRecord(run: id, problems: 2, verdicts: 90, recordedWallMs: 2_000)
        try store.append([.driftFound(later)])
        #expect(try store.summary(of: id, equality: ==)?.driftAlarms == alarms + [later])
    }

    /// Stores of before kernels were recorded: nobody knows theirs, and all go with them.
    @Test func modelsOfAnEarlierVersionStayReadable() throws {
        let folder = try TemporaryFolder()
        var maker = RecordMaker(seed: 3, isGated: false)
        let records = maker.run(problems: 1, paths: 1, rounds: 1, isEnded: false).filter { record in
            switch record {
            case .modelBegun, .strategyChosen: false
            case _: true
            }
        }
        let old = try RunStore(path: folder.database, steps: Array(StoreSchema.steps.prefix(6)))
        try old.append(records)
        try old.close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { database in
            let run = try Int64.fetchOne(database, sql: "SELECT sequence FROM runs")!
            try database.execute(
                sql: "INSERT INTO run_models VALUES (9001,?,'draft','m','d','v','t','draft-0',0,1000)",
                arguments: [run])
        }
        try queue.close()

        let model = RunModel(
            role: .draft, name: "m", digest: "d", vocabulary: "v", promptTemplate: "t", kernels: nil, worker: "draft-0",
            isDrift: false, recordedWallMs: 1_000)
        let store = try RunStore(path: folder.database)
        let id = RecordMaker.path(records[0]).run
        #expect(try store.records(ofOpenRunsOnly: true) == records + [.modelBegun(id, model)])
        func hello(_ kernels: String) -> Hello {
            Hello(
                name: "draft-1", role: .draft, incarnation: 1, processID: 1, host: "", model: "m", modelDigest: "d",
                vocabulary: "v", vocabularySize: 9, promptTemplate: "t", kernels: kernels, contextLength: 1, slots: 1,
                threads: 1)
        }
        #expect(model.difference(of: hello("own int8")) == nil)
        let known = RunModel(hello("own int8"), isDrift: false, recordedWallMs: 0)
        #expect(known.difference(of: hello("own int8")) == nil && known.difference(of: hello("")) == nil)
        #expect(known.difference(of: hello("own float32"))?.contains("own float32, not own int8") == true)
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        let folder = try TemporaryFolder()
        let records = try filled(folder)
        let steps = StoreSchema.steps + ["CREATE TABLE later (a INTEGER) STRICT; SELECT wrong;"]
        #expect(throws: RunStoreError.self) { try RunStore(path: folder.database, steps: steps) }
        #expect(try RunStore(path: folder.database).records(ofOpenRunsOnly: false) == records)
    }

    /// Every byte of the tables' pages may be damaged: an error or other values, never a crash.
    @Test func damagedPagesNeverTrap() throws {
        let folder = try TemporaryFolder()
        _ = try filled(folder)
        let bytes = try folder.bytes()
        var generator = SeededGenerator(state: 3)
        for _ in 0..<60 {
            var damaged = bytes
            for _ in 0..<8 {
                damaged[Int.random(in: 100..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            try folder.write(damaged)
            if let store = try? RunStore(path: folder.database) {
                _ = try? store.records(ofOpenRunsOnly: false)
                for run in (try? store.findRun(prefix: "")) ?? [] { _ = try? store.results(of: run, equality: ==) }
            }
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + suffix) }
        }
    }
}

@Suite struct StoreLockTests {
    @Test func theSecondIsToldWhoHasIt() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        let first = try StoreLock(path: path)
        #expect(throws: RunStoreError.locked(path: path, ownerProcessID: getpid())) { try StoreLock(path: path) }
        withExtendedLifetime(first) {}
    }

    @Test func itIsFreeWhenItsOwnerIsGone() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        try folder.write(Array("4294967295 a stale one".utf8), to: "lock")
        do { _ = try StoreLock(path: path) }
        let second = try StoreLock(path: path)
        #expect(try folder.bytes("lock") == Array("\(getpid())\n".utf8))
        withExtendedLifetime(second) {}
    }

    @Test func aFolderThatIsMissingIsNamed() {
        #expect(throws: RunStoreError.self) { try StoreLock(path: "/nowhere/lock") }
    }
}

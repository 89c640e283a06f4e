import Foundation
import Testing

@testable import ModelStore

@Suite struct DigestTests {
    /// The examples of FIPS 180-2.
    @Test(arguments: [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ])
    func digestsAgreeWithTheStandard(text: String, digest: String) throws {
        let fixture = try Fixture()
        let path = fixture.folder + "/file"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try FileDigest.sha256(ofFile: path) == digest)
    }

    @Test func aDigestIsRememberedUntilTheFileChanges() throws {
        let fixture = try Fixture()
        let cache = DigestCache(folder: fixture.cacheFolder)
        let path = fixture.folder + "/file"
        try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
        let digest = try cache.digest(ofFile: path)
        // A remembered digest is believed: one that was put there by hand is returned.
        let store = URL(fileURLWithPath: fixture.cacheFolder + "/digests.json")
        let forged = String(decoding: try Data(contentsOf: store), as: UTF8.self)
            .replacingOccurrences(of: digest, with: "forged")
        try Data(forged.utf8).write(to: store)
        #expect(try cache.digest(ofFile: path) == "forged")
        try Data("abcd".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try cache.digest(ofFile: path) == "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589")
    }

    @Test func aCacheThatCannotBeUsedCostsTimeOnly() throws {
        let fixture = try Fixture()
        let path = fixture.folder + "/file"
        try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
        let digest = try FileDigest.sha256(ofFile: path)
        #expect(try DigestCache(folder: path + "/not-a-folder").digest(ofFile: path) == digest)
        try FileManager.default.createDirectory(atPath: fixture.cacheFolder, withIntermediateDirectories: true)
        try Data("{broken".utf8).write(to: URL(fileURLWithPath: fixture.cacheFolder + "/digests.json"))
        #expect(try DigestCache(folder: fixture.cacheFolder).digest(ofFile: path) == digest)
    }

    /// The value is that of `sha256sum 0 1 | cut -c1-64 | sha256sum`.
    @Test func aModelOfSeveralFilesHasOneDigestOfAll() throws {
        let fixture = try Fixture()
        let store = try fixture.store(manifest: "models: []")
        let paths = ["abc", ""].enumerated().map { (fixture.folder + "/\($0)", $1) }
        for (path, text) in paths { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        #expect(try store.digest(ofFiles: [paths[0].0]) == store.digest(ofFile: paths[0].0))
        let both = "ff481ce4c9482a1350469a8ff263915d6a478123e3a0c03f6eba5cb3e38a150f"
        #expect(try store.digest(ofFiles: paths.map(\.0)) == both)
        #expect(try store.digest(ofFiles: paths.reversed().map(\.0)) != both)
    }

    @Test func whatIsNoFileHasNoDigest() throws {
        let fixture = try Fixture()
        let cache = DigestCache(folder: fixture.cacheFolder)
        for path in ["/nowhere", "/"] { #expect(throws: ModelStoreError.self) { try cache.digest(ofFile: path) } }
    }

    @Test func namesAndPathsAreResolved() throws {
        let fixture = try Fixture()
        let model = fixture.folder + "/x.gguf"
        let store = try fixture.store(
            manifest: "models: [{ name: f, file: f, architecture: a, licence: l, source: { file: x.gguf } }]")
        #expect(throws: ModelStoreError.self) { try store.resolve("f") }
        try Data("abc".utf8).write(to: URL(fileURLWithPath: model))
        #expect(try store.resolve("f") == model)
        #expect(try store.pull("f") == model)
        #expect(try store.resolve(model) == model)
        #expect(throws: ModelStoreError.unknownModel(name: "g", known: ["f"])) { try store.resolve("g") }
        #expect(throws: ModelStoreError.unknownModel(name: "g", known: ["f"])) { try store.pull("g") }
    }
}

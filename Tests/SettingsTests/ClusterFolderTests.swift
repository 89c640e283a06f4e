import Foundation
import Testing
@testable import Settings

@Suite struct ClusterFolderTests {
    private func temporary() -> String {
        FileManager.default.temporaryDirectory.path + "/a1-folder-\(UUID().uuidString)"
    }

    @Test func isMadeForItsOwnerAloneAndTwiceIsOnce() throws {
        let folder = ClusterFolder(path: temporary() + "/deep/")
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.create()
        try folder.create()
        for path in [folder.path, folder.logs, folder.processIDs] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
        #expect(folder.log(of: "draft-0") == folder.path + "/logs/draft-0.jsonl")
        #expect(folder.processID(of: "draft-0") == folder.path + "/pids/draft-0.pid")
    }

    @Test func aFileInItsPlaceIsNamed() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(throws: ClusterFolderError.self) { try ClusterFolder(path: path).create() }
    }
}

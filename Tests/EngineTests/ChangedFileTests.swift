import Foundation
import TestSupport
import Testing
import Transformer

@testable import Engine

/// A model file that is overwritten while it is mapped changes the weights unseen.
@Suite struct ChangedFileTests {
    @Test func whatAChangedFileGaveIsNoScore() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf")
        try Data(TinyModel().writer().bytes()).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let harness = try EngineHarness(LoadedModel(path: path.path))
        let before = await harness.answer(ScoreRequest(id: 1, key: 1, context: [1, 2], block: [3]))
        #expect(before.logProbabilities?.count == 1)
        let file = try FileHandle(forUpdating: path)
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0, count: 64))
        try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: path.path)
        let scored = await harness.answer(ScoreRequest(id: 2, key: 2, context: [1, 2], block: [3]))
        #expect(scored.error == .modelFileChanged(.changed(path: path.path)))
        let generated = await harness.answer(GenerateRequest(id: 3, key: 3, context: [1], maximumTokens: 1))
        #expect(generated.error == .modelFileChanged(.changed(path: path.path)))
        #expect(scored.error?.description.contains(path.path) == true)
    }
}

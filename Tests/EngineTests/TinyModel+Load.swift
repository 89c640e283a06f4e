import Foundation
import TestSupport
import Transformer

extension TinyModel {
    func load() throws -> LoadedModel {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf")
        try Data(writer().bytes()).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try LoadedModel(path: url.path)
    }
}

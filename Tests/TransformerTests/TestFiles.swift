import Foundation

/// Where tests find what is not part of the project.
enum TestFiles {
    static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let environment = ProcessInfo.processInfo.environment

    /// A folder of the reference data, if it is there.
    static func reference(_ path: String) -> URL? {
        let root = environment["A1_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? packageRoot.appendingPathComponent("../shared/reference")
        return existing(root.appendingPathComponent(path))
    }

    /// A pretrained model file, if it has been downloaded.
    static func model(_ name: String) -> URL? {
        existing(modelFolder.appendingPathComponent(name))
    }

    /// Whether tests that take minutes were asked for.
    static let areHeavyTestsAsked = environment["A1_HEAVY_TESTS"] != nil

    private static var modelFolder: URL {
        if let folder = environment["A1_MODELS"] { return URL(fileURLWithPath: folder) }
        if let cache = environment["XDG_CACHE_HOME"] { return URL(fileURLWithPath: cache + "/a1/models") }
        return URL(fileURLWithPath: NSHomeDirectory() + "/.cache/a1/models")
    }

    static func existing(_ url: URL) -> URL? {
        FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
}

import Foundation
import TestSupport

/// The project's files: what version control holds or would take, so that products of a build do not count.
struct SourceTree: Sendable {
    struct Entry: Sendable {
        let path: String
        let bytes: Int
    }

    let root: URL
    let entries: [Entry]
    /// The text files among them.
    let files: [SourceFile]

    static let shared = SourceTree()

    private static let textKinds: Set<String> = [
        "swift", "c", "h", "md", "yaml", "yml", "sh", "py", "proto", "modulemap", "json", "txt", "service", "gitignore",
    ]

    init() {
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let root = file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        self.root = root
        entries = (Self.versioned(root) ?? Self.walked(root)).sorted().compactMap { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: root.path + "/" + path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
            return Entry(path: path, bytes: attributes?[.size] as? Int ?? 0)
        }
        files = entries.compactMap { entry in
            let name = entry.path.split(separator: "/").last.map(String.init) ?? ""
            let kind = name.split(separator: ".").last.map(String.init) ?? ""
            let isScript = entry.path.hasPrefix(".ci/") && !name.contains(".")
            guard textKinds(kind) || isScript, entry.bytes < 4 << 20 else { return nil }
            guard let data = try? Data(contentsOf: root.appendingPathComponent(entry.path)) else { return nil }
            return SourceFile(path: entry.path, text: String(decoding: data, as: UTF8.self))
        }
        func textKinds(_ kind: String) -> Bool { Self.textKinds.contains(kind) }
    }

    /// What git holds, and what it would take; nil where there is no git.
    private static func versioned(_ root: URL) -> [String]? {
        let arguments = [
            "git", "-c", "safe.directory=*", "-C", root.path, "ls-files", "-z", "--cached", "--others",
            "--exclude-standard",
        ]
        guard let git = try? ChildProcess(URL(fileURLWithPath: "/usr/bin/env"), arguments, output: .piped),
            let data = try? git.readToEnd(), (try? git.wait()) == 0
        else { return nil }
        let paths = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return paths.isEmpty ? nil : Array(Set(paths))
    }

    private static func walked(_ root: URL) -> [String] {
        let ignored = { (path: String) in
            path.hasPrefix(".build") || path.hasPrefix(".git/") || path == "Package.resolved"
        }
        return (FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? [])
            .filter { !ignored($0) }
    }
}

import Foundation

/// A text file of the tree, as rules look at it.
struct SourceFile: Sendable {
    /// From the package's root: `Sources/Domain/Limits.swift`.
    let path: String
    let lines: [String]
    /// The lines with comments and the contents of texts blanked out: what is left is code. Only for languages that
    /// the scanner knows; for others the lines as they are.
    let code: [String]
    /// The text with a zero byte at its end.
    private let characters: [CChar]

    init(path: String, text: String) {
        self.path = path
        characters = Array(text.utf8CString)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let language = CodeScanner.Language(path: path)
        code = language.map { CodeScanner.code(text, $0) } ?? lines
    }

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// What follows the name's last dot.
    var kind: String { name.split(separator: ".").dropFirst().last.map(String.init) ?? "" }

    /// `Domain` for files in `Sources/Domain`; nil elsewhere.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    var isGenerated: Bool { path.hasSuffix(".pb.swift") }

    /// Whether a word stands anywhere in the file, comments and texts included. Quick, so that rules need not look
    /// through the lines of files that they have nothing to say about.
    func mentions(_ word: String) -> Bool {
        strstr(characters, word) != nil
    }

    func finding(_ line: Int, _ message: String) -> Finding { Finding(path: path, line: line, message: message) }
}

/// Something untidy: where, what, and the cure.
struct Finding: Sendable, Hashable, CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let message: String
    var description: String { "\(path):\(line): \(message)" }
}

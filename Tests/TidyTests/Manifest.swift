/// What `Package.swift` says of the modules of this project: read as text, since a manifest cannot be imported.
struct Manifest {
    /// Modules that each module depends on, by the names under which they are imported.
    let dependencies: [String: Set<String>]

    /// Products of other packages by the names of the manifest's constants.
    private static let products = [
        "protobuf": "SwiftProtobuf", "logging": "Logging", "database": "GRDB", "arguments": "ArgumentParser",
        "yaml": "Yams", "integers": "BigInt",
    ]

    /// - Parameter text: with the contents of its texts.
    init(_ text: String) {
        var dependencies: [String: Set<String>] = [:]
        for opening in ["module(", ".executableTarget("] {
            for call in Self.calls(opening, in: text) {
                let names = Self.texts(call)
                guard let name = names.first, !call.contains("path:") else { continue }
                let list = call.firstIndex(of: "[").map { call[$0...].prefix { $0 != "]" } } ?? ""
                let constants = list.split { !($0.isLetter || $0.isNumber || $0 == "\"") }.map(String.init)
                dependencies[name] = Set(Self.texts(String(list))).union(constants.compactMap { Self.products[$0] })
            }
        }
        self.dependencies = dependencies
    }

    /// The arguments of every call of this name, up to its last parenthesis.
    private static func calls(_ opening: String, in text: String) -> [String] {
        text.ranges(of: opening).compactMap { range in
            guard range.lowerBound == text.startIndex || text[text.index(before: range.lowerBound)].isWhitespace else {
                return nil
            }
            var depth = 1
            return String(
                text[range.upperBound...].prefix { character in
                    if character == "(" { depth += 1 }
                    if character == ")" { depth -= 1 }
                    return depth > 0
                })
        }
    }

    /// What stands between quotation marks.
    private static func texts(_ text: String) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }
}

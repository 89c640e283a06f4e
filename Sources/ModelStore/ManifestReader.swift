import Foundation
import Yams

/// Reads the text of a manifest strictly: what it does not know is an error with its line.
struct ManifestReader {
    let path: String
    /// What relative `file:` paths are relative to.
    let folder: String

    func entries(of text: String) throws(ModelStoreError) -> [ModelEntry] {
        let root = try node(of: text)
        let fields = try mapping(root, named: "the manifest", keys: ["models"])
        guard let models = fields["models"] else { throw error(root, "the key `models` is missing") }
        guard case .sequence(let items) = models else { throw error(models, "`models` is not a list") }
        var entries: [ModelEntry] = []
        for item in items {
            let entry = try self.entry(item)
            if entries.contains(where: { $0.name == entry.name }) {
                throw error(item, "the name `\(entry.name)` is used twice")
            }
            entries.append(entry)
        }
        return entries
    }

    private func node(of text: String) throws(ModelStoreError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw Self.manifestError(error, path: path)
        } catch {
            throw .manifest(path: path, line: 1, reason: "\(error)")
        }
        throw .manifest(path: path, line: 1, reason: "the manifest is empty")
    }

    private static func manifestError(_ error: YamlError, path: String) -> ModelStoreError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .manifest(path: path, line: mark.line, reason: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            .manifest(
                path: path, line: context.mark.line,
                reason: "the keys \(keys.sorted().joined(separator: ", ")) are used twice")
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            .manifest(path: path, line: 1, reason: "not YAML: \(error)")
        }
    }

    private func error(_ node: Node, _ reason: String) -> ModelStoreError {
        .manifest(path: path, line: node.mark?.line ?? 1, reason: reason)
    }

    // MARK: One model

    private static let keys = ["name", "file", "architecture", "licence", "bytes", "sha256", "source"]

    private func entry(_ item: Node) throws(ModelStoreError) -> ModelEntry {
        let fields = try mapping(item, named: "a model", keys: Self.keys)
        let name = try required("name", fields, item)
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
            throw error(fields["name"] ?? item, "the name `\(name)` is not of letters, digits, `.`, `_`, `-`")
        }
        let file = try required("file", fields, item)
        guard !file.isEmpty, !file.hasPrefix("."), !file.contains("/"), !file.contains("\0") else {
            throw error(fields["file"] ?? item, "`file` is not the plain name of a file: `\(file)`")
        }
        guard let sourceNode = fields["source"] else { throw error(item, "`\(name)`: the key `source` is missing") }
        let source = try self.source(sourceNode)
        return ModelEntry(
            name: name, file: file, architecture: try required("architecture", fields, item),
            licence: try required("licence", fields, item), bytes: try bytes(fields["bytes"]),
            sha256: try digest(fields["sha256"], of: name, from: source, in: item), source: source)
    }

    private func bytes(_ node: Node?) throws(ModelStoreError) -> Int64? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node, let bytes = Int64(scalar.string), bytes > 0 else {
            throw error(node, "`bytes` is not a positive whole number")
        }
        return bytes
    }

    private func digest(
        _ node: Node?, of name: String, from source: ModelSource, in item: Node
    ) throws(ModelStoreError) -> String? {
        guard let node else {
            if case .file = source { return nil }
            throw error(item, "`\(name)`: the key `sha256` is missing; a `\(source.kind)` source needs it")
        }
        let digest = try string(node, named: "sha256").lowercased()
        guard digest.utf8.count == 64, digest.utf8.allSatisfy(Self.isHexadecimal) else {
            throw error(node, "`sha256` is not 64 hexadecimal digits")
        }
        return digest
    }

    // MARK: Sources

    private func source(_ node: Node) throws(ModelStoreError) -> ModelSource {
        let fields = try mapping(node, named: "`source`", keys: ["pip", "file", "url"])
        guard fields.count == 1, let (kind, value) = fields.first else {
            throw error(node, "`source` needs exactly one of `pip`, `file`, `url`")
        }
        switch kind {
        case "pip": return try pip(value)
        case "file":
            let file = try string(value, named: "file")
            let base = URL(fileURLWithPath: folder, isDirectory: true)
            return .file(path: URL(fileURLWithPath: file, relativeTo: base).standardizedFileURL.path)
        case _:
            let url = try string(value, named: "url")
            guard url.hasPrefix("https://") else { throw error(value, "`url` does not begin with https://") }
            return .url(url)
        }
    }

    private func pip(_ node: Node) throws(ModelStoreError) -> ModelSource {
        let fields = try mapping(node, named: "`pip`", keys: ["packages", "member"])
        let member = try required("member", fields, node)
        guard let packages = fields["packages"] else { throw error(node, "the key `packages` is missing") }
        var names: [String] = []
        switch packages {
        case .scalar: names = try range(packages)
        case .sequence(let items):
            for item in items { names += try range(item) }
        case .mapping, .alias: throw error(packages, "`packages` is not a text or a list of texts")
        }
        guard !names.isEmpty else { throw error(packages, "`packages` is empty") }
        return .pip(packages: names, member: member)
    }

    /// More parts than a model is split into.
    static let maximumParts = 1_000

    /// `name{1...22}` is 22 packages in numeric order; everything else is one.
    private func range(_ node: Node) throws(ModelStoreError) -> [String] {
        let text = try string(node, named: "packages")
        guard let open = text.firstIndex(of: "{") else { return [try package(text, node)] }
        guard let close = text[open...].firstIndex(of: "}"),
            let dots = text[open..<close].range(of: "..."),
            let first = Int(text[text.index(after: open)..<dots.lowerBound]),
            let last = Int(text[dots.upperBound..<close]), first >= 0, first <= last
        else { throw error(node, "`\(text)` is not a range such as `name{1...22}`") }
        guard last < first + Self.maximumParts else {
            throw error(node, "`\(text)` has more than \(Self.maximumParts) parts")
        }
        var names: [String] = []
        for number in first...last {
            names.append(try package("\(text[..<open])\(number)\(text[text.index(after: close)...])", node))
        }
        return names
    }

    /// A package name with at most a version, so that nothing in a manifest can be an option of pip or a path.
    private func package(_ text: String, _ node: Node) throws(ModelStoreError) -> String {
        let allowed = text.utf8.allSatisfy { Self.isNameByte($0) || $0 == UInt8(ascii: "=") }
        let parts = text.components(separatedBy: "==")
        guard allowed, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains("=") }),
            text.first?.isLetter == true || text.first?.isNumber == true
        else { throw error(node, "`\(text)` is not `package` or `package==version`") }
        return text
    }

    // MARK: Nodes

    private func mapping(_ node: Node, named name: String, keys: [String]) throws(ModelStoreError) -> [String: Node] {
        guard case .mapping(let mapping) = node else { throw error(node, "\(name) is not a mapping") }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key, keys.contains(scalar.string) else {
                throw error(key, "unknown key `\(key.string ?? "")` in \(name); known: \(keys.joined(separator: ", "))")
            }
            fields[scalar.string] = value
        }
        return fields
    }

    private func required(
        _ key: String, _ fields: [String: Node], _ parent: Node
    ) throws(ModelStoreError) -> String {
        guard let node = fields[key] else { throw error(parent, "the key `\(key)` is missing") }
        return try string(node, named: key)
    }

    private func string(_ node: Node, named name: String) throws(ModelStoreError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            throw error(node, "`\(name)` is not a text")
        }
        return scalar.string
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return (0x30...0x39).contains(byte) || (0x61...0x7A).contains(folded) || ".-_".utf8.contains(byte)
    }
}

/// A scalar as it was written. What it means is decided by the field that it fills, so that `no` stays a text where
/// a text is wanted.
struct YamlScalar: Hashable {
    var text: String
    /// Written without quotes and not as a block: only such a scalar can be a number, a truth value or nothing.
    var isPlain: Bool
    var mark: Mark

    var isMissing: Bool { isPlain && text.isEmpty }
}

/// A configuration file's tree: only what a configuration needs of YAML.
indirect enum YamlNode {
    case scalar(YamlScalar)
    case sequence([YamlNode], Mark)
    case mapping([(key: YamlScalar, value: YamlNode)], Mark)

    var mark: Mark {
        switch self {
        case .scalar(let scalar): scalar.mark
        case .sequence(_, let mark), .mapping(_, let mark): mark
        }
    }

    /// What the node is, for people.
    var kind: String {
        switch self {
        case .scalar(let scalar) where scalar.isMissing: "nothing"
        case .scalar(let scalar): "'\(scalar.text.shortened)'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension String {
    /// At most 60 characters of one line, for messages.
    var shortened: String {
        let line = String(map { $0.isNewline ? " " : $0 })
        return line.count <= 60 ? line : String(line.prefix(57)) + "..."
    }
}

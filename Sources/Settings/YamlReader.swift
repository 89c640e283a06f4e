/// Bytes to a tree, within bounds: total, and never deeper or larger than its limits say.
struct YamlReader {
    private let events: YamlEvents
    private let maximumDepth: Int
    private let problems: ProblemList

    /// - Parameters:
    ///   - maximumDepth: lists and mappings within each other.
    ///   - problems: gets what is wrong but lets the rest be read, such as a key given twice.
    /// - Returns: the one document's root; nil when the file holds none.
    /// - Throws: what makes the rest unreadable.
    static func read(
        _ bytes: [UInt8], maximumDepth: Int, problems: ProblemList
    ) throws(SettingsProblem) -> YamlNode? {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
        return try text.withUnsafeBufferPointer { buffer throws(SettingsProblem) in
            let reader = YamlReader(
                events: try YamlEvents(bytes: buffer), maximumDepth: maximumDepth, problems: problems)
            return try reader.document()
        }
    }

    private func document() throws(SettingsProblem) -> YamlNode? {
        guard case .documentStart = try events.next() else { return nil }
        let root = try node(try events.next(), depth: 0)
        _ = try events.next()
        if case .documentStart(let mark) = try events.next() {
            throw SettingsProblem(mark, "a second document begins: a configuration is one document")
        }
        return root
    }

    private func node(_ event: YamlEvents.Event, depth: Int) throws(SettingsProblem) -> YamlNode {
        switch event {
        case .scalar(let scalar):
            return .scalar(scalar)
        case .sequenceStart(let mark):
            try check(depth, mark)
            return .sequence(try elements(depth: depth + 1), mark)
        case .mappingStart(let mark):
            try check(depth, mark)
            return .mapping(try pairs(depth: depth + 1), mark)
        case .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            preconditionFailure("libyaml opens a node before it closes one")
        }
    }

    private func check(_ depth: Int, _ mark: Mark) throws(SettingsProblem) {
        if depth >= maximumDepth {
            throw SettingsProblem(mark, "nested more than \(maximumDepth) deep")
        }
    }

    private func elements(depth: Int) throws(SettingsProblem) -> [YamlNode] {
        var elements: [YamlNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event { return elements }
            elements.append(try node(event, depth: depth))
        }
    }

    private func pairs(depth: Int) throws(SettingsProblem) -> [(key: YamlScalar, value: YamlNode)] {
        var pairs: [(key: YamlScalar, value: YamlNode)] = []
        var firstMarks: [[UInt8]: Mark] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event { return pairs }
            guard case .scalar(let key) = try node(event, depth: depth) else {
                throw SettingsProblem(nil, "a key is a word: lists and mappings as keys are not read")
            }
            let value = try node(try events.next(), depth: depth)
            if key.isPlain && key.text == "<<" {
                throw SettingsProblem(key.mark, "merge keys (<<) are not read in a configuration: write the keys out")
            }
            // Compared as bytes: Swift's own comparison takes different spellings of a letter for one.
            if let first = firstMarks.updateValue(key.mark, forKey: Array(key.text.utf8)) {
                problems.add(
                    key.mark, "key '\(key.text.shortened)' is given twice, first on line \(first.line): remove one")
            } else {
                pairs.append((key, value))
            }
        }
    }
}

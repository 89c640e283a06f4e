import Evaluation

/// Turns the tree of a list of data sets into its typed form.
struct DataSetReader {
    let problems: ProblemList

    private static let keys = ["name", "title", "source", "licence", "files", "fields", "answer_rule", "columns"]
    private static let fieldKeys = ["id", "problem", "choices", "answer"]
    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789._-".utf8)

    func read(_ root: YamlNode?) -> [DataSet] {
        guard let root else {
            problems.add(Mark(line: 1, column: 1), "is empty: a list of data sets has the key datasets")
            return []
        }
        guard let reader = MappingReader(root, name: "the list", known: ["datasets"], problems: problems) else {
            return []
        }
        reader.require("datasets", "a list of the data sets that have a name")
        guard let node = reader.node("datasets") else { return [] }
        guard case .sequence(let items, _) = node else {
            problems.add(node.mark, "datasets is a list of data sets, not \(node.kind)")
            return []
        }
        var lines: [String: Int] = [:]
        return items.compactMap { item in
            guard let reader = MappingReader(item, name: "data set", known: Self.keys, problems: problems),
                let set = entry(reader)
            else { return nil }
            if let first = lines.updateValue(item.mark.line, forKey: set.name) {
                problems.add(reader.mark("name"), "name: '\(set.name)' is that of the data set on line \(first)")
            }
            return set
        }
    }

    private func entry(_ reader: MappingReader) -> DataSet? {
        reader.require("name", "commands call it by that")
        reader.require("title", "what it is, in a few words")
        reader.require("source", "the name it is published under, which people look for")
        reader.require("licence", "what its authors allow")
        reader.require("files", "the names that its file may have")
        var form = ProblemForm()
        if let fields = reader.node("fields").flatMap({
            MappingReader($0, name: "fields", known: Self.fieldKeys, problems: problems)
        }) {
            form.id = texts("id", fields) ?? form.id
            form.problem = texts("problem", fields) ?? form.problem
            form.choices = texts("choices", fields) ?? form.choices
            form.answer = texts("answer", fields) ?? form.answer
        }
        form.rule = reader.value("answer_rule") { scalar throws(SettingsProblem) in try scalar.choice(GoldRule.self) }
        form.columns = texts("columns", reader) ?? []
        let files = texts("files", reader)?.filter { isInside($0, reader) }
        guard let name = name(reader), let title = reader.string("title"), let source = reader.string("source"),
            let licence = reader.string("licence"), let files
        else { return nil }
        return DataSet(name: name, title: title, source: source, licence: licence, files: files, form: form)
    }

    private func name(_ reader: MappingReader) -> String? {
        guard let name = reader.string("name") else { return nil }
        let isWord = name.utf8.allSatisfy { Self.nameBytes.contains($0) } && !name.hasPrefix(".")
        guard isWord, (1...64).contains(name.utf8.count) else {
            problems.add(
                reader.mark("name"), "name: '\(name.shortened)' is not a name: small letters, digits, '.', '_' and "
                    + "'-', not beginning with a dot, at most 64 bytes")
            return nil
        }
        return name
    }

    /// A file lies in the folder of data sets, so that a list cannot name others.
    private func isInside(_ file: String, _ reader: MappingReader) -> Bool {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            problems.add(
                reader.mark("files"), "files: '\(file.shortened)' is not a name within the folder of data sets")
            return false
        }
        return true
    }

    /// One text or a list of them, never empty.
    private func texts(_ key: String, _ reader: MappingReader) -> [String]? {
        guard case .sequence(let items, let mark)? = reader.node(key) else {
            return reader.string(key).map { [$0] }
        }
        var texts: [String] = []
        for item in items {
            guard case .scalar(let scalar) = item else {
                problems.add(item.mark, "\(key): a list of texts cannot hold \(item.kind)")
                return nil
            }
            do throws(SettingsProblem) {
                texts.append(try scalar.string())
            } catch {
                problems.add(item.mark, "\(key): \(error.reason)")
                return nil
            }
        }
        if texts.isEmpty { problems.add(mark, "\(key): the list is empty") }
        return texts.isEmpty ? nil : texts
    }
}

/// The walls within `Coordination`: the coordinator routes between parts, and each part owns its state.
enum Walls {
    /// Values that a part owns and others read.
    private static let elements: Set<String> = ["Path", "Problem", "Run", "VolatileRun", "Worker"]
    /// What the coordinator itself may keep: figures for people.
    private static let own: Set<String> = ["CoordinatorStatus"]

    /// A stored variable of a type.
    struct Variable: Equatable {
        /// From 1.
        let line: Int
        let name: String
        /// Its type, or what it is made by: `Ledger` of `var ledger = Ledger()`; empty if neither is a plain name.
        let type: String
        /// Whether others may write it.
        let isOpen: Bool
    }

    /// The parts by the names of the coordinator's variables.
    static func parts(of coordinator: SourceFile) -> [String: String] {
        let open = variables(of: "Coordinator", in: coordinator).filter { $0.isOpen && !own.contains($0.type) }
        return Dictionary(open.map { ($0.name, $0.type) }) { first, _ in first }
    }

    /// Variables of parts that others may write, and parts that are replaced as a whole.
    static func breaches(_ files: [SourceFile], parts: [String: String]) -> [Finding] {
        files.flatMap { file in
            Set(parts.values).union(elements).sorted().flatMap { part in
                variables(of: part, in: file).filter(\.isOpen).map {
                    file.finding($0.line, "\($0.name) of \(part) can be written from anywhere: make it private(set)")
                }
            } + replacements(in: file, parts)
        }
    }

    private static func replacements(in file: SourceFile, _ parts: [String: String]) -> [Finding] {
        guard file.name.hasPrefix("Coordinator") else { return [] }
        return file.code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard words.count > 2, words[1] == "=" else { return nil }
            let name = words[0].hasPrefix("self.") ? words[0].dropFirst(5) : words[0]
            // The initialiser makes each of them.
            guard let part = parts[String(name)], !words[2].hasPrefix("\(part)(") else { return nil }
            return file.finding(index + 1, "\(name) is replaced as a whole: give \(part) a function that says why")
        }
    }

    /// The stored variables of a type that is declared in this file at its top level.
    static func variables(of type: String, in file: SourceFile) -> [Variable] {
        guard let start = file.code.firstIndex(where: { declares($0, type) }) else { return [] }
        let end = file.code[start...].firstIndex { $0.hasPrefix("}") } ?? file.code.endIndex
        return (start..<end).compactMap { index in
            let line = file.code[index]
            // Members of the type itself, not of its functions or of types within.
            guard line.hasPrefix("    "), !line.hasPrefix("     ") else { return nil }
            return variable(line, at: index + 1)
        }
    }

    private static func declares(_ line: String, _ type: String) -> Bool {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        guard !line.hasPrefix(" "), let kind = words.firstIndex(of: "struct") else { return false }
        return words.indices.contains(kind + 1) && words[kind + 1] == type
    }

    private static func variable(_ line: String, at number: Int) -> Variable? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "var"), place + 1 < words.count else { return nil }
        let modifiers = words[..<place]
        // A computed one has a body and no value.
        guard !modifiers.contains("static"), line.contains(" = ") || !line.contains("{") else { return nil }
        let isOpen = !modifiers.contains { $0.hasPrefix("private") || $0.hasPrefix("fileprivate") }
        let name = String(words[place + 1].prefix { $0 != ":" })
        let type = words.dropFirst(place + 2).first { $0 != "=" } ?? ""
        return Variable(
            line: number, name: name, type: String(type.prefix { $0.isLetter || $0.isNumber }), isOpen: isOpen)
    }
}

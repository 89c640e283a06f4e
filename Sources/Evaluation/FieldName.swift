/// The names of fields, which people write in several ways.
enum FieldName {
    /// Marks without width that editors leave in texts: zero-width space, word joiner, byte order mark.
    private static let invisible: Set<Unicode.Scalar> = ["\u{200B}", "\u{2060}", "\u{FEFF}"]

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || invisible.contains(scalar)
    }

    /// Whether a text has nothing visible.
    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isBlank) }

    /// The name without blanks around it.
    static func trimmed(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    /// What two ways of writing a name have in common: small letters, without blanks, `_` and `-`.
    static func folded(_ name: String) -> String {
        let scalars = name.unicodeScalars.filter { !isBlank($0) && $0 != "_" && $0 != "-" }
        return String(String.UnicodeScalarView(scalars)).lowercased()
    }
}

/// The names that the fields of a form's rows have.
struct FieldNames {
    private let exact: Set<String>
    /// The name that counts, by what its ways of writing have in common.
    let folded: [String: String]

    /// Columns of choices, `A` and so on, are not among them: in small letters they mean other things.
    init(_ form: ProblemForm) {
        let own = ProblemForm.own
        let names = form.id + form.problem + form.choices + form.answer + form.finalAnswer + form.solution
            + own.id + own.problem + own.answer
        exact = Set(names)
        folded = Dictionary(names.map { (FieldName.folded($0), $0) }) { first, _ in first }
    }

    /// A row whose fields have the names that the form knows, where they are written in another way.
    ///
    /// - Throws: `repeatedKey` if two fields have the same name then.
    func canonical(_ row: JSONValue) throws(BadLineError) -> JSONValue {
        guard case .object(let members) = row else { return row }
        guard members.contains(where: { !exact.contains($0.key) }) else { return row }
        // A field that has a known name as it is goes before others that mean the same.
        var taken = Set(members.filter { exact.contains($0.key) }.map { FieldName.folded($0.key) })
        let isTakenExactly = taken
        var renamed: [(key: String, value: JSONValue)] = []
        for (key, value) in members {
            let common = FieldName.folded(key)
            guard let name = folded[common], value != .null, !isTakenExactly.contains(common) else {
                renamed.append((key, value))
                continue
            }
            guard taken.insert(common).inserted else { throw BadLineError(.repeatedKey(key)) }
            renamed.append((name, value))
        }
        return .object(renamed)
    }
}

/// Scalars as the types that fields want. Each conversion throws what was wanted, what was found, and where.
extension YamlScalar {
    func string() throws(SettingsProblem) -> String {
        if isMissing { throw wrong("a text") }
        if text.unicodeScalars.contains("\0") {
            throw SettingsProblem(mark, "a text may not hold the character U+0000")
        }
        return text
    }

    func integer() throws(SettingsProblem) -> Int {
        guard isPlain, let value = Int(text) else { throw wrong("a whole number") }
        return value
    }

    func unsigned() throws(SettingsProblem) -> UInt64 {
        guard isPlain, let value = UInt64(text) else { throw wrong("a whole number from 0 to \(UInt64.max)") }
        return value
    }

    func number() throws(SettingsProblem) -> Double {
        // Double's own reading also takes hexadecimal numbers and names, which YAML writes differently.
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isPlain, isDecimal, let value = Double(text) else { throw wrong("a finite number") }
        guard value.isFinite else { throw SettingsProblem(mark, "'\(text.shortened)' is too large a number") }
        return value
    }

    func truth() throws(SettingsProblem) -> Bool {
        switch (isPlain, text) {
        case (true, "true"): return true
        case (true, "false"): return false
        case _: throw wrong("true or false")
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(SettingsProblem) -> Choice where Choice.RawValue == String {
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        if isMissing { throw wrong("one of \(known.joined(separator: ", "))") }
        throw SettingsProblem(mark, NearestName.unknown("value", text, known: known))
    }

    private func wrong(_ wanted: String) -> SettingsProblem {
        let quoted = isPlain ? "" : " in quotes"
        let found = isMissing ? "nothing" : "'\(text.shortened)'\(quoted)"
        return SettingsProblem(mark, "expected \(wanted), found \(found)")
    }
}

/// Reads the fields of one mapping. What is wrong goes to the list of problems and reads as absent, so that one
/// mistake hides no other.
struct MappingReader {
    let mark: Mark
    let problems: ProblemList
    private let values: [String: YamlNode]
    private let name: String

    /// - Parameters:
    ///   - node: what should be a mapping.
    ///   - name: what it is, for messages: `cluster`.
    ///   - known: every key it may have, in the order people should read them.
    ///   - hidden: keys that it may have and that would only clutter a list.
    init?(_ node: YamlNode, name: String, known: [String], hidden: [String] = [], problems: ProblemList) {
        guard case .mapping(let pairs, let mark) = node else {
            problems.add(node.mark, "\(name) is a mapping of \(known.joined(separator: ", ")), not \(node.kind)")
            return nil
        }
        self.mark = mark
        self.name = name
        self.problems = problems
        var values: [String: YamlNode] = [:]
        let allowed = Set(known + hidden)
        for (key, value) in pairs {
            if allowed.contains(key.text) {
                values[key.text] = value
            } else {
                problems.add(
                    key.mark,
                    NearestName.unknown("key", key.text, known: known, hidden: hidden, place: " in \(name)"))
            }
        }
        self.values = values
    }

    func node(_ key: String) -> YamlNode? { values[key] }

    func mark(_ key: String) -> Mark { values[key]?.mark ?? mark }

    /// The value of a field that holds a scalar; nil when it is absent or wrong.
    func value<Value>(
        _ key: String, _ convert: (YamlScalar) throws(SettingsProblem) -> Value
    ) -> Value? {
        guard let node = values[key] else { return nil }
        guard case .scalar(let scalar) = node else {
            problems.add(node.mark, "\(name).\(key) is a single value, not \(node.kind)")
            return nil
        }
        do throws(SettingsProblem) {
            return try convert(scalar)
        } catch {
            problems.add(node.mark, "\(key): \(error.reason)")
            return nil
        }
    }

    func string(_ key: String) -> String? {
        value(key) { scalar throws(SettingsProblem) in try scalar.string() }
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let found = value(key) { scalar throws(SettingsProblem) in try scalar.integer() }
        guard let found else { return nil }
        if range.contains(found) { return found }
        problems.add(
            mark(key), "\(key): \(found) is not possible; allowed is \(range.lowerBound)...\(range.upperBound)")
        return nil
    }

    func truth(_ key: String) -> Bool? {
        value(key) { scalar throws(SettingsProblem) in try scalar.truth() }
    }

    /// Says that a key must be there.
    func require(_ key: String, _ advice: String) {
        if values[key] == nil { problems.add(mark, "\(name) needs '\(key)': \(advice)") }
    }
}

/// The rules that look at one file. Words that the rules forbid are put together here from halves, so that this file
/// keeps them as well.
enum Rules {
    static let all: [@Sendable (SourceFile) -> [Finding]] = [
        imports, purity, lineWidths, fileSizes, functionSizes, openSwitches, leftovers, hosts, machinePaths, titles,
        reasons, decoders,
    ]

    // MARK: Modules

    /// Every import stands in the import table.
    @Sendable static func imports(_ file: SourceFile) -> [Finding] {
        guard file.kind == "swift", let module = file.module else { return [] }
        guard let row = ImportTable.rows[module] else {
            return [file.finding(1, "module \(module) is not in the import table: add its row to ImportTable.swift")]
        }
        let allowed = row.modules.union(row.platform).union(row.exceptions[file.name] ?? [])
        return file.code.enumerated().compactMap { index, line in
            guard let imported = importedModule(line), !allowed.contains(imported) else { return nil }
            return file.finding(
                index + 1, "\(module) may not import \(imported): move the code, or make it a decision with a note in "
                    + "docs/decisions/ and a change of ImportTable.swift")
        }
    }

    /// What a line with an import begins with: an attribute, a modifier or the word itself.
    private static let importStarts = Set("@pif".utf8)

    /// The module that a line imports, whatever attributes and modifiers stand before.
    static func importedModule(_ line: String) -> String? {
        guard let start = line.utf8.first(where: { $0 != UInt8(ascii: " ") }), importStarts.contains(start) else {
            return nil
        }
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words.removeFirst() }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        let name = kinds.contains(words[words.startIndex + 1]) ? words.dropFirst(2).first : words.dropFirst().first
        return name.map { String($0.prefix { $0 != "." && $0 != ";" }) }
    }

    private static let impurities = [
        "Date(", "Date.now", "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "DispatchTime",
        ".random(", "SystemRandomNumberGenerator", ".randomElement(", ".shuffled(", "arc4random", "ProcessInfo",
        "getenv(", "print(", "FileManager", "fopen(",
    ]

    /// Pure modules read no clock, draw nothing by chance and neither read nor print.
    @Sendable static func purity(_ file: SourceFile) -> [Finding] {
        guard let module = file.module, ImportTable.rows[module]?.isPure == true, !file.isGenerated else { return [] }
        let words = impurities.filter { file.mentions($0) }
        guard !words.isEmpty else { return [] }
        return file.code.enumerated().flatMap { index, line in
            words.filter { contains(line, word: $0) }.map { word in
                file.finding(
                    index + 1, "\(word) in the pure module \(module): take time, chance and input as parameters")
            }
        }
    }

    /// Whether a word stands in a line other than as the end of a longer one.
    private static func contains(_ line: String, word: String) -> Bool {
        guard let range = line.firstRange(of: word) else { return false }
        guard !word.hasPrefix("."), range.lowerBound > line.startIndex else { return true }
        let before = line[line.index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || before == "_")
    }

    // MARK: Sizes

    private static let maximumColumns = 120

    @Sendable static func lineWidths(_ file: SourceFile) -> [Finding] {
        guard ["swift", "c", "h", "sh", "py"].contains(file.kind), !file.isGenerated else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            guard line.utf8.count > maximumColumns else { return nil }
            let columns = line.unicodeScalars.count
            guard columns > maximumColumns else { return nil }
            return file.finding(index + 1, "\(columns) columns, at most \(maximumColumns): break the line")
        }
    }

    @Sendable static func fileSizes(_ file: SourceFile) -> [Finding] {
        let limits = ["swift": 500, "c": 600, "h": 600]
        guard let limit = limits[file.kind], !file.isGenerated else { return [] }
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        guard count > limit else { return [] }
        let message = "\(count) lines, at most \(limit): a file is one concept; split it by concepts"
        return [file.finding(limit + 1, message)]
    }

    private static let maximumFunctionLines = 69

    @Sendable static func functionSizes(_ file: SourceFile) -> [Finding] {
        guard !file.isGenerated, let language = CodeScanner.Language(path: file.path) else { return [] }
        return FunctionFinder(code: file.code, language: language).functions.compactMap { function in
            guard function.lines > maximumFunctionLines else { return nil }
            return file.finding(
                function.line, "a function of \(function.lines) lines, at most \(maximumFunctionLines): "
                    + "name its parts and make them functions")
        }
    }

    // MARK: State machines

    /// A new state must make the compiler name every place that has to decide about it.
    @Sendable static func openSwitches(_ file: SourceFile) -> [Finding] {
        let isStateMachine = file.module == "Coordination" || file.name.contains("State")
        guard file.kind == "swift", file.module != nil, isStateMachine else { return [] }
        return file.code.enumerated().compactMap { index, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            let isOpen = words.first == "default:" || words.starts(with: ["case", "_:"])
            guard isOpen else { return nil }
            return file.finding(index + 1, "a switch with a case for all the rest in a state machine: name each case")
        }
    }

    // MARK: Words

    private static let leftoverWords = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK"]

    @Sendable static func leftovers(_ file: SourceFile) -> [Finding] {
        guard !file.isGenerated else { return [] }
        return occurrences(of: leftoverWords, in: file) { "\($0) left over: do it, or file what is missing" }
    }

    private static let registryHosts = [
        "pypi" + ".org", "python" + "hosted.org", "deb.deb" + "ian.org", "registry.npm" + "js.org", "crates" + ".io",
        "hugging" + "face.co", "proxy.go" + "lang.org",
    ]
    private static let codeHost = "git" + "hub.com"

    /// Where things come from is named once, by the package manifest and by documents.
    @Sendable static func hosts(_ file: SourceFile) -> [Finding] {
        guard !file.isGenerated else { return [] }
        let mayNameCode = file.path == "Package.swift" || file.kind == "md"
        return occurrences(of: registryHosts + (mayNameCode ? [] : [codeHost]), in: file) {
            "the host \($0): use the package by its name through its ordinary client"
        }
    }

    private static let homes = "/ho" + "me/"
    private static let privatePaths = ["/wo" + "rk/", "/ro" + "ot/", "/tmp/bash" + "_jobs", "/tmp/mi" + "ni", homes]

    /// A path of one machine means nothing on another.
    @Sendable static func machinePaths(_ file: SourceFile) -> [Finding] {
        occurrences(of: privatePaths, in: file) {
            "the path \($0) of one machine: derive it, or take it as a parameter"
        }.filter { !isExample($0, file) }
    }

    /// A home folder may stand for any in a test or a document: `/home/someone`.
    private static func isExample(_ finding: Finding, _ file: SourceFile) -> Bool {
        file.lines[finding.line - 1].contains(homes + "someone")
    }

    private static func occurrences(
        of words: [String], in file: SourceFile, _ message: (String) -> String
    ) -> [Finding] {
        let words = words.filter { file.mentions($0) }
        guard !words.isEmpty else { return [] }
        return file.lines.enumerated().flatMap { index, line in
            words.filter { line.contains($0) }.map { file.finding(index + 1, message($0)) }
        }
    }

    // MARK: Documents and reasons

    @Sendable static func titles(_ file: SourceFile) -> [Finding] {
        guard file.kind == "md" else { return [] }
        let first = file.lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return first.hasPrefix("# ") ? [] : [file.finding(1, "a document without a title: begin with '# Title'")]
    }

    private static let promises = ["@unchecked " + "Sendable", "nonisolated" + "(unsafe)"]
    private static let modulesOfPointers: Set<String> = ["CKernels", "Tensors", "Transport"]

    /// What the compiler is told to believe carries its reason, on the line or in the comment above it.
    @Sendable static func reasons(_ file: SourceFile) -> [Finding] {
        guard let module = file.module, !modulesOfPointers.contains(module), !file.isGenerated else { return [] }
        let promises = promises.filter { file.mentions($0) }
        guard !promises.isEmpty else { return [] }
        return file.code.enumerated().flatMap { index, line in
            promises.filter { line.contains($0) && !hasReason(file, index) }.map { promise in
                file.finding(index + 1, "\(promise) without a reason: say in a comment above why it holds")
            }
        }
    }

    /// What Foundation says of JSON is no sentence: in commands its errors are dropped, or made into one in one place.
    @Sendable static func decoders(_ file: SourceFile) -> [Finding] {
        let decoder = "JSONDecoder" + "("
        guard file.module == "A1", file.name != "Decoding.swift", file.mentions(decoder) else { return [] }
        return file.code.enumerated().compactMap { index, line in
            guard line.contains(decoder), !line.contains("try?") else { return nil }
            return file.finding(
                index + 1, "a JSON error of Foundation may reach people: read what they write by InputObject, what a "
                    + "program wrote by decoded(_:from:_:_:)")
        }
    }

    private static func hasReason(_ file: SourceFile, _ index: Int) -> Bool {
        if file.lines[index].contains("//") { return true }
        let above = file.lines[..<index].reversed().first { line in
            !line.drop(while: \.isWhitespace).hasPrefix("@")
        }
        return above?.drop(while: \.isWhitespace).hasPrefix("//") == true
    }
}

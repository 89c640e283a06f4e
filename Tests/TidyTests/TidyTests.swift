import Testing

/// What a machine can check of the style, over the whole tree. Each failure names the place and the cure.
@Suite struct TidyTests {
    @Test func theTreeIsThere() {
        let paths = Set(SourceTree.shared.entries.map(\.path))
        #expect(paths.contains("Package.swift"))
        #expect(SourceTree.shared.files.count { $0.module != nil } > 20)
    }

    @Test(arguments: SourceTree.shared.files.map(\.path)) func everyFileKeepsTheRules(path: String) throws {
        let file = try #require(SourceTree.shared.files.first { $0.path == path })
        for finding in Rules.all.flatMap({ $0(file) }) { Issue.record("\(finding)") }
    }

    @Test func everyModuleIsInTheTable() {
        let modules = Set(SourceTree.shared.files.filter { $0.kind == "swift" }.compactMap(\.module))
        for module in Set(ImportTable.rows.keys).subtracting(modules).sorted() {
            Issue.record("ImportTable.swift: module \(module) does not exist: remove its row")
        }
        for module in modules.intersection(ImportTable.withoutSwift).sorted() {
            Issue.record("Sources/\(module): Swift in a module of C: move it to a module of Swift")
        }
    }

    /// An import that the table allows and the manifest does not name works only as long as another target brings it.
    @Test func theTableIsThatOfTheManifest() throws {
        let file = try #require(SourceTree.shared.files.first { $0.path == "Package.swift" })
        let manifest = Manifest(file.lines.joined(separator: "\n"))
        for (module, row) in ImportTable.rows.sorted(by: { $0.key < $1.key }) {
            guard let named = manifest.dependencies[module] else {
                Issue.record("Package.swift: module \(module) is not a target: add it, or remove its row")
                continue
            }
            // A target of the package Yams, which brings it.
            let allowed = row.modules.subtracting(["CYaml"])
            for other in named.symmetricDifference(allowed).sorted() {
                let place = named.contains(other) ? "ImportTable.swift" : "Package.swift"
                Issue.record("\(place): \(module) does not name \(other), and the other does: let both say the same")
            }
        }
    }

    @Test func theCoordinatorsPartsOwnTheirState() throws {
        let files = SourceTree.shared.files.filter { $0.module == "Coordination" }
        let coordinator = try #require(files.first { $0.name == "Coordinator.swift" })
        let parts = Walls.parts(of: coordinator)
        #expect(Set(parts.values).isSuperset(of: ["Ledger", "Roster", "WorkQueue", "Speculation", "Barrier"]))
        for finding in Walls.breaches(files, parts: parts) { Issue.record("\(finding)") }
    }

    @Test func theTopLevelHoldsOnlyWhatItShould() {
        let allowed: Set<String> = [
            "Package.swift", "Sources", "Tests", "cluster", "configs", "docs", "README.md", "LICENSE", "CHANGELOG.md",
        ]
        let found = Set(SourceTree.shared.entries.compactMap { $0.path.split(separator: "/").first.map(String.init) })
        for name in found.subtracting(allowed).sorted() where !name.hasPrefix(".") {
            Issue.record("\(name): nothing else lives at the top level: move it into one of its folders")
        }
    }

    @Test func resolvedVersionsAreNotKept() {
        for entry in SourceTree.shared.entries where entry.path.hasSuffix("Package.resolved") {
            Issue.record("\(entry.path): it names hosts and pins for everyone: remove it from version control")
        }
    }

    @Test func filesAreSmall() {
        let maximum = 12 << 20
        for entry in SourceTree.shared.entries where entry.bytes > maximum {
            Issue.record("\(entry.path): \(entry.bytes) bytes, at most \(maximum): make it, or let a script fetch it")
        }
    }
}

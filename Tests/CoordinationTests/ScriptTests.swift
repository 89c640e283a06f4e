import Foundation
import Testing

/// Every script of the folder `Scripts`. A reviewer reads them; to write the effects of a new one, set
/// A1_REWRITE_SCRIPTS=1 and read what came.
@Suite struct ScriptTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test func thereAreScripts() { #expect(Self.names.count >= 10) }

    @Test(arguments: names)
    func hasTheEffectsThatItStates(name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let script = try String(contentsOf: file, encoding: .utf8)
        var runner = ScriptRunner()
        let result = try runner.run(script)
        if ProcessInfo.processInfo.environment["A1_REWRITE_SCRIPTS"] != nil {
            try result.write(to: file, atomically: true, encoding: .utf8)
        }
        let stated = script.split(separator: "\n")
        let came = result.split(separator: "\n")
        for (index, (statedLine, cameLine)) in zip(stated, came).enumerated() where statedLine != cameLine {
            Issue.record("\(name), line \(index + 1) (blank ones not counted): stated \(statedLine), came \(cameLine)")
            return
        }
        #expect(stated.count == came.count, "\(name) states \(stated.count) lines, \(came.count) came")
    }
}

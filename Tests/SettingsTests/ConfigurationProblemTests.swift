import Foundation
import Testing
@testable import Settings

/// What is wrong with a configuration, found at the right place with the right words.
@Suite struct ConfigurationProblemTests {
    /// A change to the right configuration and the one problem that it makes.
    static let spoiled: [(old: String, new: String, problem: String)] = [
        ("cluster:", "clutser:", "1:1: unknown key 'clutser' in the configuration: did you mean 'cluster'? Known: clu"),
        ("name: mine", "heartbeat_intervl_ms: 5", "2:3: unknown key 'heartbeat_intervl_ms' in cluster: did you mean "
            + "'heartbeat_interval_ms'? Known: name, folder"),
        ("name: mine", "name: a/b", "2:9: name: 'a/b' is not a name"),
        ("name: mine", "name: .hidden", "2:9: name: '.hidden' is not a name"),
        ("name: mine", "name: [mine]", "2:9: cluster.name is a single value, not a list"),
        ("name: mine", "folder: 7\n  name:", "3:8: name: expected a text, found nothing"),
        ("name: mine", "worker_endpoint: udp://x", "2:20: worker_endpoint: 'udp://x' is neither ipc:// with"),
        ("name: mine", "worker_endpoint: tcp://127.0.0.1", "2:20: worker_endpoint: 'tcp://127.0.0.1' has no port"),
        ("name: mine", "worker_endpoint: tcp://127.0.0.1:65536", "2:20: worker_endpoint: 'tcp://127.0.0.1:65536'"),
        ("name: mine", "connect_endpoint: tcp://*:5701", "2:21: connect_endpoint: tcp://*:5701 is no address to"),
        ("name: mine", "connect_endpoint: tcp://10.0.0.1:0", "2:21: connect_endpoint: tcp://10.0.0.1:0 is no address"),
        ("name: mine", "connect_endpoint: here", "2:21: connect_endpoint: 'here' is neither ipc:// with"),
        ("name: mine", "heartbeat_interval_ms: 0", "2:26: heartbeat_interval_ms: 0 is not possible; allowed is 1..."),
        ("slots: 8", "slots: 0", "4:43: slots: 0 is not possible; allowed is 1...256"),
        ("slots: 8", "slots: many", "4:43: slots: expected a whole number, found 'many'"),
        ("slots: 8", "slots: '8'", "4:43: slots: expected a whole number, found '8' in quotes"),
        ("slots: 8", "slots: 8.0", "4:43: slots: expected a whole number, found '8.0'"),
        ("Q: {problem}", "Q: {task}", "4:20: prompt: '{problem}' is missing"),
        ("model: small", "model: smal", "7:42: unknown model 'smal': did you mean 'small'? Known: small, large"),
        ("role: draft", "role: drafter", "7:28: role: unknown value 'drafter': did you mean 'draft'? Known: draft"),
        ("name: draft-0, ", "", "7:5: worker needs 'name': it names the worker's log"),
        ("name: target-0", "name: draft-0", "8:13: name: 'draft-0' is that of the worker on line 7"),
        ("name: target-0", "name: coordinator", "8:13: name: 'coordinator' is the coordinator's"),
        ("threads: 2", "threads: -2", "8:60: threads: -2 is not possible; allowed is 1...1024"),
        ("threads: 2", "pin_threads: 2", "8:64: pin_threads: expected true or false, found '2'"),
        ("context: 512", "exact: yes", "5:83: exact: expected true or false, found 'yes'"),
        ("context: 512", "exact: 'true'", "5:83: exact: expected true or false, found 'true' in quotes"),
        ("context: 512", "exakt: true", "5:76: unknown key 'exakt' in model large: did you mean 'exact'?"),
        ("context: 512", "engine: hybird", "5:84: engine: unknown value 'hybird': did you mean 'hybrid'?"),
        ("context: 512", "tokenizer: small", "5:87: tokenizer: only engine: lookup has that of another model"),
        ("context: 512", "engine: hybrid", "role: engine: hybrid only proposes; a target needs engine: own"),
        ("paths: 4", "strategy: auto", "10:13: strategy: auto under takeover: continue is not possible"),
        ("paths: 4", "paths: 0", "10:10: paths: 0 is not possible; allowed is 1...1024"),
        ("paths: 4", "paths: 4\n  paths: 5", "11:3: key 'paths' is given twice, first on line 10: remove one"),
        ("paths: 4", "strategy: asink", "10:13: strategy: unknown value 'asink': did you mean 'async'?"),
        ("paths: 4", "vote: any", "10:9: vote: unknown value 'any'. Known: majority, first, all"),
        ("paths: 4", "run_ahead: 65", "10:14: run_ahead: 65 is not possible; allowed is 0...64"),
        ("paths: 4", "final_rejection_rate: 2", "10:25: final_rejection_rate: 2.0 is not possible; allowed is off or"),
        ("paths: 4", "boundary: adaptive", "10:13: boundary: adaptive under takeover: continue is not possible"),
        ("paths: 4", "doubt_share: 1", "10:16: doubt_share: 1.0 is not possible; allowed is above 0, below 1"),
        ("paths: 4", "score_window: 0", "10:17: score_window: 0 is not possible; allowed is 1...65536"),
        ("paths: 4", "seed: -1", "10:9: seed: expected a whole number from 0 to 18446744073709551615, found '-1'"),
        ("0.25", "-0.1", "11:19: rejection_rate: -0.1 is not possible; allowed is 0...1"),
        ("0.25", "1.01", "11:19: rejection_rate: 1.01 is not possible; allowed is 0...1"),
        ("0.25", ".nan", "11:19: rejection_rate: expected a finite number, found '.nan'"),
        ("0.25", "nan", "11:19: rejection_rate: expected a finite number, found 'nan'"),
        ("0.25", "1e400", "11:19: rejection_rate: '1e400' is too large a number"),
        ("temperature: 0,", "temperature: -1,", "13:34: draft_sampling.temperature: -1.0 is not possible"),
        ("temperature: 0,", "heat: 0,", "13:21: unknown key 'heat' in draft_sampling. Known: temperature, top_k"),
        ("level: debug", "level: loud", "14:16: level: unknown value 'loud'. Known: trace, debug"),
        // What is YAML and not a configuration.
        ("paths: 4", "paths: *four", "10:10: aliases (*name) are not read"),
        ("paths: 4", "paths: &four 4", "10:10: anchors (&four) are not read"),
        ("paths: 4", "paths: !!int 4", "10:10: tags (tag:yaml.org,2002:int) are not read"),
        ("paths: 4", "<<: { paths: 4 }", "10:3: merge keys (<<) are not read"),
        ("logs:", "---\nlogs:", "14:1: a second document begins"),
        ("  paths: 4", "\tpaths: 4", "10:1: not YAML: found character that cannot start any token"),
        ("paths: 4", "paths: 4\u{1}", "10:11: not a text in UTF-8: control characters are not allowed"),
        ("0.25", "{", "not YAML"),
    ]

    @Test(arguments: spoiled) func oneMistakeIsOneProblem(old: String, new: String, problem: String) throws {
        let text = rightConfiguration.replacing(old, with: new, maxReplacements: 1)
        #expect(text != rightConfiguration)
        let found = problems(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
    }

    @Test func tabsAreExplained() {
        #expect(problems("cluster:\n\tname: x").first?.contains("indented with spaces, not tabs") == true)
    }

    @Test func everyMistakeIsToldAtOnceInTheirOrder() {
        let text = rightConfiguration
            .replacing("paths: 4", with: "paths: 0").replacing("0.25", with: "2")
            .replacing("threads: 2", with: "threads: 0").replacing("name: mine", with: "nmae: mine")
        #expect(problems(text).map { $0.prefix { $0 != ":" } } == ["2", "8", "10", "11"])
        do throws(SettingsError) {
            _ = try parse(text)
        } catch {
            let lines = error.description.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines.first?.hasPrefix("cluster.yaml:2:3: unknown key 'nmae'") == true)
        }
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n"]) func anEmptyFileIsRefused(text: String) {
        #expect(problems(text).first?.hasPrefix("1:1: is empty: a configuration has the sections cluster") == true)
    }

    @Test(arguments: ["7", "- a\n- b", "~", "---\n..."]) func aRootThatIsNoMappingIsRefused(text: String) {
        #expect(problems(text).first?.contains("the configuration is a mapping of cluster, models") == true)
    }

    @Test func sectionsThatMustBeThereAreNamed() {
        let found = problems("run: {}")
        #expect(found.count == 2)
        #expect(found[0].contains("needs 'models'"))
        #expect(found[1].contains("needs 'workers'"))
    }

    @Test func noHomeIsExplained() {
        #expect(problems(rightConfiguration, environment: [:]).first?.contains("set A1_CLUSTER to a folder") == true)
    }

    @Test func aliasBombIsRefusedAtItsFirstAnchor() {
        var bomb = "a: &a0 [x, x]\n"
        for level in 1...60 { bomb += "b\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(problems(bomb) == ["1:4: anchors (&a0) are not read in a configuration: write the value out"])
    }

    @Test(arguments: [65, 200]) func deepNestingIsRefused(depth: Int) {
        let text = "models: " + String(repeating: "[", count: depth)
        #expect(problems(text) == ["1:72: nested more than 64 deep"])
    }

    @Test(arguments: [5_000, 1_000_000]) func bottomlessNestingIsRefused(depth: Int) {
        let text = "models: " + String(repeating: "[", count: depth)
        #expect(problems(text).count == 1)
        #expect(problems(text).first?.contains("nested") == true)
    }

    @Test func nestingToTheLimitIsRead() {
        let text = "models: " + String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        #expect(problems(text).allSatisfy { !$0.contains("nested") })
    }

    @Test func endlessMistakesAreCounted() {
        let text = (0..<1_000).map { "wrong\($0): 1" }.joined(separator: "\n")
        do throws(SettingsError) {
            _ = try parse(text)
            Issue.record("1,000 unknown keys were taken")
        } catch {
            #expect(error.problems.count == 100)
            #expect(error.unlisted == 902)
            #expect(error.description.hasSuffix("and 902 more"))
        }
    }

    @Test func sizeIsBounded() throws {
        let maximum = 16 << 20
        let padding = String(repeating: "#", count: maximum - rightConfiguration.utf8.count - 1)
        #expect(problems(rightConfiguration + "\n" + padding) == [])
        #expect(problems(rightConfiguration + "\n" + padding + "#") == [
            "has 16777217 bytes, 16777216 is the most that is read"
        ])
    }

    @Test(arguments: [[0xFF, 0xFE, 0x61, 0x00], [0x61, 0x3A, 0x20, 0xC3, 0x28], [0x61, 0x3A, 0x20, 0xC0, 0x80]])
    func otherEncodingsAreRefused(bytes: [UInt8]) {
        #expect(throws: SettingsError.self) {
            try ClusterConfiguration.parse(bytes, file: "f", folder: "/", environment: ["HOME": "/h"])
        }
    }

    @Test func filesThatCannotBeReadAreNamed() {
        for (path, reason) in [("/nowhere/x.yaml", "No such file"), ("/dev", "is not a file"), ("/dev/null", "not a")] {
            do throws(SettingsError) {
                _ = try ClusterConfiguration.load(path: path, environment: [:])
                Issue.record("\(path) was read")
            } catch {
                #expect(error.description.hasPrefix("\(path): "))
                #expect(error.description.contains(reason))
            }
        }
    }

    /// Total: whatever is cut out or put in, the reader answers.
    @Test func cutAndChangedFilesNeverTrap() {
        let bytes = Array(rightConfiguration.utf8)
        for length in 0..<bytes.count {
            var changed = Array(bytes.prefix(length))
            _ = try? ClusterConfiguration.parse(changed, file: "f", folder: "/", environment: [:])
            changed.append(UInt8(truncatingIfNeeded: length &* 37))
            changed += bytes.dropFirst(length)
            _ = try? ClusterConfiguration.parse(changed, file: "f", folder: "/", environment: [:])
        }
    }
}

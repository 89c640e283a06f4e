import Domain
import Foundation
import Testing
@testable import Settings

@Suite struct ClusterConfigurationTests {
    @Test func readsEverySection() throws {
        let configuration = try parse(rightConfiguration)
        #expect(configuration.name == "mine")
        #expect(configuration.folder.path == "/home/someone/.local/state/a1/mine")
        #expect(configuration.workerEndpoint.description == "ipc:///home/someone/.local/state/a1/mine/workers.sock")
        #expect(configuration.clientEndpoint.description == "ipc:///home/someone/.local/state/a1/mine/clients.sock")
        #expect(configuration.limits == .standard)
        #expect(configuration.models.map(\.name) == ["small", "large"])
        #expect(configuration.model("small")?.prompt == "Q: {problem}")
        #expect(configuration.model("small")?.path == nil)
        #expect(configuration.model("large")?.path == "/etc/a1/models/large.gguf")
        #expect(configuration.model("large")?.template == "chatml")
        #expect(configuration.model("large")?.system == "Be brief.")
        #expect(configuration.model("large")?.contextTokens == 512)
        #expect(configuration.model("large")?.kvMemoryMiB == 64)
        #expect(configuration.worker("draft-0") == WorkerConfiguration(
            name: "draft-0", role: .draft, model: "small", threads: 1, slots: 8))
        #expect(configuration.worker("target-0") == WorkerConfiguration(
            name: "target-0", role: .target, model: "large", threads: 2, slots: 4))
        #expect(configuration.run.paths == 4)
        #expect(configuration.run.rejectionRate == 0.25)
        #expect(configuration.run.strata == .roundAndProblem)
        #expect(configuration.run.draftSampling.temperature == 0)
        #expect(configuration.run.draftSampling.topK == 40)
        #expect(configuration.run.targetSampling == SamplingSettings())
        #expect(configuration.run.rounds == RunSettings().rounds)
        #expect(configuration.logLevel == .debug)
    }

    @Test func modesAndPinsAreOffUnlessTheyAreAskedFor() throws {
        let plain = try parse(rightConfiguration)
        #expect(plain.models.allSatisfy { !$0.isExact } && plain.workers.allSatisfy { !$0.pinsThreads })
        let text = rightConfiguration
            .replacing("kv_memory_mib: 64", with: "exact: true").replacing("slots: 4", with: "pin_threads: true")
        let configuration = try parse(text)
        #expect(configuration.models.map(\.isExact) == [false, true])
        #expect(configuration.workers.map(\.pinsThreads) == [false, true])
        let explicit = try parse(text.replacing(": true", with: ": false"))
        #expect(explicit.models.allSatisfy { !$0.isExact } && explicit.workers.allSatisfy { !$0.pinsThreads })
    }

    @Test func byteOrderMarkAndCarriageReturnsAreRead() throws {
        let text = "\u{FEFF}" + rightConfiguration.split(separator: "\n").joined(separator: "\r\n")
        #expect(try parse(text) == parse(rightConfiguration))
    }

    @Test func wordsThatOtherReadersTakeForTruthValuesStayTexts() throws {
        let text = rightConfiguration
            .replacing("draft-0", with: "no").replacing("target-0", with: "on").replacing("chatml", with: "null")
        let configuration = try parse(text)
        #expect(configuration.workers.map(\.name) == ["no", "on"])
        #expect(configuration.models[1].template == "null")
    }

    @Test(arguments: [
        (["HOME": "/h"], "/h/.local/state/a1/mine"),
        (["HOME": "/h", "XDG_STATE_HOME": "/state"], "/state/a1/mine"),
        (["A1_CLUSTER": "/elsewhere"], "/elsewhere"),
    ])
    func environmentPlacesTheFolder(environment: [String: String], path: String) throws {
        #expect(try parse(rightConfiguration, environment: environment).folder.path == path)
    }

    @Test func fileSetsTheFolderAndTheEnvironmentStillWins() throws {
        let home = rightConfiguration.replacing("name: mine", with: "folder: ~/c")
        #expect(try parse(home).folder.path == "/home/someone/c")
        let relative = rightConfiguration.replacing("name: mine", with: "folder: ../c")
        #expect(try parse(relative).folder.path == "/etc/c")
        #expect(try parse(home, environment: ["A1_CLUSTER": "/e", "HOME": "/h"]).folder.path == "/e")
    }

    @Test func aSocketPathAtTheLimitIsTakenAndOneByteMoreRefused() throws {
        let suffix = "/workers.sock".utf8.count
        let longest = "/" + String(repeating: "x", count: Endpoint.maximumPathBytes - suffix - 1)
        #expect(try parse(rightConfiguration, environment: ["A1_CLUSTER": longest]).folder.path == longest)
        let found = problems(rightConfiguration, environment: ["A1_CLUSTER": longest + "x"])
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.contains("108 bytes, 107 is the most") && $0.contains("A1_CLUSTER") })
    }

    @Test func remoteEndpointsNeedConsent() throws {
        let remote = rightConfiguration.replacing("name: mine", with: "worker_endpoint: tcp://0.0.0.0:5555")
        #expect(problems(remote).first?.contains("2:20: worker_endpoint: tcp://0.0.0.0:5555 can be reached") == true)
        let allowed = remote.replacing("models:", with: "  allow_remote: true\nmodels:")
        #expect(try parse(allowed).workerEndpoint == .tcp(host: "0.0.0.0", port: 5555))
        let local = rightConfiguration.replacing("name: mine", with: "client_endpoint: tcp://127.0.0.1:0")
        #expect(try parse(local).clientEndpoint == .tcp(host: "127.0.0.1", port: 0))
    }

    @Test func workersOfOtherMachinesNeedAWayToTheCoordinator() throws {
        let spread = rightConfiguration.replacing("model: small }", with: "model: small, host: left }")
        #expect(problems(spread).count == 1)
        #expect(problems(spread)[0].hasPrefix("7:55: host: from another machine, ipc:///home/someone/.local/state/"))
        let listening = spread.replacing(
            "name: mine", with: "worker_endpoint: tcp://0.0.0.0:5701\n  allow_remote: true")
        #expect(problems(listening).first?.contains("tcp://0.0.0.0:5701 does not lead to the coordinator") == true)
        let atAnAddress = try parse(listening.replacing("0.0.0.0", with: "10.0.0.1"))
        #expect(atAnAddress.connectEndpoint == nil)
        let connected = try parse(
            listening.replacing("allow_remote", with: "connect_endpoint: tcp://10.0.0.1:5701\n  allow_remote"))
        #expect(connected.connectEndpoint == .tcp(host: "10.0.0.1", port: 5701))
        #expect(connected.workerEndpoint == .tcp(host: "0.0.0.0", port: 5701))
        let tunnel = spread.replacing("name: mine", with: "connect_endpoint: tcp://127.0.0.1:5701")
        #expect(try parse(tunnel).connectEndpoint == .tcp(host: "127.0.0.1", port: 5701))
        #expect(connected.hosts == ["left"])
        #expect(connected.workers(of: "left").map(\.name) == ["draft-0"])
        #expect(connected.workers(of: nil).map(\.name) == ["target-0"])
        #expect(connected.workers(of: "right").isEmpty)
    }

    @Test func limitsAreSetByName() throws {
        let text = rightConfiguration.replacing("name: mine", with: "heartbeat_interval_ms: 50")
        #expect(try parse(text).limits.heartbeatIntervalMs == 50)
        let contradictory = rightConfiguration.replacing("name: mine", with: "stall_ms: 50")
        #expect(
            problems(contradictory) == [
                "2:3: limits contradict each other: stall_ms is 50, and a stall must be longer than a loss, which is "
                    + "heartbeat_interval_ms (1000) x heartbeats_missed (3) = 3000; set stall_ms to 3001 or more"
            ])
    }

    @Test func everyLimitHasAName() {
        // Config files cannot set how much of themselves is read.
        let fixed: Set<String> = ["configBytes"]
        let names = Mirror(reflecting: Limits.standard).children.compactMap(\.label)
        let settable = Set(LimitFields.all.map { field in
            let words = field.name.split(separator: "_")
            return String(words[0]) + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        })
        #expect(Set(names) == settable.union(fixed))
    }

    @Test func shippedConfigurationsAreRight() throws {
        let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let folder = tests.deletingLastPathComponent().deletingLastPathComponent()
        for name in ["builtin", "small", "qwen", "smollm-qwen"] {
            let configuration = try ClusterConfiguration.load(
                path: folder.path + "/configs/\(name).yaml", environment: ["HOME": "/h"])
            #expect(configuration.name == name)
            #expect(Set(configuration.workers.map(\.role)) == Set(Role.allCases))
        }
    }
}

/// Drafts without a model.
@Suite struct LookupConfigurationTests {
    private func parse(_ models: String) throws -> ClusterConfiguration {
        try ClusterConfiguration.parse(
            Array("cluster: { name: a }\nmodels:\n\(models)\nworkers: []\n".utf8), file: "a.yaml", folder: "/here",
            environment: ["HOME": "/home"])
    }

    @Test func aLookupHasTheFileAndThePromptsOfItsTarget() throws {
        let found = try parse(
            """
              big: { path: big.gguf, system: Think., prompt: "Q: {problem}", context: 512 }
              lookup: { engine: lookup, tokenizer: big, slots: 4 }
            """)
        let lookup = try #require(found.model("lookup"))
        #expect(lookup.engine == .lookup && lookup.path == "/here/big.gguf" && lookup.fileName == "big")
        #expect(lookup.system == "Think." && lookup.prompt == "Q: {problem}" && lookup.contextTokens == 512)
        #expect(lookup.slots == 4 && found.model("big")?.engine == .own)
    }

    @Test(arguments: [
        ("  lookup: { engine: lookup }", "3:3: model lookup: engine: lookup takes the vocabulary of another model"),
        (
            "  a: { engine: lookup, tokenizer: b }\n  b: { engine: lookup, tokenizer: a }",
            "3:3: model a: engine: lookup takes"
        ),
        (
            "  b:\n  a: { engine: lookup, tokenizer: b, exact: true }",
            "exact: engine: lookup has no model of its own"
        ),
    ]) func whatALookupCannotBeIsSaid(models: String, problem: String) {
        do throws(SettingsError) {
            _ = try ClusterConfiguration.parse(
                Array("cluster: { name: a }\nmodels:\n\(models)\nworkers: []\n".utf8), file: "a.yaml",
                folder: "/here", environment: ["HOME": "/home"])
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains(problem), "\(error)")
        }
    }
}

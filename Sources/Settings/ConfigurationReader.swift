import Domain
import Foundation

/// Turns a configuration's tree into its typed form, section by section.
struct ConfigurationReader {
    /// What relative paths are relative to.
    let folder: String
    let environment: [String: String]
    let problems: ProblemList

    private static let sections = ["cluster", "models", "workers", "run", "logs"]
    private static let clusterKeys = [
        "name", "folder", "worker_endpoint", "client_endpoint", "connect_endpoint", "allow_remote",
    ]
    private static let workerKeys = ["name", "role", "model", "threads", "pin_threads", "slots", "host"]
    /// What may stand for a name in a file name, a log line and a table.
    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)

    /// - Returns: nil if and only if the root is not a mapping; otherwise what could be read, the problems being in
    ///   the list.
    func read(_ root: YamlNode?) -> ClusterConfiguration? {
        guard let root else {
            problems.add(Mark(line: 1, column: 1), "is empty: a configuration has the sections "
                + Self.sections.joined(separator: ", "))
            return nil
        }
        guard let reader = MappingReader(root, name: "the configuration", known: Self.sections, problems: problems)
        else { return nil }
        let cluster = reader.node("cluster").flatMap {
            MappingReader(
                $0, name: "cluster", known: Self.clusterKeys, hidden: LimitFields.all.map(\.name), problems: problems)
        }
        reader.require("models", "a mapping from a model's name to how it is used")
        reader.require("workers", "a list of the workers to start, which may be empty: []")
        let limits = LimitFields.read(cluster)
        let name = cluster.flatMap { self.name($0, "name", limits) } ?? "default"
        let folder = place(cluster, name: name)
        let models = models(reader.node("models"), limits)
        let workerEndpoint = endpoint(cluster, "worker_endpoint", default: folder.workersSocket)
        let connectEndpoint = connectEndpoint(cluster)
        return ClusterConfiguration(
            name: name, folder: folder, workerEndpoint: workerEndpoint,
            clientEndpoint: endpoint(cluster, "client_endpoint", default: folder.clientsSocket),
            connectEndpoint: connectEndpoint, limits: limits, models: models,
            workers: workers(
                reader.node("workers"), models, limits, guessedRoad: connectEndpoint == nil ? workerEndpoint : nil),
            run: reader.node("run").map { RunSettings($0, limits: limits, problems: problems) } ?? RunSettings(),
            logLevel: logLevel(reader.node("logs")))
    }

    private func logLevel(_ node: YamlNode?) -> LogThreshold {
        let logs = node.flatMap { MappingReader($0, name: "logs", known: ["level"], problems: problems) }
        return logs?.value("level") { scalar throws(SettingsProblem) in
            try scalar.choice(LogThreshold.self)
        } ?? .info
    }

    /// A word that can be part of a file's name.
    private func name(_ reader: MappingReader, _ key: String, _ limits: Limits) -> String? {
        guard let name = reader.string(key) else { return nil }
        let isWord = name.utf8.allSatisfy { Self.nameBytes.contains($0) } && !name.hasPrefix(".")
        guard isWord, (1...limits.workerNameBytes).contains(name.utf8.count) else {
            problems.add(
                reader.mark(key), "\(key): '\(name.shortened)' is not a name: letters, digits, '.', '_' and '-', "
                    + "not beginning with a dot, at most \(limits.workerNameBytes) bytes")
            return nil
        }
        return name
    }

    // MARK: Cluster

    private func place(_ cluster: MappingReader?, name: String) -> ClusterFolder {
        let written = cluster?.string("folder").flatMap { absolute($0, cluster?.mark("folder")) }
        do throws(ClusterFolderError) {
            if let chosen = try ClusterFolder.chosen(environment) { return chosen }
            if let written { return ClusterFolder(path: written) }
            return try ClusterFolder.named(name, environment: environment)
        } catch {
            problems.add(cluster?.mark("folder"), error.description)
            return ClusterFolder(path: "/")
        }
    }

    private func endpoint(_ cluster: MappingReader?, _ key: String, default path: String) -> Endpoint {
        let text = cluster?.string(key)
        let mark = text == nil ? nil : cluster?.mark(key)
        do throws(EndpointError) {
            let endpoint = if let text { try Endpoint(text) } else { try Endpoint(socketPath: path) }
            if !endpoint.isLocal && cluster?.truth("allow_remote") != true {
                problems.add(
                    mark, "\(key): \(endpoint) can be reached from other machines, and nothing there is asked for a "
                        + "key: use ipc or 127.0.0.1, or set 'allow_remote: true' in a network you trust")
            }
            return endpoint
        } catch {
            problems.add(mark, "\(key): \(error.reason)")
            return .ipc(path: path)
        }
    }

    /// Listens to nothing, so it needs no consent; but somebody must be there.
    private func connectEndpoint(_ cluster: MappingReader?) -> Endpoint? {
        guard let cluster, let text = cluster.string("connect_endpoint") else { return nil }
        do throws(EndpointError) {
            let endpoint = try Endpoint(text)
            guard !endpoint.isWildcard else {
                problems.add(
                    cluster.mark("connect_endpoint"), "connect_endpoint: \(endpoint) is no address to connect to: "
                        + "name the coordinator's machine and the port of worker_endpoint, tcp://10.0.0.1:5701")
                return nil
            }
            return endpoint
        } catch {
            problems.add(cluster.mark("connect_endpoint"), "connect_endpoint: \(error.reason)")
            return nil
        }
    }

    /// A path with the home folder put in and made absolute.
    private func absolute(_ path: String, _ mark: Mark?) -> String? {
        if path == "~" || path.hasPrefix("~/") {
            guard let home = environment["HOME"], home.hasPrefix("/") else {
                problems.add(mark, "'\(path.shortened)' needs HOME to be set")
                return nil
            }
            return home + path.dropFirst()
        }
        return path.hasPrefix("/") ? path : URL(fileURLWithPath: "\(folder)/\(path)").standardizedFileURL.path
    }

    // MARK: Models and workers

    private func models(_ node: YamlNode?, _ limits: Limits) -> [ModelConfiguration] {
        guard let node else { return [] }
        guard case .mapping(let pairs, _) = node else {
            problems.add(node.mark, "models is a mapping from a model's name to how it is used, not \(node.kind)")
            return []
        }
        var models = pairs.map { key, value in model(key, value, limits) }
        for index in models.indices where models[index].engine == .lookup {
            borrow(&models[index], from: models, pairs[index].key.mark)
        }
        return models
    }

    /// What a lookup has of the model whose vocabulary it takes: its file and its prompts.
    private func borrow(_ lookup: inout ModelConfiguration, from models: [ModelConfiguration], _ mark: Mark) {
        guard let other = models.first(where: { $0.name == lookup.tokenizer && $0.engine != .lookup }) else {
            let names = models.filter { $0.engine != .lookup }.map(\.name)
            problems.add(
                mark, "model \(lookup.name.shortened): engine: lookup takes the vocabulary of another model: set "
                    + "tokenizer to one of \(names.joined(separator: ", "))")
            return
        }
        (lookup.path, lookup.template) = (other.path, other.template)
        (lookup.system, lookup.prompt) = (other.system, other.prompt)
        lookup.contextTokens = lookup.contextTokens ?? other.contextTokens
    }

    private func model(_ key: YamlScalar, _ node: YamlNode, _ limits: Limits) -> ModelConfiguration {
        var model = ModelConfiguration(name: key.text)
        if key.text.isEmpty || key.text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            problems.add(key.mark, "'\(key.text.shortened)' is not a model's name")
        }
        // `name:` with nothing below it takes every default.
        if case .scalar(let scalar) = node, scalar.isMissing { return model }
        let known = [
            "engine", "tokenizer", "path", "template", "system", "prompt", "slots", "context", "kv_memory_mib", "exact",
        ]
        guard let reader = MappingReader(node, name: "model \(key.text.shortened)", known: known, problems: problems)
        else { return model }
        model.engine = reader.value("engine") { scalar throws(SettingsProblem) in
            try scalar.choice(ModelEngine.self)
        } ?? .own
        model.tokenizer = reader.string("tokenizer")
        if model.engine == .lookup {
            let others = ["path", "template", "system", "prompt", "kv_memory_mib", "exact"]
            for key in others where reader.node(key) != nil {
                problems.add(reader.mark(key), "\(key): engine: lookup has no model of its own; tokenizer names one")
            }
        } else if model.tokenizer != nil {
            problems.add(reader.mark("tokenizer"), "tokenizer: only engine: lookup has that of another model")
        }
        model.path = reader.string("path").flatMap { absolute($0, reader.mark("path")) }
        if let template = reader.string("template") { model.template = template }
        if let system = reader.string("system") { model.system = system }
        if let prompt = reader.string("prompt") {
            model.prompt = prompt
            if !prompt.contains(ModelConfiguration.problemMarker) {
                problems.add(reader.mark("prompt"), "prompt: '{problem}' is missing, so no problem would be asked")
            }
        }
        if let slots = reader.integer("slots", in: 1...limits.ordersPerWorker) { model.slots = slots }
        model.contextTokens = reader.integer("context", in: 16...(1 << 24))
        model.kvMemoryMiB = reader.integer("kv_memory_mib", in: 1...(1 << 24))
        model.isExact = reader.truth("exact") ?? false
        return model
    }

    private func workers(
        _ node: YamlNode?, _ models: [ModelConfiguration], _ limits: Limits, guessedRoad: Endpoint?
    ) -> [WorkerConfiguration] {
        guard let node else { return [] }
        guard case .sequence(let elements, _) = node else {
            problems.add(node.mark, "workers is a list of the workers to start, not \(node.kind)")
            return []
        }
        if elements.count > limits.workers {
            problems.add(node.mark, "\(elements.count) workers are more than the limit of \(limits.workers)")
        }
        var marks: [String: Mark] = ["coordinator": Mark(line: 0, column: 0)]
        return elements.compactMap { element in
            guard let reader = MappingReader(element, name: "worker", known: Self.workerKeys, problems: problems)
            else { return nil }
            var worker = worker(reader, models, &marks, limits)
            worker?.host = host(reader, limits, guessedRoad)
            return worker
        }
    }

    /// The machine that starts a worker. From another than the coordinator's there must be a way: where the coordinator
    /// listens, or whatever the configuration says, which may be the near end of a tunnel.
    private func host(_ reader: MappingReader, _ limits: Limits, _ guessedRoad: Endpoint?) -> String? {
        guard let host = name(reader, "host", limits) else { return nil }
        if let road = guessedRoad, road.isLocal || road.isWildcard {
            problems.add(
                reader.mark("host"), "host: from another machine, \(road) does not lead to the coordinator: set "
                    + "connect_endpoint, or worker_endpoint, to its address and a port of your choice, "
                    + "tcp://10.0.0.1:5701")
        }
        return host
    }

    private func worker(
        _ reader: MappingReader, _ models: [ModelConfiguration], _ marks: inout [String: Mark], _ limits: Limits
    ) -> WorkerConfiguration? {
        reader.require("name", "it names the worker's log")
        reader.require("role", "draft or target")
        reader.require("model", "one of the models above")
        let name = name(reader, "name", limits)
        let role = reader.value("role") { scalar throws(SettingsProblem) in try scalar.choice(Role.self) }
        let model = reader.string("model")
        let found = models.first { $0.name == model }
        if let model, found == nil {
            problems.add(
                reader.mark("model"), NearestName.unknown("model", model, known: models.map(\.name)))
        }
        if let found, found.engine != .own, role == .target {
            problems.add(
                reader.mark("role"), "role: engine: \(found.engine.rawValue) only proposes; a target needs engine: own")
        }
        let threads = reader.integer("threads", in: 1...1_024)
        let pinsThreads = reader.truth("pin_threads") ?? false
        let slots = reader.integer("slots", in: 1...limits.ordersPerWorker)
        guard let name else { return nil }
        if let first = marks.updateValue(reader.mark("name"), forKey: name) {
            let other = first.line == 0 ? "the coordinator's" : "that of the worker on line \(first.line)"
            problems.add(reader.mark("name"), "name: '\(name)' is \(other): every process has its own")
        }
        guard let role, let model else { return nil }
        return WorkerConfiguration(
            name: name, role: role, model: model, threads: threads ?? 1, pinsThreads: pinsThreads,
            slots: slots ?? found?.slots ?? 32)
    }
}

extension Endpoint {
    /// Whether it names every address of a machine or leaves the port open: good to listen on, nowhere to connect to.
    fileprivate var isWildcard: Bool {
        switch self {
        case .ipc: false
        case .tcp(let host, let port): port == 0 || ["*", "0.0.0.0", "[::]"].contains(host)
        }
    }
}

public import Domain

/// The fields of RunSettings by the names that configuration files and flags use. One table serves both, so that
/// they cannot drift apart.
enum RunSettingsFields {
    struct Field: Sendable {
        let name: String
        let set: @Sendable (YamlScalar, inout RunSettings) throws(SettingsProblem) -> Void
    }

    static let all: [Field] =
        [
            choice("strategy", \.strategy),
            integer("paths", \.paths),
            integer("rounds", \.rounds),
            integer("draft_tokens", \.draftTokens),
            integer("target_tokens", \.targetTokens),
            integer("path_tokens", \.pathTokens),
            share("rejection_rate", \.rejectionRate),
            choice("p_value", \.pValue),
            choice("strata", \.strata),
            Field(name: "adaptive") { scalar, settings throws(SettingsProblem) in
                guard let adaptive = RateAdaptation(scalar.text) else {
                    throw SettingsProblem(scalar.mark, "'\(scalar.text)' is not one of \(RateAdaptation.allowed)")
                }
                settings.adaptive = adaptive
            },
            integer("bank_size", \.bankSize),
            choice("on_drift", \.onDrift),
            choice("bank_mode", \.bankMode),
            choice("bank_drift", \.bankDrift),
            choice("takeover", \.takeover),
            choice("after_mismatch", \.afterMismatch),
            choice("boundary", \.boundary),
            share("doubt_share", \.doubtShare),
            choice("score", \.score),
            integer("score_window", \.scoreWindow),
            choice("scoring", \.scoring),
            share("gate", \.gate),
            choice("gate_by", \.gateBy),
            choice("gate_score", \.gateScore),
            share("audit", \.audit),
            Field(name: "final_rejection_rate") { scalar, settings throws(SettingsProblem) in
                settings.finalRejectionRate = scalar.text == "off" ? nil : try scalar.number()
            },
            integer("run_ahead", \.runAhead),
        ] + sampling("draft_sampling", \.draftSampling) + sampling("target_sampling", \.targetSampling) + [
            integer("takeovers_in_flight", \.takeoversInFlight),
            integer("takeovers_per_worker", \.takeoversPerWorker),
            integer("problems_in_flight", \.problemsInFlight),
            choice("vote", \.vote),
            choice("answer_pattern", \.answerPattern),
            Field(name: "seed") { scalar, settings throws(SettingsProblem) in
                settings.seed = try scalar.unsigned()
            },
        ]

    static func field(_ name: String) -> Field? { all.first { $0.name == name } }

    private static func integer(
        _ name: String, _ path: WritableKeyPath<RunSettings, Int> & Sendable
    ) -> Field {
        Field(name: name) { scalar, settings throws(SettingsProblem) in
            settings[keyPath: path] = try scalar.integer()
        }
    }

    private static func share(
        _ name: String, _ path: WritableKeyPath<RunSettings, Double> & Sendable
    ) -> Field {
        Field(name: name) { scalar, settings throws(SettingsProblem) in
            settings[keyPath: path] = try scalar.number()
        }
    }

    private static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: WritableKeyPath<RunSettings, Choice> & Sendable
    ) -> Field where Choice.RawValue == String {
        Field(name: name) { scalar, settings throws(SettingsProblem) in
            settings[keyPath: path] = try scalar.choice(Choice.self)
        }
    }

    private static func sampling(
        _ name: String, _ path: WritableKeyPath<RunSettings, SamplingSettings> & Sendable
    ) -> [Field] {
        func real(_ field: String, _ part: WritableKeyPath<SamplingSettings, Float> & Sendable) -> Field {
            Field(name: "\(name).\(field)") { scalar, settings throws(SettingsProblem) in
                settings[keyPath: path][keyPath: part] = Float(try scalar.number())
            }
        }
        return [
            real("temperature", \.temperature),
            Field(name: "\(name).top_k") { scalar, settings throws(SettingsProblem) in
                settings[keyPath: path].topK = try scalar.integer()
            },
            real("top_p", \.topP), real("min_p", \.minP), real("repetition_penalty", \.repetitionPenalty),
        ]
    }
}

extension RunSettings {
    /// The names that `overriding` takes, as configuration files write them; those within a sampling have a dot.
    public static var fieldNames: [String] { RunSettingsFields.all.map(\.name) }

    /// These settings with some of them replaced, as flags of the command line do.
    ///
    /// - Parameters:
    ///   - values: name and value as text, `("rejection_rate", "0.25")`; a later one of the same name wins.
    ///   - source: what the error calls the place where they come from.
    /// - Throws: every unknown name, wrong type and impossible value.
    public func overriding(
        _ values: [(name: String, value: String)], source: String = "command line", limits: Limits = .standard
    ) throws(SettingsError) -> RunSettings {
        var settings = self
        let problems = ProblemList()
        for (name, value) in values {
            guard let field = RunSettingsFields.field(name) else {
                problems.add(nil, NearestName.unknown("setting", name, known: Self.fieldNames))
                continue
            }
            let scalar = YamlScalar(text: value, isPlain: true, mark: Mark(line: 1, column: 1))
            do throws(SettingsProblem) {
                try field.set(scalar, &settings)
            } catch {
                problems.add(nil, "\(name): \(error.reason)")
            }
        }
        for problem in settings.problems(limits) { problems.add(nil, problem.description) }
        if let error = problems.error(file: source) { throw error }
        return settings
    }

    /// Reads the section `run` of a configuration: what it leaves out keeps its default.
    init(_ section: YamlNode, limits: Limits, problems: ProblemList) {
        self.init()
        let groups = ["draft_sampling", "target_sampling"]
        let names = RunSettingsFields.all.map { field in String(field.name.prefix { $0 != "." }) }
        let known = names.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        guard let reader = MappingReader(section, name: "run", known: known, problems: problems) else { return }
        var marks: [String: Mark] = [:]
        for group in groups {
            guard let node = reader.node(group) else { continue }
            let prefix = group + "."
            let parts = RunSettingsFields.all.map(\.name).filter { $0.hasPrefix(prefix) }
                .map { String($0.dropFirst(prefix.count)) }
            guard let part = MappingReader(node, name: group, known: parts, problems: problems) else { continue }
            for name in parts { set(prefix + name, from: part, key: name, &marks) }
        }
        for name in known where !groups.contains(name) { set(name, from: reader, key: name, &marks) }
        for problem in self.problems(limits) {
            problems.add(marks[problem.field] ?? reader.mark, problem.description)
        }
    }

    private mutating func set(
        _ name: String, from reader: MappingReader, key: String, _ marks: inout [String: Mark]
    ) {
        guard let field = RunSettingsFields.field(name) else { preconditionFailure("the table holds its own names") }
        var settings = self
        let isSet: Void? = reader.value(key) { scalar throws(SettingsProblem) in try field.set(scalar, &settings) }
        if isSet != nil {
            self = settings
            marks[name] = reader.mark(key)
        }
    }
}

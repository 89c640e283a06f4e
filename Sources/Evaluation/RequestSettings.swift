/// What a row sets for itself, in place of the run's settings. Nil leaves the run's.
public struct RequestSettings: Equatable, Sendable {
    /// `n`: how many answers are asked for.
    public var answers: Int?
    /// `max_completion_tokens` or `max_tokens`: of each answer.
    public var maximumTokens: Int?
    /// `stop`: texts before which an answer ends.
    public var stop: [String] = []
    /// `seed`; a negative one by its two's complement.
    public var seed: UInt64?
    public var temperature: Float?
    public var topP: Float?
    public var topK: Int?
    public var minP: Float?
    public var repetitionPenalty: Float?

    public init() {}
}

/// The parameters of a chat completion request beside its messages
/// (platform.openai.com/docs/api-reference/chat/create, with vLLM's `top_k`, `min_p` and `repetition_penalty`). Each is
/// used, or changes nothing about the text, or is refused by its name.
struct RequestParameters {
    private(set) var settings = RequestSettings()

    /// Keys that say nothing about the text: which model answers is said by the cluster's configuration.
    private static let withoutEffect: Set<String> = [
        "model", "messages", "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key",
        "prompt_cache_retention", "stream_options", "parallel_tool_calls",
    ]

    init(_ body: [(key: String, value: JSONValue)]) throws(BadLineError) {
        for (key, value) in body where !value.isVoid && !Self.withoutEffect.contains(key) {
            try read(key, value)
        }
    }

    private mutating func read(_ key: String, _ value: JSONValue) throws(BadLineError) {
        let field = "body." + key
        switch key {
        case "n": settings.answers = try Self.integer(value, field, 1...1_024)
        case "max_tokens", "max_completion_tokens":
            let tokens = try Self.integer(value, field, 1...1 << 20)
            if let other = settings.maximumTokens, other != tokens {
                throw BadLineError(.outOfRange(
                    field: field, value: "\(tokens)", allowed: "the same as the request's other limit, \(other)"))
            }
            settings.maximumTokens = tokens
        case "stop": settings.stop = try Self.stop(value, field)
        case "seed": settings.seed = UInt64(bitPattern: Int64(try Self.integer(value, field, Int.min...Int.max)))
        case "temperature": settings.temperature = try Self.number(value, field, 0...100)
        case "top_p": settings.topP = try Self.number(value, field, Float.leastNonzeroMagnitude...1)
        case "top_k":
            // vLLM's word for off is -1.
            settings.topK = max(0, try Self.integer(value, field, -1...1 << 30))
        case "min_p": settings.minP = try Self.number(value, field, 0...1)
        case "repetition_penalty": settings.repetitionPenalty = try Self.number(value, field, 0.01...10)
        default: try Self.refuse(key, value, field)
        }
    }

    /// Lets pass what asks for nothing else than is done anyway.
    private static func refuse(_ key: String, _ value: JSONValue, _ field: String) throws(BadLineError) {
        switch (key, value) {
        case ("stream", .boolean(false)), ("logprobs", .boolean(false)), ("echo", .boolean(false)): return
        case ("frequency_penalty", .number(let digits)), ("presence_penalty", .number(let digits)),
            ("top_logprobs", .number(let digits)):
            if Double(digits) == 0 { return }
        case ("response_format", .object): if value["type"] == .string("text") { return }
        case ("modalities", .array(let kinds)): if kinds == [.string("text")] { return }
        case ("tool_choice", .string("none")), ("function_call", .string("none")): return
        default: break
        }
        throw BadLineError(.unsupported(field: field, what: "`\(key)`", remedy: "leave it out"))
    }

    private static func integer(
        _ value: JSONValue, _ field: String, _ allowed: ClosedRange<Int>
    ) throws(BadLineError) -> Int {
        guard case .number(let digits) = value else {
            throw BadLineError(.wrongType(field: field, expected: "a whole number"))
        }
        // 100 may be written 1e2 or 100.0.
        guard let number = Int(digits) ?? Double(digits).flatMap({ Int(exactly: $0) }) else {
            throw BadLineError(.wrongType(field: field, expected: "a whole number"))
        }
        guard allowed.contains(number) else {
            throw BadLineError(.outOfRange(
                field: field, value: digits, allowed: "\(allowed.lowerBound)...\(allowed.upperBound)"))
        }
        return number
    }

    private static func number(
        _ value: JSONValue, _ field: String, _ allowed: ClosedRange<Float>
    ) throws(BadLineError) -> Float {
        guard case .number(let digits) = value, let number = Float(digits) else {
            throw BadLineError(.wrongType(field: field, expected: "a number"))
        }
        guard allowed.contains(number) else {
            let isOpen = allowed.lowerBound == .leastNonzeroMagnitude
            throw BadLineError(.outOfRange(
                field: field, value: digits,
                allowed: (isOpen ? "above 0, at most " : "\(allowed.lowerBound)...") + "\(allowed.upperBound)"))
        }
        return number
    }

    private static func stop(_ value: JSONValue, _ field: String) throws(BadLineError) -> [String] {
        let texts: [JSONValue]
        switch value {
        case .string: texts = [value]
        case .array(let elements): texts = elements
        case .null, .boolean, .number, .object:
            throw BadLineError(.wrongType(field: field, expected: "a text or a list of texts"))
        }
        guard texts.count <= 16 else {
            throw BadLineError(.outOfRange(field: field, value: "\(texts.count) texts", allowed: "at most 16"))
        }
        var found: [String] = []
        for (index, element) in texts.enumerated() {
            let place = texts.count == 1 ? field : "\(field)[\(index)]"
            guard case .string(let text) = element else {
                throw BadLineError(.wrongType(field: place, expected: "a text"))
            }
            // White space is a text to stop at, nothing is not.
            guard !text.isEmpty else { throw BadLineError(.empty(field: place)) }
            guard text.utf8.count <= 256 else {
                throw BadLineError(.outOfRange(field: place, value: "\(text.utf8.count) bytes", allowed: "at most 256"))
            }
            found.append(text)
        }
        return found
    }
}

extension JSONValue {
    /// Whether a member with this value says nothing: null, or an empty list or object.
    var isVoid: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .boolean, .number, .string: false
        }
    }
}

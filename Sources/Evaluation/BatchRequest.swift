/// A line of an OpenAI batch (platform.openai.com/docs/guides/batch): `custom_id`, and a chat completion request as
/// `body`. Nothing of the request is dropped: it is used, or it cannot change the text, or the line is bad.
enum BatchRequest {
    static func problem(_ request: JSONValue) throws(BadLineError) -> BatchProblem {
        let id = try ProblemRow.string(request["custom_id"], named: "custom_id")
        try checkEndpoint(request)
        guard let body = request["body"] else { throw BadLineError(.missing(field: "body")) }
        guard case .object(let members) = body else {
            throw BadLineError(.wrongType(field: "body", expected: "an object"))
        }
        let conversation = try BatchConversation(body["messages"])
        let settings = try RequestParameters(members).settings
        let answer: String?
        switch request["answer"] {
        case nil, .null: answer = nil
        case .some(let value): answer = try ProblemRow.scalar(value, named: "answer")
        }
        return BatchProblem(
            id: id, text: conversation.question, answer: answer, turns: conversation.turns,
            settings: settings == RequestSettings() ? nil : settings)
    }

    /// Only chat completions are asked for in messages.
    private static func checkEndpoint(_ request: JSONValue) throws(BadLineError) {
        if let method = request["method"], method != .null, method != .string("POST") {
            throw BadLineError(.unsupported(field: "method", what: "a method other than POST", remedy: "write POST"))
        }
        guard let url = request["url"], url != .null else { return }
        let path = try ProblemRow.string(url, named: "url")
        guard path.hasSuffix("/chat/completions") else {
            throw BadLineError(.unsupported(
                field: "url", what: "the endpoint \(path)", remedy: "only /v1/chat/completions is answered"))
        }
    }
}

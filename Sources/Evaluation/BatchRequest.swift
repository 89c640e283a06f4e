/// A line of an OpenAI batch: `custom_id`, and the problem is the last user message of `body.messages`.
enum BatchRequest {
    static func problem(_ request: JSONValue) throws(BadLineError) -> BatchProblem {
        let id = try ProblemRow.string(request["custom_id"], named: "custom_id")
        let text = try lastUserMessage(of: request)
        let answer: String?
        switch request["answer"] {
        case nil, .null: answer = nil
        case .some(let value): answer = try ProblemRow.scalar(value, named: "answer")
        }
        return BatchProblem(id: id, text: text, answer: answer)
    }

    private static func lastUserMessage(of request: JSONValue) throws(BadLineError) -> String {
        let field = "body.messages"
        guard let body = request["body"] else { throw BadLineError(.missing(field: "body")) }
        guard case .object = body else { throw BadLineError(.wrongType(field: "body", expected: "an object")) }
        guard let messages = body["messages"] else { throw BadLineError(.missing(field: field)) }
        guard case .array(let messages) = messages else {
            throw BadLineError(.wrongType(field: field, expected: "an array"))
        }
        guard let message = messages.last(where: { $0["role"] == .string("user") }) else {
            throw BadLineError(.missing(field: field + " with role user"))
        }
        guard case .array(let parts)? = message["content"] else {
            return try ProblemRow.string(message["content"], named: field + ".content")
        }
        var text = ""
        for part in parts where part["type"] == .string("text") {
            text += try ProblemRow.string(part["text"], named: field + ".content.text")
        }
        guard !text.isEmpty else { throw BadLineError(.empty(field: field + ".content")) }
        return text
    }
}

/// One line of a batch, from bytes to a problem.
enum BatchLine {
    static func problem(_ line: [UInt8], maximumDepth: Int) throws(BadLineError) -> BatchProblem {
        if let offset = line.firstIndex(of: 0) { throw BadLineError(.nul(offset: offset)) }
        guard String(validating: line, as: UTF8.self) != nil else { throw BadLineError(.invalidUTF8) }
        let value = try json(line, maximumDepth: maximumDepth)
        guard case .object = value else { throw BadLineError(.notAnObject) }
        let isRequest = value["custom_id"] != nil && value["problem"] == nil
        let idField = isRequest ? "custom_id" : "id"
        let id = try string(value[idField], named: idField)
        let text = isRequest ? try lastUserMessage(of: value) : try string(value["problem"], named: "problem")
        return BatchProblem(id: id, text: text, answer: try answer(value["answer"]))
    }

    private static func json(_ line: [UInt8], maximumDepth: Int) throws(BadLineError) -> JSONValue {
        do throws(JSONError) {
            return try JSONReader.read(line, maximumDepth: maximumDepth)
        } catch {
            switch error {
            case .unexpected(let offset, let expected):
                throw BadLineError(.notJSON(offset: offset, expected: expected))
            case .tooDeep(let limit): throw BadLineError(.tooDeep(limit: limit))
            case .loneSurrogate(let offset): throw BadLineError(.loneSurrogate(offset: offset))
            case .nul(let offset): throw BadLineError(.nul(offset: offset))
            case .repeatedKey(let key): throw BadLineError(.repeatedKey(key))
            }
        }
    }

    private static func string(_ value: JSONValue?, named field: String) throws(BadLineError) -> String {
        guard let value else { throw BadLineError(.missing(field: field)) }
        guard case .string(let text) = value else { throw BadLineError(.wrongType(field: field, expected: "a text")) }
        guard text.utf8.contains(where: { !$0.isWhiteSpace }) else { throw BadLineError(.empty(field: field)) }
        return text
    }

    /// Data sets write numeric answers as numbers; their digits are kept.
    private static func answer(_ value: JSONValue?) throws(BadLineError) -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text): return text
        case .number(let digits): return digits
        case .boolean, .array, .object:
            throw BadLineError(.wrongType(field: "answer", expected: "a text or a number"))
        }
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
            return try string(message["content"], named: field + ".content")
        }
        var text = ""
        for part in parts where part["type"] == .string("text") {
            text += try string(part["text"], named: field + ".content.text")
        }
        guard !text.isEmpty else { throw BadLineError(.empty(field: field + ".content")) }
        return text
    }
}

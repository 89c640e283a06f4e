import Testing

@testable import Evaluation

/// Requests of an OpenAI batch: each field is used, changes nothing, or is refused by its name.
@Suite struct BatchRequestTests {
    private func read(_ body: String, messages: String = #"[{"role":"user","content":"q"}]"#) throws -> Batch {
        let more = body.isEmpty ? "" : ",\(body)"
        let line = #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":"#
            + messages + more + "}}"
        let other = #"{"id":"b","problem":"p"}"#
        return try BatchReader.read(Array("\(line)\n\(other)\n".utf8), onBadLine: .skip)
    }

    private func settings(_ body: String) throws -> RequestSettings? {
        let batch = try read(body)
        #expect(batch.badLines == [], "\(batch.badLines)")
        return batch.problems.first?.settings
    }

    @Test func everyParameterIsTaken() throws {
        let found = try #require(
            try settings(
                #""n":3,"max_tokens":1e2,"stop":["\n\n","END"],"seed":-1,"temperature":0,"top_p":0.25,"top_k":-1,"#
                    + #""min_p":0.125,"repetition_penalty":1.5"#))
        #expect(found.answers == 3 && found.maximumTokens == 100 && found.stop == ["\n\n", "END"])
        #expect(found.seed == .max && found.temperature == 0 && found.topP == 0.25 && found.topK == 0)
        #expect(found.minP == 0.125 && found.repetitionPenalty == 1.5)
        #expect(try settings(#""stop":" ""#)?.stop == [" "])
        #expect(try settings(#""max_completion_tokens":7"#)?.maximumTokens == 7)
        #expect(try settings(#""max_completion_tokens":7,"max_tokens":7.0"#)?.maximumTokens == 7)
    }

    @Test(arguments: [
        "", #""n":null,"stop":null,"seed":null"#, #""stream":false,"user":"u","metadata":{"a":"b"},"store":true"#,
        #""frequency_penalty":0,"presence_penalty":0.0,"logit_bias":{},"logprobs":false,"top_logprobs":0"#,
        #""tools":[],"tool_choice":"none","response_format":{"type":"text"},"modalities":["text"],"stop":[]"#,
    ])
    func whatChangesNothingIsNoSetting(body: String) throws { #expect(try settings(body) == nil) }

    @Test(arguments: [
        (#""tools":[{"type":"function"}]"#, "body.tools"), (#""functions":[{}]"#, "body.functions"),
        (#""response_format":{"type":"json_object"}"#, "body.response_format"), (#""stream":true"#, "body.stream"),
        (#""logprobs":true"#, "body.logprobs"), (#""frequency_penalty":0.5"#, "body.frequency_penalty"),
        (#""logit_bias":{"1":-100}"#, "body.logit_bias"), (#""modalities":["text","audio"]"#, "body.modalities"),
        (#""tool_choice":"required""#, "body.tool_choice"), (#""reasoning_effort":"high""#, "body.reasoning_effort"),
        (#""max_token":5"#, "body.max_token"),
    ])
    func whatIsNotDoneIsRefusedByItsField(body: String, field: String) throws {
        let batch = try read(body)
        #expect(batch.problems.map(\.id) == ["b"] && batch.badLines.map(\.number) == [1])
        guard case .unsupported(field, _, _)? = batch.badLines.first?.reason else {
            Issue.record("\(batch.badLines)")
            return
        }
    }

    @Test(arguments: [
        (#""n":0"#, "body.n"), (#""n":1025"#, "body.n"), (#""max_tokens":0"#, "body.max_tokens"),
        (#""temperature":-0.1"#, "body.temperature"), (#""top_p":0"#, "body.top_p"), (#""top_p":1.5"#, "body.top_p"),
        (#""max_tokens":5,"max_completion_tokens":6"#, "body.max_completion_tokens"),
        (#""repetition_penalty":0"#, "body.repetition_penalty"),
        (#""stop":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]"#, "body.stop"),
    ])
    func whatIsOutOfRangeIsRefusedByItsField(body: String, field: String) throws {
        guard case .outOfRange(field, _, _)? = try read(body).badLines.first?.reason else {
            Issue.record("\(try read(body))")
            return
        }
    }

    @Test(arguments: [
        (#""n":"3""#, "body.n"), (#""n":1.5"#, "body.n"), (#""seed":1e30"#, "body.seed"), (#""stop":5"#, "body.stop"),
        (#""stop":["a",5]"#, "body.stop[1]"), (#""temperature":"hot""#, "body.temperature"), (#""n":true"#, "body.n"),
    ])
    func whatIsOfAnotherTypeIsRefusedByItsField(body: String, field: String) throws {
        guard case .wrongType(field, _)? = try read(body).badLines.first?.reason else {
            Issue.record("\(try read(body))")
            return
        }
    }

    @Test(arguments: [
        (#"[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"#, "body.messages[1].role"),
        (#"[{"role":"user","content":"q"},{"role":"tool","content":"4","tool_call_id":"x"}]"#, "body.messages[1].role"),
        (#"[{"role":"function","content":"4"},{"role":"user","content":"q"}]"#, "body.messages[0].role"),
        (
            #"[{"role":"assistant","content":"a","tool_calls":[{}]},{"role":"user","content":"q"}]"#,
            "body.messages[0].tool_calls"
        ),
        (#"[{"role":"user","name":"Ann","content":"q"}]"#, "body.messages[0].name"),
        (
            #"[{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"u"}}]}]"#,
            "body.messages[0].content[1].type"
        ),
        (#"[{"role":"user","content":[{"type":"input_audio"}]}]"#, "body.messages[0].content[0].type"),
    ])
    func turnsThatCannotBeWrittenAreRefused(messages: String, field: String) throws {
        let batch = try read("", messages: messages)
        #expect(batch.problems.map(\.id) == ["b"])
        guard case .unsupported(field, _, _)? = batch.badLines.first?.reason else {
            Issue.record("\(batch.badLines)")
            return
        }
    }

    @Test func theConversationBeforeTheQuestionIsKeptInOrder() throws {
        let messages = #"""
            [{"role":"developer","content":[{"type":"text","text":"be "},{"type":"text","text":"brief"}]},\
            {"role":"user","content":"1+1?"},{"role":"assistant","content":"2","tool_calls":null,"refusal":null},\
            {"role":"user","content":" 2+2? "}]
            """#.replacing("\\\n", with: "")
        let problem = try #require(try read("", messages: messages).problems.first)
        #expect(
            problem.turns == [
                BatchTurn(speaker: .system, text: "be brief"), BatchTurn(speaker: .user, text: "1+1?"),
                BatchTurn(speaker: .assistant, text: "2"),
            ])
        #expect(problem.text == " 2+2? ")
    }

    @Test(arguments: [#""url":"/v1/embeddings""#, #""url":"/v1/responses""#, #""method":"GET""#])
    func otherEndpointsAreRefused(field: String) throws {
        let line = #"{"custom_id":"a","body":{"messages":[{"role":"user","content":"q"}]},"# + field + "}"
        let error = #expect(throws: BatchError.self) { try BatchReader.read(Array(line.utf8)) }
        #expect("\(error!)".contains("line 1: the field `\(field.split(separator: "\"")[0])`"))
    }

    @Test func messagesNameWhatAndWhereAndWhatToDo() throws {
        let batch = try read(#""response_format":{"type":"json_schema"}"#)
        #expect(
            batch.badLines.map(\.description) == [
                "line 1: the field `body.response_format`: `response_format` is not supported; leave it out"
            ])
    }
}

/// Which tokens of a vocabulary end a text or a turn.
///
/// A file names some of them by id. Chat models end with others too, and files give those any kind, or leave them
/// normal, so they are known by their text.
enum EndTokens {
    /// How the ends of a text, a turn, a message or a call are written in published vocabularies.
    private static let texts: Set<[UInt8]> = Set(
        [
            // End of a text.
            "<|endoftext|>", "<|end_of_text|>", "<eos>", "</s>", "[EOS]", "<|eos|>", "<｜end▁of▁sentence｜>",
            "<|end_of_sentence|>", "<seed:eos>",
            // End of a turn.
            "<|im_end|>", "<|eot_id|>", "<|eot|>", "<|end|>", "<end_of_turn>", "<|end_of_turn|>", "<turn|>",
            "<end_of_utterance>", "<|END_OF_TURN_TOKEN|>", "<|endofturn|>", "[|endofturn|]", "<|role_end|>",
            "<|assistant_end|>", "<|EOT|>", "<EOT>", "_<EOT>", "▁<EOT>", "[EOT]",
            // End of a message to a tool, after which the caller has to answer.
            "<|eom_id|>", "<|eom|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<|tool_response>",
        ].map { Array($0.utf8) })

    /// The ids of all end tokens.
    static func ids(_ definition: TokenizerDefinition) -> Set<Int32> {
        var ids = Set(definition.extraEndTokens)
        if let end = definition.endToken { ids.insert(end) }
        for id in idsByText(definition) { ids.insert(Int32(id)) }
        return ids
    }

    /// The ids of the tokens that are known by their text, rising.
    static func idsByText(_ definition: TokenizerDefinition) -> [Int] {
        definition.tokens.indices.filter { id in
            let token = definition.tokens[id]
            guard token.last == UInt8(ascii: ">") || token.last == UInt8(ascii: "]"), texts.contains(token) else {
                return false
            }
            return switch token {
            case struckTextEnd: definition.kind(of: id) == .control || !isWord(token, definition)
            case messageEnd: !hasMessagesWithinTurns(definition)
            default: true
            }
        }
    }

    private static let struckTextEnd = Array("</s>".utf8)
    private static let messageEnd = Array("<|end|>".utf8)

    /// Whether `</s>` stands for the end of struck text: where other tags of HTML are tokens too, as in the
    /// vocabularies of Gemma, or where merges lead to it, as in those of Qwen.
    private static func isWord(_ token: [UInt8], _ definition: TokenizerDefinition) -> Bool {
        let tags = Set(["</b>", "</i>", "</u>", "</code>"].map { Array($0.utf8) })
        return definition.tokens.contains { tags.contains($0) }
            || definition.merges.contains { $0.count == token.count + 1 && $0.filter { $0 != 0x20 } == token }
    }

    /// Whether a turn holds several messages, each of which `<|end|>` ends, and the turn ends with another token
    /// (the harmony format and those after it).
    private static func hasMessagesWithinTurns(_ definition: TokenizerDefinition) -> Bool {
        func has(_ text: String) -> Bool { definition.tokens.contains(Array(text.utf8)) }
        return has("<|call|>") && has("<|return|>") || (has("<|call|>") || has("<|calls|>")) && has("<|flush|>")
    }
}

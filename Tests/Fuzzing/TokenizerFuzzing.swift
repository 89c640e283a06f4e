import Foundation
@testable import Tokenizers

// Fuzz target of the tokenizers: any definition is a tokenizer or a typed error, and any bytes have ids that lead back
// to them. Run by cluster/fuzz.sh.
//
// The first byte says which vocabulary: one of the fixed ones, or one that is read from the bytes that follow. What is
// left is the text.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTokenizer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var source = ByteSource(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    let choice = Int(source.byte())
    if choice < fixed.count {
        check(fixed[choice], source.rest(), isComplete: true)
        return 0
    }
    do {
        check(try Tokenizer(source.definition()), source.rest(), isComplete: false)
    } catch {
        precondition(error.description.hasPrefix("tokenizer.ggml."), "an error that names no key: \(error)")
    }
    return 0
}

/// Vocabularies that have all bytes, one for each way to cut texts.
private let fixed: [Tokenizer] = {
    var generator = SeededGenerator(seed: 6)
    let merges = SmallVocabularies.randomMerges(alphabet: "ab 1'\n", count: 60, shuffled: false, using: &generator)
    let families = [
        "gpt2", "smollm", "qwen2", "llama-bpe", "deepseek-llm", "deepseek-coder", "deepseek-v3", "default",
    ]
    let texts: [(String, Float)] = [("▁", 0), ("a", -1), ("b", -1), ("ab", -2), ("▁a", -1), ("é", -1), ("▁▁", -3)]
    let definitions =
        families.map {
            SmallVocabularies.bytePair(
                merges: merges, preTokenizer: $0, control: ["<|x|>"], userDefined: ["\n\n", "  "])
        } + [false, true].map {
            SmallVocabularies.sentencePiece(
                texts, control: ["<|x|>"], userDefined: ["\n\n", "  "], addsSpacePrefix: $0)
        }
    return definitions.map { definition in
        do { return try Tokenizer(definition) } catch { fatalError("\(error)") }
    }
}()

/// - Parameter isComplete: whether the vocabulary has all bytes, so that nothing is lost.
private func check(_ tokenizer: Tokenizer, _ text: [UInt8], isComplete: Bool) {
    for special in [false, true] {
        let ids = tokenizer.encode(text, special: special)
        precondition(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id outside")
        precondition(tokenizer.encode(text, special: special) == ids, "the second time from the cache is another")
        let decoded = tokenizer.decode(ids, special: true)
        if isComplete { precondition(decoded == text || spaced(decoded) == spaced(text), "the text is another") }
        checkStream(tokenizer, ids, special: special)
    }
    _ = tokenizer.encodeWithBegin(text, special: true)
    // Bytes as ids, also such as there are not.
    let ids = text.map { Int32($0) &* 3 &- 40 } + [.min, .max, Int32(tokenizer.vocabularySize)]
    _ = tokenizer.decode(ids, special: true)
    checkStream(tokenizer, ids, special: true)
}

/// The pieces of a stream joined are the whole.
private func checkStream(_ tokenizer: Tokenizer, _ ids: [Int32], special: Bool) {
    var stream = StreamingDetokenizer(tokenizer: tokenizer, special: special)
    var text = ""
    for id in ids {
        let piece = stream.append(id)
        text.unicodeScalars.append(contentsOf: piece.unicodeScalars)
    }
    text.unicodeScalars.append(contentsOf: stream.finish().unicodeScalars)
    let bytes = ids.flatMap { tokenizer.bytes(of: $0, special: special) }
    let whole = String(decoding: bytes, as: UTF8.self)
    precondition(Array(text.utf8) == Array(whole.utf8), "the stream is another text than the whole")
}

/// SentencePiece cannot tell `▁` from the space it stands for.
private func spaced(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
        let isMark = text[position...].starts(with: [0xE2, 0x96, 0x81])
        result.append(isMark ? 0x20 : text[position])
        position += isMark ? 3 : 1
    }
    return result
}

/// Reads a definition from any bytes; zeros at their end.
private struct ByteSource {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func rest() -> [UInt8] {
        defer { position = bytes.count }
        return Array(bytes[position...])
    }

    /// Up to 15 bytes with their length before them; a length of 15 stands for a printed byte token.
    mutating func text() -> [UInt8] {
        let length = Int(byte() & 15)
        if length == 15 { return SmallVocabularies.printable([byte()]) }
        return (0..<length).map { _ in byte() }
    }

    mutating func texts() -> [[UInt8]] {
        (0..<Int(byte())).map { _ in text() }
    }

    mutating func token() -> Int32? {
        let value = byte()
        return value == 0 ? nil : Int32(Int8(bitPattern: value))
    }

    mutating func definition() -> TokenizerDefinition {
        let flags = byte()
        let names = ["gpt2", "qwen2", "llama-bpe", "deepseek-v3", "smollm", "default", "deepseek-llm", ""]
        let name = Int(byte())
        var tokens = texts()
        // Half the definitions have all bytes, so that texts lead into the merges.
        if flags & 2 != 0 {
            for byte in UInt8.min...UInt8.max {
                tokens.append(
                    flags & 1 == 0
                        ? SmallVocabularies.printable([byte]) : Array("<0x\(hexadecimal(byte))>".utf8))
            }
        }
        let allKinds = TokenizerDefinition.TokenKind.allCases
        var kinds: [TokenizerDefinition.TokenKind] = []
        if flags & 4 != 0 {
            let chosen = Int(byte())
            kinds = tokens.indices.map { $0 < chosen ? allKinds[Int(byte()) % allKinds.count] : .normal }
            if flags & 3 == 3 {
                for index in max(0, tokens.count - 256)..<tokens.count { kinds[index] = .byte }
            }
        }
        var scores: [Float] = []
        if flags & 1 != 0 {
            for index in tokens.indices {
                scores.append(index < 32 ? Float(Int8(bitPattern: byte())) : -Float(index))
            }
        }
        let merges = flags & 1 == 0 || flags & 8 != 0 ? texts() : []
        return TokenizerDefinition(
            model: flags & 1 == 0 ? .bytePair : .sentencePiece,
            preTokenizer: name < names.count ? names[name] : String(decoding: text(), as: UTF8.self), tokens: tokens,
            scores: scores, kinds: kinds, merges: merges, beginToken: token(), endToken: token(),
            unknownToken: token(), padToken: token(), extraEndTokens: [token()].compactMap { $0 },
            addsBeginToken: flags & 16 != 0, addsSpacePrefix: flags & 32 != 0)
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}

/// Writes the seeds into the folder that `A1_FUZZ_SEEDS` names.
@_cdecl("LLVMFuzzerInitialize")
public func writeTokenizerSeeds(_ count: UnsafePointer<CInt>?, _ arguments: UnsafeRawPointer?) -> CInt {
    let texts = ["", "ab a1'b\n\n  <|x|>", "Grüße, 世界 😀'll 1234", "▁a ▁▁b", "\u{FFFD}\u{0}\u{7F}\r\n\t"]
    var seeds: [String: [UInt8]] = [:]
    for vocabulary in 0..<fixed.count {
        for (index, text) in texts.enumerated() {
            seeds["fixed-\(vocabulary)-\(index)"] = [UInt8(vocabulary)] + Array(text.utf8)
        }
    }
    for flags in 0..<UInt8(64) {
        // Tokens a, b, ab and <x>, then room for whatever the flags make of it, then a text.
        let tail: [UInt8] = [1, 3, 97, 32, 98, 0, 1, 0, 0, 0]
        let tokens: [UInt8] = [4, 1, 97, 1, 98, 2, 97, 98, 3, 60, 120, 62]
        let head: [UInt8] = [255, flags, flags & 7]
        seeds["definition-\(flags)"] = head + tokens + tail + Array("abab<x> ba".utf8)
    }
    writeSeeds(seeds)
    return 0
}

/// The families of pre-tokenizers: which cuts a byte-level vocabulary was trained with.
enum PreTokenizerFamily: Sendable, Equatable, CaseIterable {
    case gpt2
    case smolLM
    case commandR
    case qwen2
    case llama3
    /// GPT-4's vocabulary, which Phi-4, OLMo 2 and others took over.
    case cl100k
    case deepSeekLLM
    case deepSeekCoder
    case deepSeekV3
    /// What a file means that names no pre-tokenizer.
    case unnamed

    /// Names in `tokenizer.ggml.pre` of each family.
    var names: [String] {
        switch self {
        case .gpt2: ["gpt-2", "gpt2", "phi-2"]
        case .smolLM: ["smollm", "starcoder", "refact", "codeshell"]
        case .commandR: ["command-r"]
        case .qwen2: ["qwen2", "deepseek-r1-qwen", "stablelm2"]
        case .llama3: ["llama-bpe", "llama3", "llama-v3"]
        case .cl100k: ["dbrx", "smaug-bpe"]
        case .deepSeekLLM: ["deepseek-llm"]
        case .deepSeekCoder: ["deepseek-coder"]
        case .deepSeekV3: ["deepseek-v3"]
        case .unnamed: ["default", ""]
        }
    }

    static var knownNames: [String] { allCases.flatMap(\.names).filter { !$0.isEmpty } }

    init?(name: String) {
        guard let family = Self.allCases.first(where: { $0.names.contains(name) }) else { return nil }
        self = family
    }

    /// The cuts, in order: each one cuts further what the one before has left, matches and the text between alike.
    var cuts: [Cut] {
        switch self {
        case .gpt2: [.wordsOfGPT2]
        case .smolLM, .commandR: [.numbers(atMost: 1), .wordsOfGPT2]
        case .qwen2: [.wordsOfLlama3(digits: 1)]
        case .llama3, .cl100k: [.wordsOfLlama3(digits: 3)]
        case .deepSeekLLM:
            [.lineBreak, .casedLetters, .plainPunctuation, .trailingSpace, .ideographsAndHangul, .numbers(atMost: 1)]
        case .deepSeekCoder:
            [.lineBreak, .spaceAndLetters, .spaceAndPunctuation, .ideographsAndHangul, .numbers(atMost: 1)]
        case .deepSeekV3: [.numbers(atMost: 3), .ideographsAndKana, .wordsOfDeepSeekV3]
        case .unnamed: [.punctuationRun, .wordsOfGPT2, .numbers(atMost: .max), .threeDigits]
        }
    }

    /// Whether a word that is a token as a whole is taken as it is, without asking the merges.
    var takesWholeWords: Bool { self == .llama3 }

    /// Whether a text is brought into composed form (NFC) before it is cut, as the published tokenizers of these do.
    var composesText: Bool { self == .qwen2 || self == .commandR }
}

/// One cut: what it finds becomes pieces of their own, and so does what lies between. In the notation of regular
/// expressions, with `\p{L}` letters, `\p{N}` numbers, `\s` white space.
enum Cut: Sendable, Equatable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case wordsOfGPT2
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+`
    /// `|\s+(?!\S)|\s+`, where `(?i:s)` is also the long s, `ſ`
    case wordsOfLlama3(digits: Int)
    /// `[ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+`
    /// `|\s+(?!\S)|\s+`
    case wordsOfDeepSeekV3
    /// `\p{N}{1,atMost}`
    case numbers(atMost: Int)
    /// `[0-9][0-9][0-9]`
    case threeDigits
    /// `[\r\n]`
    case lineBreak
    /// `\s?` and the letters of `CasedLetters`, at least one
    case casedLetters
    /// `\s?[!-/:-~！-／：-～‘-‟　-。]+`
    case plainPunctuation
    /// `\s?\p{L}+`
    case spaceAndLetters
    /// `\s?\p{P}+`
    case spaceAndPunctuation
    /// `\s+$`
    case trailingSpace
    /// `[一-龥ࠀ-一가-퟿]+`
    case ideographsAndHangul
    /// `[一-龥぀-ゟ゠-ヿ]+`
    case ideographsAndKana
    /// `[\p{P}\$\+<=>\^~\|]+`
    case punctuationRun
}

import Foundation
import Testing
import Tokenizers

/// Where reference data and model files are, if they are there at all.
enum ReferenceFiles {
    /// The package root, found from this file.
    static let packageRoot = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder of reference data: `A1_SHARED`, else beside the package.
    static let reference: URL = {
        if let path = ProcessInfo.processInfo.environment["A1_SHARED"] { return URL(fileURLWithPath: path) }
        return packageRoot.appendingPathComponent("../shared/reference").standardizedFileURL
    }()

    /// The cache of model files: `A1_MODELS`, else `$XDG_CACHE_HOME/a1/models`, else `~/.cache/a1/models`.
    static let models: URL = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["A1_MODELS"] { return URL(fileURLWithPath: path) }
        let cache = environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
        return cache.appendingPathComponent("a1/models")
    }()

    /// Whether tests that take minutes were asked for.
    static let areHeavyTestsAsked = ProcessInfo.processInfo.environment["A1_HEAVY_TESTS"] != nil

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// Decodes a file of one JSON value a line.
    static func lines<T: Decodable>(of url: URL, as type: T.Type) throws -> [T] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(type, from: Data($0))
        }
    }
}

/// A text and its ids, with special tokens read as plain text and parsed.
struct ReferenceTokens: Decodable {
    var text: String
    var ids: [Int32]
    var idsSpecial: [Int32]

    private enum CodingKeys: String, CodingKey {
        case text, ids
        case idsSpecial = "ids_special"
    }
}

/// The pretrained vocabularies with reference ids.
enum ReferenceModel: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case qwen = "qwen2.5-coder-0.5b"
    case smolLM = "smollm2-135m"
    case gemma = "gemma3-270m"

    var testDescription: String { rawValue }

    var modelFile: URL {
        let name = switch self {
        case .qwen: "Qwen2.5-Coder-0.5B-Instruct-Q4_K_M.gguf"
        case .smolLM: "SmolLM2-135M-Instruct.Q4_1.gguf"
        case .gemma: "gemma-3-270m-q4_k_m.gguf"
        }
        return ReferenceFiles.models.appendingPathComponent(name)
    }

    var tokensFile: URL { ReferenceFiles.reference.appendingPathComponent("tokens/\(rawValue).jsonl") }

    /// Whether the model file is there.
    var hasModel: Bool { ReferenceFiles.exists(modelFile) }

    /// Whether the model file and the reference ids are there.
    var hasTokens: Bool { hasModel && ReferenceFiles.exists(tokensFile) }

    static let missingModel: Comment = "the model file is not in the model cache (a1 model pull)"
    static let missingTokens: Comment = "the model file or ../shared/reference/tokens is not there"

    /// The tokenizer of the model file, built once for all tests.
    func tokenizer() throws -> Tokenizer { try Self.built[self]!.get() }

    private static let built: [ReferenceModel: Result<Tokenizer, any Error>] = {
        var built: [ReferenceModel: Result<Tokenizer, any Error>] = [:]
        for model in allCases {
            built[model] = Result { try Tokenizer(try VocabularyFile.definition(at: model.modelFile.path)) }
        }
        return built
    }()
}

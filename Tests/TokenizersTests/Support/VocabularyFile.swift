import Foundation
import Tokenizers

/// Reads the vocabulary, and nothing else, from the metadata of a GGUF file.
///
/// A twin of the reader in `ModelFiles`, kept apart from it on purpose: these tests then hold the tokenizer against
/// the file, and not against another module of this project. It trusts its input.
struct VocabularyFile {
    private enum Value {
        case number(UInt64)
        case signed(Int64)
        case real(Double)
        case string([UInt8])
        case strings([[UInt8]])
        case reals([Float])
        case integers([Int32])
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var values: [String: Value] = [:]

    /// The tokenizer's definition in the file at `path`. The metadata must lie in the first 32 MiB.
    static func definition(at path: String) throws -> TokenizerDefinition {
        let handle = try require(FileHandle(forReadingAtPath: path))
        defer { try? handle.close() }
        var file = VocabularyFile(bytes: [UInt8](try handle.read(upToCount: 32 << 20) ?? Data()))
        try file.readMetadata()
        return try file.definition()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private struct Malformed: Error {}

    private static func require<T>(_ value: T?) throws -> T {
        guard let value else { throw Malformed() }
        return value
    }

    private mutating func integer(byteCount: Int) throws -> UInt64 {
        guard offset + byteCount <= bytes.count else { throw Malformed() }
        var value: UInt64 = 0
        var step = 0
        while step < byteCount {
            value |= UInt64(bytes[offset + step]) << UInt64(8 * step)
            step += 1
        }
        offset += byteCount
        return value
    }

    private mutating func string() throws -> [UInt8] {
        let count = Int(try integer(byteCount: 8))
        guard count <= bytes.count - offset else { throw Malformed() }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    private mutating func readMetadata() throws {
        guard bytes.starts(with: Array("GGUF".utf8)) else { throw Malformed() }
        offset = 16
        let count = try integer(byteCount: 8)
        for _ in 0..<count {
            let key = String(decoding: try string(), as: UTF8.self)
            values[key] = try value(type: Int(try integer(byteCount: 4)))
        }
    }

    private mutating func value(type: Int) throws -> Value {
        switch type {
        case 0, 7: return .number(try integer(byteCount: 1))
        case 1: return .signed(Int64(Int8(truncatingIfNeeded: try integer(byteCount: 1))))
        case 2: return .number(try integer(byteCount: 2))
        case 3: return .signed(Int64(Int16(truncatingIfNeeded: try integer(byteCount: 2))))
        case 4: return .number(try integer(byteCount: 4))
        case 5: return .signed(Int64(Int32(truncatingIfNeeded: try integer(byteCount: 4))))
        case 6: return .real(Double(Float(bitPattern: UInt32(try integer(byteCount: 4)))))
        case 8: return .string(try string())
        case 9: return try array()
        case 10: return .number(try integer(byteCount: 8))
        case 11: return .signed(Int64(bitPattern: try integer(byteCount: 8)))
        case 12: return .real(Double(bitPattern: try integer(byteCount: 8)))
        default: throw Malformed()
        }
    }

    private mutating func array() throws -> Value {
        let type = Int(try integer(byteCount: 4))
        let count = Int(try integer(byteCount: 8))
        if type == 8 {
            return .strings(try (0..<count).map { _ in try string() })
        }
        if type == 6 {
            return .reals(try (0..<count).map { _ in Float(bitPattern: UInt32(try integer(byteCount: 4))) })
        }
        if type == 4 || type == 5 {
            return .integers(try (0..<count).map { _ in Int32(truncatingIfNeeded: try integer(byteCount: 4)) })
        }
        for _ in 0..<count { _ = try value(type: type) }
        return .strings([])
    }

    private func text(_ key: String) -> String? {
        if case .string(let bytes) = values[key] { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    private func strings(_ key: String) -> [[UInt8]] {
        if case .strings(let strings) = values[key] { strings } else { [] }
    }

    private func id(_ key: String) -> Int32? {
        if case .number(let number) = values[key] { Int32(truncatingIfNeeded: number) } else { nil }
    }

    private func flag(_ key: String) -> Bool? { id(key).map { $0 != 0 } }

    private func definition() throws -> TokenizerDefinition {
        let model = try Self.require(TokenizerDefinition.Model(rawValue: text("tokenizer.ggml.model") ?? ""))
        let preTokenizer = text("tokenizer.ggml.pre") ?? ""
        var scores: [Float] = []
        if case .reals(let reals) = values["tokenizer.ggml.scores"] { scores = reals }
        var kinds: [TokenizerDefinition.TokenKind] = []
        if case .integers(let numbers) = values["tokenizer.ggml.token_type"] {
            kinds = try numbers.map { try Self.require(TokenizerDefinition.TokenKind(rawValue: $0)) }
        }
        return TokenizerDefinition(
            model: model, preTokenizer: preTokenizer, tokens: strings("tokenizer.ggml.tokens"), scores: scores,
            kinds: kinds, merges: strings("tokenizer.ggml.merges"),
            beginToken: id("tokenizer.ggml.bos_token_id"), endToken: id("tokenizer.ggml.eos_token_id"),
            unknownToken: id("tokenizer.ggml.unknown_token_id"), padToken: id("tokenizer.ggml.padding_token_id"),
            addsBeginToken: flag("tokenizer.ggml.add_bos_token")
                ?? TokenizerDefinition.addsBeginTokenByDefault(model: model, preTokenizer: preTokenizer),
            addsSpacePrefix: flag("tokenizer.ggml.add_space_prefix") ?? (model == .sentencePiece),
            chatTemplate: text("tokenizer.chat_template"))
    }
}

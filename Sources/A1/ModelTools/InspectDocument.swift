import Engine
import ModelFiles
import Tensors
import Transformer

/// What `a1 model inspect` says of a model, as it is printed as JSON.
struct InspectDocument: Encodable {
    struct Tensor: Encodable {
        var name: String
        var type: String
        var shape: [Int]
        /// Nil for a type that is not read.
        var bytes: Int?
    }

    /// What a tool takes for it: with so many threads, lines at once, and one whole context of keys and values.
    struct Memory: Encodable {
        var threads: Int
        var sequences: Int
        var context: Int
        var weights: Int
        /// Of the default mode; nil for a model that cannot be run.
        var packedWeights: Int?
        var quantizedTokens: Int?
        var keyValuesPerToken: Int
        var keyValuesOfContext: Int
        var scratch: Int
        var logits: Int

        enum CodingKeys: String, CodingKey {
            case threads, sequences, context
            case weights = "weights_mapped_bytes"
            case packedWeights = "packed_weight_bytes"
            case quantizedTokens = "quantized_token_bytes"
            case keyValuesPerToken = "kv_bytes_per_token"
            case keyValuesOfContext = "kv_bytes_of_context"
            case scratch = "scratch_bytes"
            case logits = "logit_bytes"
        }
    }

    var path: String
    /// All files of the model.
    var files: [String]
    var version: UInt32
    var bytes: Int
    var parameters: Int
    /// Why this engine cannot run it.
    var refusal: String?
    /// Nil where the file does not say enough.
    var memory: Memory?
    var metadata: [String: MetadataJSON]
    var tensors: [Tensor]

    init(_ model: MappedModel, threads: Int) {
        path = model.path
        files = model.parts.map(\.mapped.path)
        version = model.parts[0].file.version
        bytes = model.byteCount
        parameters = model.tensors.reduce(0) { $0 + $1.elementCount }
            + model.unsupportedTensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
        var transformer: TransformerModel?
        do { transformer = try LoadedModel(model).transformer } catch { refusal = "\(error)" }
        memory = Self.memory(model, transformer, threads: threads)
        metadata = [:]
        for key in model.metadata.keys { metadata[key] = model.metadata[key].map(MetadataJSON.init) }
        tensors = model.tensors.map {
            Tensor(name: $0.name, type: $0.type.name, shape: $0.shape, bytes: $0.byteCount)
        } + model.unsupportedTensors.map { Tensor(name: $0.name, type: $0.typeName, shape: $0.shape) }
    }

    private static func memory(_ model: MappedModel, _ transformer: TransformerModel?, threads: Int) -> Memory? {
        let embedding = "token_embd.weight"
        guard let configuration = try? ModelConfiguration(model.metadata),
            let vocabulary = model.tensor(embedding)?.entry.shape.last
                ?? model.unsupportedTensors.first(where: { $0.name == embedding })?.shape.last,
            vocabulary <= 1 << 24
        else { return nil }
        // A model that cannot be run has no matrices to look at; float32 takes the most.
        let precision = transformer?.kvPrecision(.int8) ?? .float32
        let options = EngineOptions.holdingContext(
            of: configuration, threadCount: threads, maximumSequences: EngineFlags.sequencesDefault,
            precision: precision)
        let memory = EngineMemory(
            configuration, vocabularySize: vocabulary, options: options, precision: precision)
        let packed = (try? KernelChoice.current()).flatMap { kernels in
            transformer.map { EnginePackedMemory($0, options: options, kernels: kernels) }
        }
        return Memory(
            threads: threads, sequences: options.maximumSequences, context: configuration.contextLength,
            weights: model.byteCount, packedWeights: packed?.weightBytes, quantizedTokens: packed?.tokenBytes,
            keyValuesPerToken: memory.keyValueBytesPerToken,
            keyValuesOfContext: memory.keyValueBytesOfContext, scratch: memory.scratchBytes,
            logits: memory.logitBytes)
    }
}

/// A value of the metadata as JSON: numbers, truth values and strings as they are, arrays of up to 64 elements too;
/// of longer ones type and count.
struct MetadataJSON: Encodable {
    private static let wholeElements = 64

    private struct Summary: Encodable {
        var type: String
        var count: Int
    }

    let value: MetadataValue

    init(_ value: MetadataValue) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .uint8(let number): try container.encode(number)
        case .int8(let number): try container.encode(number)
        case .uint16(let number): try container.encode(number)
        case .int16(let number): try container.encode(number)
        case .uint32(let number): try container.encode(number)
        case .int32(let number): try container.encode(number)
        case .uint64(let number): try container.encode(number)
        case .int64(let number): try container.encode(number)
        // JSON has no infinities and no NaN.
        case .float32(let number):
            if number.isFinite { try container.encode(number) } else { try container.encode("\(number)") }
        case .float64(let number): try container.encode(Self.float(number))
        case .bool(let truth): try container.encode(truth)
        case .string: try container.encode(value.description)
        case .array(let array): try encode(array, into: &container)
        }
    }

    private func encode(_ array: MetadataArray, into container: inout any SingleValueEncodingContainer) throws {
        guard array.count <= Self.wholeElements else {
            try container.encode(Summary(type: array.typeName, count: array.count))
            return
        }
        if let strings = array.strings {
            try container.encode(strings.map { String(decoding: $0, as: UTF8.self) })
        } else if let integers = array.integers {
            try container.encode(integers)
        } else if let floats = array.floats {
            try container.encode(floats.map(Self.float))
        } else {
            try container.encode(array.bools ?? [])
        }
    }

    private enum Float: Encodable {
        case number(Double)
        case word(String)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .word(let word): try container.encode(word)
            }
        }
    }

    private static func float(_ number: Double) -> Float { number.isFinite ? .number(number) : .word("\(number)") }
}

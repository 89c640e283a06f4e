import Batching
import Tensors
import Transformer

/// What an engine takes from the system for a model, beside the mapped file: computed by the types that allocate it.
public struct EngineMemory: Sendable, Equatable {
    /// Bytes of keys and values of one token.
    public let keyValueBytesPerToken: Int
    /// Bytes of keys and values of one sequence as long as the model's context, in whole blocks.
    public let keyValueBytesOfContext: Int
    /// Bytes that a forward pass writes, logits not counted.
    public let scratchBytes: Int
    /// Bytes of logits, and of what the threads choose tokens with.
    public let logitBytes: Int

    /// - Parameters:
    ///   - vocabularySize: rows of logits.
    ///   - options: of the engine.
    ///   - precision: of keys and values; float16 takes half.
    public init(
        _ model: ModelConfiguration, vocabularySize: Int, options: EngineOptions, precision: KVPrecision = .float32
    ) {
        let blockBytes = BlockLayout.bytes(model, precision)
        keyValueBytesPerToken = blockBytes / BlockLayout.tokensPerBlock
        keyValueBytesOfContext = BlockLayout.blocks(for: model.contextLength) * blockBytes
        let scratch = ScratchLayout(
            model, vocabularySize: vocabularySize, rows: options.maximumStepTokens, threads: options.threadCount)
        scratchBytes = scratch.byteCount - scratch.logitBytes
        logitBytes = scratch.logitBytes + options.threadCount * Sampler.byteCount(vocabularySize: vocabularySize)
    }
}

/// What an engine takes beside for products with bytes, of its own: nothing in exact mode, and with kernels that have
/// none.
public struct EnginePackedMemory: Sendable, Equatable {
    /// Bytes of packed weights: as many as in the file, whole panels of rows.
    public let weightBytes: Int
    /// Bytes of the quantised numbers of a step's tokens.
    public let tokenBytes: Int

    /// - Parameter kernels: those that the engine will use.
    public init(_ model: TransformerModel, options: EngineOptions, kernels: KernelChoice) {
        let isPacked = !options.isExact && kernels.hasBytes
        weightBytes = isPacked ? model.packedWeightBytes : 0
        tokenBytes = isPacked ? model.quantizedInputBytes(rows: options.maximumStepTokens) : 0
    }
}

extension BlockLayout {
    /// Bytes of a block of a model's keys and values.
    public static func bytes(_ model: ModelConfiguration, _ precision: KVPrecision) -> Int {
        KVCache.bytesPerBlock(model, tokensPerBlock: tokensPerBlock, precision: precision)
    }
}

extension EngineOptions {
    /// Options whose memory for keys and values holds one whole context of the model, and at least 1 GiB.
    public static func holdingContext(
        of model: ModelConfiguration, threadCount: Int, maximumSequences: Int, precision: KVPrecision = .float32
    ) -> EngineOptions {
        let whole = BlockLayout.blocks(for: model.contextLength) * BlockLayout.bytes(model, precision)
        return EngineOptions(
            threadCount: threadCount, maximumStepTokens: max(256, maximumSequences + 1),
            maximumSequences: maximumSequences, kvCacheBytes: max(1 << 30, whole))
    }

    /// Most tokens of one sequence: the model's own context, what was asked for, or what the memory for keys and values
    /// holds.
    func contextLimit(_ model: ModelConfiguration, _ precision: KVPrecision = .float32) -> Int {
        min(
            model.contextLength, maximumContext,
            kvCacheBytes / BlockLayout.bytes(model, precision) * BlockLayout.tokensPerBlock)
    }
}

import ModelFiles
import Tensors

/// Weights of one layer. Matrices stay in the file's format; vectors are float32.
struct LayerWeights: Sendable {
    /// `[embedding]`
    let attentionNorm: [Float]
    /// `[query][embedding]`
    let query: WeightMatrix
    /// `[key value][embedding]`
    let key: WeightMatrix
    /// `[key value][embedding]`
    let value: WeightMatrix
    /// `[query]`, `[key value]`, `[key value]`
    let queryBias, keyBias, valueBias: [Float]?
    /// `[embedding]`
    let outputBias: [Float]?
    /// `[feed forward]`, `[feed forward]`, `[embedding]`
    let gateBias, upBias, downBias: [Float]?
    /// `[head]`
    let queryNorm, keyNorm: [Float]?
    /// `[embedding][query]`
    let output: WeightMatrix
    /// `[embedding]`
    let attentionOutputNorm: [Float]?
    /// `[embedding]`
    let feedForwardNorm: [Float]
    /// `[feed forward][embedding]`
    let gate, up: WeightMatrix
    /// `[embedding][feed forward]`
    let down: WeightMatrix
    /// `[embedding]`
    let feedForwardOutputNorm: [Float]?
    let isSliding: Bool
}

/// All weights of a model.
struct TransformerWeights: Sendable {
    /// `[vocabulary][embedding]`
    let embedding: WeightMatrix
    let layers: [LayerWeights]
    /// `[embedding]`
    let outputNorm: [Float]
    /// `[vocabulary][embedding]`; the embedding itself where the file has no `output.weight`.
    let output: WeightMatrix
    /// `[rotary pairs]`
    let rotaryFactors: [Float]?
}

extension TransformerWeights {
    init(
        _ files: MappedModel, _ model: ModelConfiguration, _ architecture: Architecture
    ) throws(TransformerError) {
        let tensors = TensorReader(files)
        guard let rows = files.tensor("token_embd.weight")?.entry.shape.last else {
            throw .modelFile(.missingTensor("token_embd.weight"))
        }
        let tokens = try Self.tokenCount(files.metadata)
        guard tokens == nil || tokens == rows else {
            throw .vocabularyMismatch(tokens: tokens ?? 0, embeddingRows: rows)
        }
        embedding = try tensors.matrix("token_embd", rows: rows, columns: model.embeddingLength)
        outputNorm = try tensors.vector("output_norm.weight", count: model.embeddingLength)
        let isTied = files.tensor("output.weight") == nil
        output = isTied ? embedding : try tensors.matrix("output", rows: rows, columns: model.embeddingLength)
        rotaryFactors = architecture.takesRotaryFactors
            ? try tensors.optionalVector("rope_freqs.weight", count: model.rotary.length / 2) : nil
        var layers: [LayerWeights] = []
        for index in 0..<model.layerCount {
            layers.append(try LayerWeights(tensors, index, model, architecture))
        }
        self.layers = layers
        try tensors.refuseRest(architecture)
    }

    private static func tokenCount(_ metadata: Metadata) throws(TransformerError) -> Int? {
        do { return try metadata.optionalCount("tokenizer.ggml.tokens") } catch { throw .modelFile(error) }
    }
}

extension LayerWeights {
    init(
        _ tensors: TensorReader, _ index: Int, _ model: ModelConfiguration, _ architecture: Architecture
    ) throws(TransformerError) {
        let prefix = "blk.\(index)."
        let width = model.embeddingLength
        attentionNorm = try tensors.vector(prefix + "attn_norm.weight", count: width)
        query = try tensors.matrix(prefix + "attn_q", rows: model.queryLength, columns: width)
        key = try tensors.matrix(prefix + "attn_k", rows: model.keyValueLength, columns: width)
        value = try tensors.matrix(prefix + "attn_v", rows: model.keyValueLength, columns: width)
        output = try tensors.matrix(prefix + "attn_output", rows: width, columns: model.queryLength)
        feedForwardNorm = try tensors.vector(prefix + "ffn_norm.weight", count: width)
        gate = try tensors.matrix(prefix + "ffn_gate", rows: model.feedForwardLength, columns: width)
        up = try tensors.matrix(prefix + "ffn_up", rows: model.feedForwardLength, columns: width)
        down = try tensors.matrix(prefix + "ffn_down", rows: width, columns: model.feedForwardLength)

        func vector(_ name: String, count: Int, if isPart: Bool) throws(TransformerError) -> [Float]? {
            isPart ? try tensors.vector(prefix + name, count: count) : nil
        }
        func bias(_ name: String, count: Int, isNeeded: Bool = false) throws(TransformerError) -> [Float]? {
            isNeeded ? try tensors.vector(prefix + name, count: count)
                : try tensors.optionalVector(prefix + name, count: count)
        }
        let hasBias = architecture.hasAttentionBias
        queryBias = try bias("attn_q.bias", count: model.queryLength, isNeeded: hasBias)
        keyBias = try bias("attn_k.bias", count: model.keyValueLength, isNeeded: hasBias)
        valueBias = try bias("attn_v.bias", count: model.keyValueLength, isNeeded: hasBias)
        outputBias = try bias("attn_output.bias", count: width)
        gateBias = try bias("ffn_gate.bias", count: model.feedForwardLength)
        upBias = try bias("ffn_up.bias", count: model.feedForwardLength)
        downBias = try bias("ffn_down.bias", count: width)
        let hasHeadNorms = architecture.normalizesQueriesAndKeys
        queryNorm = try vector("attn_q_norm.weight", count: model.headLength, if: hasHeadNorms)
        keyNorm = try vector("attn_k_norm.weight", count: model.headLength, if: hasHeadNorms)
        let hasOutputNorms = architecture.normalizesOutputs
        attentionOutputNorm = try vector("post_attention_norm.weight", count: width, if: hasOutputNorms)
        feedForwardOutputNorm = try vector("post_ffw_norm.weight", count: width, if: hasOutputNorms)
        isSliding = model.slidingLayers[index]
    }
}

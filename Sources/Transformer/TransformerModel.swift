import ModelFiles
import Tensors

/// A model ready to run: its numbers and its weights, which stay in the mapped files.
public struct TransformerModel: Sendable {
    public let configuration: ModelConfiguration
    /// Tokens the model knows; ids run from 0.
    public var vocabularySize: Int { weights.embedding.rows }

    /// Whether any matrix is quantised in blocks, so that products with bytes are possible.
    public var hasQuantizedMatrices: Bool { weights.matrices.contains { PackedWeights.byteCount(of: $0) != nil } }

    let architecture: Architecture
    let weights: TransformerWeights

    /// Takes the model out of its files. Throws an error that names the key or tensor at fault.
    public init(_ model: MappedModel) throws(TransformerError) {
        architecture = try Architecture(model.metadata)
        configuration = try ModelConfiguration(model.metadata, architecture)
        weights = try TransformerWeights(model, configuration, architecture)
    }
}

import ModelFiles
import Tensors

/// A model ready to run: its numbers and its weights, as they stand in the mapped files.
public struct TransformerModel: Sendable {
    public let configuration: ModelConfiguration
    /// Tokens the model knows; ids run from 0.
    public var vocabularySize: Int { weights.embedding.rows }

    /// Whether any matrix is quantised in blocks, so that products with bytes are possible.
    public var hasQuantizedMatrices: Bool { weights.matrices.contains(where: \.isQuantized) }

    /// In which numbers tokens enter its products, where such activations are asked for.
    func activations(_ asked: Activations) -> Activations { hasQuantizedMatrices ? asked : .float32 }

    /// In which numbers its keys and values are kept beside such activations: what is exact stays so.
    public func kvPrecision(_ asked: Activations) -> KVPrecision {
        switch activations(asked) {
        case .float32: .float32
        case .int8: .float16
        }
    }

    /// Bytes that a pass with int8 activations takes for packed weights.
    public var packedWeightBytes: Int { weights.matrices.reduce(0) { $0 + PackedWeights.byteCount(of: $1) } }

    /// Bytes that a pass with int8 activations takes for its tokens' quantised numbers; 0 if no matrix is quantised.
    ///
    /// - Parameter rows: most tokens of a step.
    public func quantizedInputBytes(rows: Int) -> Int {
        guard hasQuantizedMatrices else { return 0 }
        return MatrixProduct.inputByteCount(rows: ForwardPass.inputRows(rows), columns: configuration.widestInput)
    }

    let architecture: Architecture
    let weights: TransformerWeights

    /// Takes the model out of its files. Throws an error that names the key or tensor at fault.
    public init(_ model: MappedModel) throws(TransformerError) {
        architecture = try Architecture(model.metadata)
        configuration = try ModelConfiguration(model.metadata, architecture)
        weights = try TransformerWeights(model, configuration, architecture)
    }
}

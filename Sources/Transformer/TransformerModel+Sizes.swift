import Tensors

/// How much a step through the model reads and computes; attention, which depends on the context, left out.
extension TransformerModel {
    /// The matrices of all layers: each token is multiplied with all of them.
    public var layerMatrices: MatrixSizes { MatrixSizes(weights.layers.flatMap(\.matrices)) }

    /// The matrix that gives logits: each token is multiplied with it whose logits are wanted.
    public var outputMatrix: MatrixSizes { MatrixSizes([weights.output]) }
}

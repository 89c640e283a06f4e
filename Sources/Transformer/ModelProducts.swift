import Tensors

/// The products of a model, grouped by their inputs, with the places where their outputs go.
struct ModelProducts: Sendable {
    struct Layer: Sendable {
        /// Queries, keys and values, of the normalised residual stream.
        let attention: ProductGroup
        /// Of what the heads attended to.
        let attentionOutput: ProductGroup
        /// Gate and up, of the normalised residual stream.
        let gateAndUp: ProductGroup
        /// Of gate times up.
        let down: ProductGroup
    }

    let layers: [Layer]
    /// Logits.
    let output: ProductGroup

    /// Packs what is multiplied with bytes.
    init(
        _ weights: TransformerWeights, _ product: MatrixProduct, _ scratch: ForwardScratch, _ pool: ComputePool
    ) throws(TensorError) {
        let packed = product.activations == .int8
            ? try PackedWeights(weights.matrices, pool: pool, kernels: product.kernels) : nil
        func part(_ weights: WeightMatrix, _ output: UnsafeMutablePointer<Float>, _ bias: [Float]? = nil)
            -> ProductGroup.Part {
            ProductGroup.Part(weights, packed: packed?[weights], output: output, bias: bias)
        }
        layers = weights.layers.map { layer in
            Layer(
                attention: product.group([
                    part(layer.query, scratch.queries, layer.queryBias),
                    part(layer.key, scratch.keys, layer.keyBias),
                    part(layer.value, scratch.values, layer.valueBias),
                ]),
                attentionOutput: product.group([part(layer.output, scratch.normalized, layer.outputBias)]),
                gateAndUp: product.group([
                    part(layer.gate, scratch.gate, layer.gateBias), part(layer.up, scratch.up, layer.upBias),
                ]),
                down: product.group([part(layer.down, scratch.normalized, layer.downBias)]))
        }
        output = product.group([part(weights.output, scratch.logits)])
    }
}

extension LayerWeights {
    /// The matrices of a layer's products.
    var matrices: [WeightMatrix] { [query, key, value, output, gate, up, down] }
}

extension TransformerWeights {
    /// The matrices of all products.
    var matrices: [WeightMatrix] { layers.flatMap(\.matrices) + [output] }
}

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
        var packed = try PackedParts(weights, product, pool)
        func part(_ weights: WeightMatrix, _ output: UnsafeMutablePointer<Float>, _ bias: [Float]? = nil)
            -> ProductGroup.Part {
            ProductGroup.Part(weights, packed: packed.next(), output: output, bias: bias)
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

/// Packed forms of a model's matrices, in the order of `TransformerWeights.matrices`.
private struct PackedParts {
    private let packed: PackedWeights?
    private var number = 0

    init(_ weights: TransformerWeights, _ product: MatrixProduct, _ pool: ComputePool) throws(TensorError) {
        packed = product.activations == .int8
            ? try PackedWeights(weights.matrices, pool: pool, kernels: product.kernels) : nil
    }

    mutating func next() -> PackedMatrix? {
        defer { number += 1 }
        return packed?[number]
    }
}

extension TransformerWeights {
    /// The matrices of products, in the order in which a token meets them.
    var matrices: [WeightMatrix] {
        layers.flatMap { [$0.query, $0.key, $0.value, $0.output, $0.gate, $0.up, $0.down] } + [output]
    }
}

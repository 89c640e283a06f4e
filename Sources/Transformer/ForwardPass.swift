import CKernels
import Tensors

/// Runs a model over batches of rows: embeds tokens, passes them through the layers, gives out logits.
///
/// What comes out for a row depends, to the bit, on its sequence alone: every sum runs in an order that
/// is fixed by the row's own position, so neither the rest of the batch, nor how a prompt was cut, nor
/// whether its prefix was cached, nor the number of threads can be seen in the numbers.
///
/// Owned by one thread at a time (`@unchecked Sendable` for that reason); nothing is allocated in `run`.
public final class ForwardPass: @unchecked Sendable {
    public let model: TransformerModel
    /// Most rows of a batch.
    public let maximumRows: Int
    /// Positions from 0 up to this may be used.
    public let maximumContext: Int

    let cache: KVCache
    let pool: ComputePool
    let product: MatrixProduct
    let scratch: ForwardScratch
    let rotary: RotaryEmbedding
    let slidingRotary: RotaryEmbedding

    /// - Parameters:
    ///   - maximumContext: longest sequence; at most what the cache holds.
    ///   - kernels: nil takes what `A1_KERNELS` or the processor says.
    public init(
        _ model: TransformerModel, cache: KVCache, pool: ComputePool, maximumRows: Int, maximumContext: Int,
        kernels: KernelChoice? = nil
    ) throws(TensorError) {
        let sizes = model.configuration
        self.model = model
        self.cache = cache
        self.pool = pool
        self.maximumRows = maximumRows
        self.maximumContext = maximumContext
        product = try MatrixProduct(
            pool: pool, maximumColumns: max(sizes.embeddingLength, sizes.queryLength, sizes.feedForwardLength),
            kernels: kernels)
        scratch = try ForwardScratch(
            ScratchLayout(
                sizes, vocabularySize: model.vocabularySize, rows: maximumRows, context: maximumContext,
                threads: pool.threadCount))
        rotary = RotaryEmbedding(sizes.rotary, factors: model.weights.rotaryFactors)
        slidingRotary = RotaryEmbedding(sizes.slidingRotary)
    }

    /// Computes the batch; keys and values of its rows stand in the cache afterwards.
    ///
    /// `consume` gets each wanted row of logits once: its number among the wanted rows of the batch, the
    /// logits (valid, and free to be changed, during the call), and the number of the thread it runs on,
    /// below the pool's `threadCount`. Calls for different rows may run at the same time.
    public func run(_ batch: ForwardBatch, consume: (_ row: Int, _ logits: Logits, _ thread: Int) -> Void) {
        precondition(batch.rowCount <= maximumRows, "a batch of \(batch.rowCount) rows")
        guard batch.rowCount > 0 else { return }
        embed(batch)
        for layer in model.weights.layers.indices {
            attend(batch, layer: layer)
            feedForward(batch, layer: layer)
        }
        giveLogits(batch, consume)
    }

    private func embed(_ batch: ForwardBatch) {
        let width = model.configuration.embeddingLength
        let scale = model.architecture.scalesEmbeddings ? Float(width).squareRoot() : nil
        pool.run(count: batch.rowCount) { row, _ in
            let out = scratch.residual + row * width
            model.weights.embedding.dequantizeRow(Int(batch.rows[row].token), into: out)
            if let scale { a1_scale(scale, Int64(width), out) }
            let position = Int(batch.rows[row].position)
            rotary.fill(scratch.angles + row * 2 * rotary.pairCount, position: position)
            if model.configuration.slidingWindow != nil {
                slidingRotary.fill(scratch.slidingAngles + row * 2 * slidingRotary.pairCount, position: position)
            }
        }
    }

    private func feedForward(_ batch: ForwardBatch, layer index: Int) {
        let layer = model.weights.layers[index]
        let width = model.configuration.feedForwardLength
        let rows = batch.rowCount
        normalize(rows, by: layer.feedForwardNorm)
        product.multiply(layer.gate, scratch.normalized, count: rows, into: scratch.gate, bias: layer.gateBias)
        product.multiply(layer.up, scratch.normalized, count: rows, into: scratch.up, bias: layer.upBias)
        pool.run(count: rows) { row, _ in
            let gate = scratch.gate + row * width
            switch model.architecture.activation {
            case .silu: a1_silu_multiply(gate, scratch.up + row * width, Int64(width), gate)
            case .gelu: a1_gelu_multiply(gate, scratch.up + row * width, Int64(width), gate)
            }
        }
        product.multiply(layer.down, scratch.gate, count: rows, into: scratch.normalized, bias: layer.downBias)
        addToResidual(rows, normalizedBy: layer.feedForwardOutputNorm)
    }

    /// `scratch.normalized` from `scratch.residual`.
    func normalize(_ rows: Int, by weight: [Float]) {
        let width = model.configuration.embeddingLength
        weight.withUnsafeBufferPointer { weight in
            pool.run(count: rows) { row, _ in
                a1_rms_norm(
                    scratch.residual + row * width, weight.baseAddress, Int64(width),
                    model.configuration.normEpsilon, scratch.normalized + row * width)
            }
        }
    }

    /// Adds a part's output, which stands in `scratch.normalized`, to the residual stream.
    func addToResidual(_ rows: Int, normalizedBy weight: [Float]?) {
        let width = model.configuration.embeddingLength
        pool.run(count: rows) { row, _ in
            let output = scratch.normalized + row * width
            if let weight { a1_rms_norm(output, weight, Int64(width), model.configuration.normEpsilon, output) }
            a1_add(output, Int64(width), scratch.residual + row * width)
        }
    }
}

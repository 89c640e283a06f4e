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

    /// The kernels in use.
    public var kernels: KernelChoice { product.kernels }
    /// What decides the bits of its products: `own int8, own float32`.
    public var routines: String { product.routines(for: model.weights.matrices) }

    let cache: KVCache
    let pool: ComputePool
    let product: MatrixProduct
    let scratch: ForwardScratch
    let products: ModelProducts
    let rotary: RotaryEmbedding
    let slidingRotary: RotaryEmbedding
    let tiles: RowTiles

    /// - Parameters:
    ///   - kernels: nil takes what `A1_KERNELS` or the processor says.
    ///   - activations: `int8` takes memory for the packed form of quantised weights, about as much as they have in
    ///     the file, whose pages are given back.
    public init(
        _ model: TransformerModel, cache: KVCache, pool: ComputePool, maximumRows: Int, kernels: KernelChoice? = nil,
        activations: Activations = .float32
    ) throws(TensorError) {
        let sizes = model.configuration
        self.model = model
        self.cache = cache
        self.pool = pool
        self.maximumRows = maximumRows
        product = try MatrixProduct(
            pool: pool, maximumColumns: sizes.widestInput,
            maximumRows: Self.inputRows(maximumRows), kernels: kernels,
            activations: model.activations(activations), matrices: model.weights.matrices)
        scratch = try ForwardScratch(
            ScratchLayout(
                sizes, vocabularySize: model.vocabularySize, rows: maximumRows, threads: pool.threadCount))
        products = try ModelProducts(model.weights, product, scratch, pool)
        rotary = RotaryEmbedding(sizes.rotary, factors: model.weights.rotaryFactors)
        slidingRotary = RotaryEmbedding(sizes.slidingRotary)
        tiles = RowTiles(group: sizes.queryHeadsPerKeyValueHead, maximumRows: maximumRows)
    }

    /// Rows of the largest input of a product: those of a step, or of one group of logits.
    static func inputRows(_ maximumRows: Int) -> Int { max(maximumRows, ScratchLayout.logitRows) }

    /// Computes the batch; keys and values of its rows stand in the cache afterwards.
    ///
    /// `consume` gets each wanted row of logits once: its number among the wanted rows of the batch, the
    /// logits (valid, and free to be changed, during the call), and the number of the thread it runs on,
    /// below the pool's `threadCount`. Calls for different rows may run at the same time.
    public func run(_ batch: ForwardBatch, consume: (_ row: Int, _ logits: Logits, _ thread: Int) -> Void) {
        precondition(batch.rowCount <= maximumRows, "a batch of \(batch.rowCount) rows")
        guard batch.rowCount > 0 else { return }
        tiles.share(batch)
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
        let width = model.configuration.feedForwardLength
        let rows = batch.rowCount
        let products = products.layers[index]
        normalize(rows, by: model.weights.layers[index].feedForwardNorm)
        product.multiply(products.gateAndUp, scratch.normalized, count: rows)
        product.beginInput(columns: width)
        pool.run(count: rows) { row, _ in
            let gate = scratch.gate + row * width
            switch model.architecture.activation {
            case .silu: a1_silu_multiply(gate, scratch.up + row * width, Int64(width), gate)
            case .gelu: a1_gelu_multiply(gate, scratch.up + row * width, Int64(width), gate)
            }
            product.setInput(row, gate)
        }
        product.multiply(products.down, scratch.gate, count: rows)
        addToResidual(rows, normalizedBy: model.weights.layers[index].feedForwardOutputNorm)
    }

    /// `scratch.normalized` from `scratch.residual`: the input of the next products.
    func normalize(_ rows: Int, by weight: [Float]) {
        let width = model.configuration.embeddingLength
        product.beginInput(columns: width)
        weight.withUnsafeBufferPointer { weight in
            pool.run(count: rows) { row, _ in
                let out = scratch.normalized + row * width
                a1_rms_norm(
                    scratch.residual + row * width, weight.baseAddress, Int64(width), model.configuration.normEpsilon,
                    out)
                product.setInput(row, out)
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

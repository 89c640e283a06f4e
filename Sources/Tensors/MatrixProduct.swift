import CKernels
import ModelFiles

/// Products of weight matrices with rows of activations, with scratch allocated once.
///
/// In float32, weight rows are dequantised stretch by stretch where the second-level cache holds them and multiplied
/// with all token rows, by the own kernels or by OpenBLAS, as `FloatRule` says. With bytes, packed weights are
/// multiplied with quantised token rows. Tiles of rows are shared among the pool's threads. The bits of an output
/// depend on its weight row, its token row and its bias alone: not on the batch, the tile or the thread.
///
/// One product runs at a time; calls from several threads take turns.
public struct MatrixProduct: Sendable {
    /// The largest number of columns a weight matrix may have.
    public let maximumColumns: Int
    /// The kernels in use.
    public let kernels: KernelChoice
    /// `int8` if it was asked for and the kernels can.
    public let activations: Activations

    /// Four to five halves of a hundred in the small models: docs/decisions/0021-second-digits-for-outliers.md.
    public static let usualFineFrom: Float = 6

    private let pool: ComputePool
    private let rule: FloatRule
    /// Of each thread.
    private let own: [any TileProduct]
    /// Of each thread; none if no matrix needs them.
    private let openBLAS: [any TileProduct]
    private let int8: Int8TileProduct?

    /// Scratch for every thread of the pool, for matrices of up to `maximumColumns` columns.
    ///
    /// - Parameters:
    ///   - maximumRows: most token rows of a product with bytes.
    ///   - kernels: nil takes what `A1_KERNELS` or the processor says.
    ///   - activations: for `ProductGroup`s; `openblas` has float32 alone.
    ///   - matrices: those that it will multiply; nil prepares for any.
    public init(
        pool: ComputePool, maximumColumns: Int, maximumRows: Int = 0, kernels: KernelChoice? = nil,
        activations: Activations = .float32, matrices: [WeightMatrix]? = nil
    ) throws(TensorError) {
        let choice = if let kernels { kernels } else { try KernelChoice.current() }
        guard KernelChoice.available.contains(choice) else {
            throw .kernelsUnavailable(requested: choice.rawValue)
        }
        self.kernels = choice
        let activations = choice.hasBytes ? activations : .float32
        self.activations = activations
        self.pool = pool
        self.maximumColumns = maximumColumns
        let table = a1_kernels_named(choice.rawValue) ?? a1_kernels()!
        let rule = FloatRule(
            kernels: choice, isNamed: kernels != nil || KernelChoice.isNamed,
            shape: OpenBLASShape(core: OpenBLASLibrary.core))
        self.rule = rule
        own = (0..<pool.threadCount).map { _ in KernelTileProduct(table: table) }
        let floats = matrices?.filter { activations == .float32 || !$0.isQuantized }
        if rule.canUseOpenBLAS(floats) {
            try OpenBLASLibrary.checkThreads()
            openBLAS = try (0..<pool.threadCount).map { _ throws(TensorError) -> any TileProduct in
                try OpenBLASTileProduct(shape: rule.shape, maximumColumns: maximumColumns)
            }
        } else {
            openBLAS = []
        }
        int8 = activations == .int8
            ? try Int8TileProduct(
                table, threads: pool.threadCount, maximumRows: maximumRows, maximumColumns: maximumColumns) : nil
    }

    /// `y[t][r] = sum over c of weights[r][c] * x[t][c] (+ bias[r])` for `count` token rows, in float32.
    ///
    /// - Parameters:
    ///   - x: `[count][columns]`, rows `xStride` floats apart (default: `columns`).
    ///   - y: `[count][rows]`, rows `yStride` floats apart (default: `rows`). Must not overlap `x`.
    ///   - bias: `[rows]` or nil.
    public func multiply(
        _ weights: WeightMatrix, _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>? = nil, xStride: Int? = nil, yStride: Int? = nil
    ) {
        precondition(weights.columns <= maximumColumns, "\(weights.name) has \(weights.columns) columns")
        guard count > 0 else { return }
        let tileRows = worker(weights, 0).tileRows(weights, threads: pool.threadCount)
        let job = ProductJob(
            weights: weights, x: x, xStride: xStride ?? weights.columns, count: count, y: y,
            yStride: yStride ?? weights.rows, bias: bias)
        pool.run(count: (weights.rows + tileRows - 1) / tileRows) { tile, thread in
            let first = tile * tileRows
            worker(weights, thread).multiply(job, rows: first..<min(first + tileRows, weights.rows), tileRows: tileRows)
        }
    }

    // MARK: - Groups

    /// Bytes that token rows take as the input of products with bytes.
    public static func inputByteCount(rows: Int, columns: Int) -> Int {
        QuantizedRows.byteCount(rows: rows, columns: columns)
    }

    /// Products that share an input. A part with a packed form is multiplied with bytes if `activations` say so.
    public func group(_ parts: [ProductGroup.Part]) -> ProductGroup {
        let total = parts.reduce(0) { $0 + $1.weights.rows }
        return ProductGroup(parts) { part in
            guard int8 != nil, part.packed != nil else {
                return worker(part.weights, 0).tileRows(part.weights, threads: pool.threadCount)
            }
            return Int8TileProduct.tileRows(part.weights.rows, of: total, threads: pool.threadCount)
        }
    }

    /// Rows of the next input have so many columns. To be followed by `setInput` for each row.
    ///
    /// - Parameter fineFrom: halves of blocks, 16 columns, whose largest magnitude is above so many times the root mean
    ///   square of their row are quantised to 15 bits instead of 8, at twice the work. An outlier would leave few bits
    ///   for its neighbours.
    public func beginInput(columns: Int, fineFrom: Float = usualFineFrom) {
        precondition(columns <= maximumColumns, "an input of \(columns) columns")
        int8?.rows.begin(columns: columns, fineFrom: fineFrom)
    }

    /// Takes one row of the input; from any thread, each row from one. Does nothing in float32.
    public func setInput(_ row: Int, _ x: UnsafePointer<Float>) {
        int8?.rows.set(row, from: x)
    }

    /// All products of the group for `count` token rows, which are in `x` and were given to `setInput`.
    ///
    /// - Parameter x: `[count][columns]`.
    public func multiply(_ group: ProductGroup, _ x: UnsafePointer<Float>, count: Int) {
        guard count > 0 else { return }
        pool.run(count: group.tileCount) { index, thread in
            let (job, rows) = group.tile(index)
            if let int8, let packed = job.packed {
                int8.multiply(job, packed, rows: rows, count: count, thread: thread)
            } else {
                let product = ProductJob(
                    weights: job.weights, x: x, xStride: group.columns, count: count, y: job.output,
                    yStride: job.weights.rows, bias: job.bias.map { UnsafePointer($0) })
                worker(job.weights, thread).multiply(product, rows: rows, tileRows: job.tileRows)
            }
        }
    }

    /// What multiplies this matrix in float32 on a thread.
    private func worker(_ weights: WeightMatrix, _ thread: Int) -> any TileProduct {
        switch rule.routine(weights) {
        case .own: own[thread]
        case .openBLAS: openBLAS[thread]
        }
    }

    /// What decides the bits of products with these matrices, for people and for comparing: processes that say the same
    /// give the same bits. `own int8, own float32`, or `openblas 0.3.21 Haswell sgemm, 8 tokens a call`.
    public func routines(for matrices: [WeightMatrix]) -> String {
        let floats = matrices.filter { activations == .float32 || !$0.isQuantized }.map(rule.routine)
        var found: [String] = []
        if floats.count < matrices.count { found.append("own int8") }
        if floats.contains(.own) { found.append("own float32") }
        if floats.contains(.openBLAS) {
            found.append(
                "openblas \(OpenBLASLibrary.version) \(OpenBLASLibrary.core) sgemm, \(rule.shape.tokens) tokens a call")
        }
        return found.joined(separator: ", ")
    }
}

/// The arguments of one `multiply`, as the threads see them.
struct ProductJob {
    let weights: WeightMatrix
    let x: UnsafePointer<Float>
    let xStride: Int
    let count: Int
    let y: UnsafeMutablePointer<Float>
    let yStride: Int
    let bias: UnsafePointer<Float>?
}

/// How one thread multiplies a tile of weight rows. Used by one thread at a time.
protocol TileProduct: AnyObject, Sendable {
    /// Rows of a tile of this matrix.
    func tileRows(_ weights: WeightMatrix, threads: Int) -> Int
    /// Writes the outputs of `rows` for all tokens of the job.
    func multiply(_ job: ProductJob, rows: Range<Int>, tileRows: Int)
}

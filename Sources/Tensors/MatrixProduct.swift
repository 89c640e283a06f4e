import CKernels
import ModelFiles

/// Products of weight matrices with rows of activations, with scratch allocated once.
///
/// Weight rows are dequantised to float32 stretch by stretch where the second-level cache holds them and
/// multiplied with all token rows; tiles of rows are shared among the pool's threads. The bits of an
/// output depend on its weight row, its token row and its bias alone: not on the batch, the tile or
/// the thread.
///
/// One product runs at a time; calls from several threads take turns.
public struct MatrixProduct: Sendable {
    /// The largest number of columns a weight matrix may have.
    public let maximumColumns: Int
    /// The kernels in use.
    public let kernels: KernelChoice

    private let pool: ComputePool
    private let workers: [any TileProduct]

    /// Scratch for every thread of the pool, for matrices of up to `maximumColumns` columns. `kernels` nil
    /// takes what `A1_KERNELS` or the processor says.
    public init(pool: ComputePool, maximumColumns: Int, kernels: KernelChoice? = nil) throws(TensorError) {
        let choice = if let kernels { kernels } else { try KernelChoice.current() }
        guard KernelChoice.available.contains(choice) else {
            throw .kernelsUnavailable(requested: choice.rawValue)
        }
        self.kernels = choice
        self.pool = pool
        self.maximumColumns = maximumColumns
        workers = try (0..<pool.threadCount).map { (_) throws(TensorError) -> any TileProduct in
            if choice == .openblas { return try OpenBLASTileProduct(maximumColumns: maximumColumns) }
            return KernelTileProduct(table: a1_kernels_named(choice.rawValue) ?? a1_kernels())
        }
    }

    /// `y[t][r] = sum over c of weights[r][c] * x[t][c] (+ bias[r])` for `count` token rows.
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
        let tileRows = workers[0].tileRows(weights, threads: pool.threadCount)
        let job = ProductJob(
            weights: weights, x: x, xStride: xStride ?? weights.columns, count: count, y: y,
            yStride: yStride ?? weights.rows, bias: bias)
        pool.run(count: (weights.rows + tileRows - 1) / tileRows) { tile, thread in
            let first = tile * tileRows
            workers[thread].multiply(job, rows: first..<min(first + tileRows, weights.rows), tileRows: tileRows)
        }
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

import CKernels
import COpenBLAS
import ModelFiles

/// Products of weight matrices with rows of activations, with scratch allocated once.
///
/// A tile of weight rows is dequantised to float32 where the second-level cache holds it, then multiplied
/// with all token rows; tiles are shared among the pool's threads. The bits of an output depend on its
/// weight row, its token row and its bias alone: not on the batch, the tile or the thread.
///
/// One product runs at a time; calls from several threads take turns.
public struct MatrixProduct: Sendable {
    /// Floats of a tile: half a megabyte, half of the second-level cache of common servers.
    static let tileFloats = 131_072
    static let maximumTileRows = 64

    /// The largest number of columns a weight matrix may have.
    public let maximumColumns: Int
    /// The kernels in use.
    public let kernels: KernelChoice

    private let pool: ComputePool
    private let scratch: [ThreadScratch]

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
        if choice == .openblas { OpenBLASProduct.prepare() }
        scratch = (0..<pool.threadCount).map { _ in
            ThreadScratch(maximumColumns: maximumColumns, kernels: choice)
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
        let tileRows = Self.tileRows(columns: weights.columns)
        let tiles = (weights.rows + tileRows - 1) / tileRows
        let job = ProductJob(
            weights: weights, tileRows: tileRows, x: x, xStride: xStride ?? weights.columns, count: count,
            y: y, yStride: yStride ?? weights.rows, bias: bias)
        pool.run(count: tiles) { tile, thread in
            scratch[thread].multiply(job, tile: tile)
        }
    }

    static func tileRows(columns: Int) -> Int {
        let group = Int(A1_PRODUCT_ROWS)
        return min(maximumTileRows, max(group, tileFloats / paddedColumns(columns) / group * group))
    }

    static func paddedColumns(_ columns: Int) -> Int {
        let lanes = Int(A1_LANES)
        return (columns + lanes - 1) / lanes * lanes
    }
}

/// The arguments of one `multiply`, as the threads see them.
struct ProductJob {
    let weights: WeightMatrix
    let tileRows: Int
    let x: UnsafePointer<Float>
    let xStride: Int
    let count: Int
    let y: UnsafeMutablePointer<Float>
    let yStride: Int
    let bias: UnsafePointer<Float>?
}

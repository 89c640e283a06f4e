import CKernels

/// Products that share their input: computed in one loop of the pool. Made once, by `MatrixProduct.group`.
///
/// `@unchecked Sendable`: nothing changes after `init`; outputs are written by `MatrixProduct.multiply` alone.
public final class ProductGroup: @unchecked Sendable {
    /// One matrix of a group and where its outputs go.
    public struct Part {
        let weights: WeightMatrix
        let packed: PackedMatrix?
        let output: UnsafeMutablePointer<Float>
        let bias: [Float]?

        /// - Parameters:
        ///   - packed: its packed form, for products with bytes.
        ///   - output: `[token][rows]`.
        ///   - bias: `[rows]` or nil.
        public init(
            _ weights: WeightMatrix, packed: PackedMatrix?, output: UnsafeMutablePointer<Float>, bias: [Float]? = nil
        ) {
            self.weights = weights
            self.packed = packed
            self.output = output
            self.bias = bias
        }
    }

    /// Inputs of every matrix of the group.
    public let columns: Int
    let jobs: [Job]
    let tileCount: Int

    struct Job {
        let weights: WeightMatrix
        let packed: PackedMatrix?
        let output: UnsafeMutablePointer<Float>
        let bias: UnsafeMutablePointer<Float>?
        let tileRows: Int
        /// Number of the first tile among those of the group.
        let firstTile: Int
    }

    init(_ parts: [Part], tileRows: (Part) -> Int) {
        columns = parts[0].weights.columns
        var jobs: [Job] = []
        var tiles = 0
        for part in parts {
            precondition(part.weights.columns == columns, "\(part.weights.name) has \(part.weights.columns) columns")
            let bias = part.bias.map { values in
                let copy = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
                copy.initialize(from: values, count: values.count)
                return copy
            }
            let rows = tileRows(part)
            jobs.append(
                Job(
                    weights: part.weights, packed: part.packed, output: part.output, bias: bias, tileRows: rows,
                    firstTile: tiles))
            tiles += (part.weights.rows + rows - 1) / rows
        }
        self.jobs = jobs
        tileCount = tiles
    }

    deinit {
        for job in jobs { job.bias?.deallocate() }
    }

    /// The job of a tile, and its rows.
    func tile(_ index: Int) -> (job: Job, rows: Range<Int>) {
        var number = jobs.count - 1
        while jobs[number].firstTile > index { number -= 1 }
        let job = jobs[number]
        let first = (index - job.firstTile) * job.tileRows
        return (job, first..<min(first + job.tileRows, job.weights.rows))
    }
}

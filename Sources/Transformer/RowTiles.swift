import CKernels

/// Rows of a batch that follow one another in one sequence.
struct RowTile {
    var firstRow: Int
    var count: Int
}

/// How the rows of a batch are shared out for attention. Which rows stand together changes no number.
///
/// Written between loops of the pool, read within them; keeps its memory.
final class RowTiles {
    /// Rows whose query heads attend together.
    private(set) var attending: [RowTile] = []
    /// Rows whose keys share a group of positions in the cache, and so its cache lines: one thread writes them.
    private(set) var placing: [RowTile] = []
    /// Query heads of one head of keys and values that attend together, and into how many such parts they fall.
    let headsPerTile: Int
    let partsPerHead: Int
    private let rowsPerTile: Int

    init(group: Int, maximumRows: Int) {
        let most = Int(A1_ATTENTION_QUERIES)
        partsPerHead = (group + most - 1) / most
        headsPerTile = (group + partsPerHead - 1) / partsPerHead
        rowsPerTile = max(1, most / group)
        attending.reserveCapacity(maximumRows)
        placing.reserveCapacity(maximumRows)
    }

    func share(_ batch: ForwardBatch) {
        attending.removeAll(keepingCapacity: true)
        placing.removeAll(keepingCapacity: true)
        for index in batch.rows.indices {
            let row = batch.rows[index]
            let previous = index > 0 ? batch.rows[index - 1] : nil
            let continues = previous?.blockTable == row.blockTable && previous?.position == row.position - 1
            if continues, attending[attending.count - 1].count < rowsPerTile {
                attending[attending.count - 1].count += 1
            } else {
                attending.append(RowTile(firstRow: index, count: 1))
            }
            if continues, !Int(row.position).isMultiple(of: KVCache.positionsPerGroup) {
                placing[placing.count - 1].count += 1
            } else {
                placing.append(RowTile(firstRow: index, count: 1))
            }
        }
    }
}

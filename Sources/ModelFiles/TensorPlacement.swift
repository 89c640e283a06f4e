/// Checks where the tensors lie: each follows the one before, padded to the alignment, and all are inside
/// the file. This order is what every writer of the format produces; anything else is damage.
struct TensorPlacement {
    private(set) var tensors: [TensorEntry] = []
    private(set) var unsupported: [UnsupportedTensor] = []
    private let dataOffset: Int
    private let alignment: Int
    private let dataBytes: Int
    /// First place, counted from the start of the data, where the next tensor may lie.
    private var expected = 0
    /// Whether it lies exactly there: how long a tensor of an unsupported type is, nobody knows.
    private var isExact = true

    init(
        _ rows: [TensorRow], dataOffset: Int, alignment: Int, fileBytes: Int
    ) throws(ModelFileError) {
        self.dataOffset = dataOffset
        self.alignment = alignment
        dataBytes = max(0, fileBytes - dataOffset)
        tensors.reserveCapacity(rows.count)
        for row in rows { try place(row) }
    }

    private mutating func place(_ row: TensorRow) throws(ModelFileError) {
        let byteCount = if case .supported(_, let byteCount) = row.storage { byteCount } else { 1 }
        guard row.offset % UInt64(alignment) == 0 else {
            throw .misalignedTensor(tensor: row.name, offset: row.offset, alignment: alignment)
        }
        guard row.offset <= UInt64(dataBytes), byteCount <= dataBytes - Int(row.offset) else {
            throw .tensorBeyondEnd(
                tensor: row.name, offset: row.offset, byteCount: byteCount, available: dataBytes)
        }
        let offset = Int(row.offset)
        guard offset >= expected else {
            throw .overlappingTensor(tensor: row.name, offset: row.offset, expected: expected)
        }
        guard offset == expected || !isExact else {
            throw .tensorGap(tensor: row.name, offset: row.offset, expected: expected)
        }
        // Inside the file, so the sum is far below overflow.
        expected = roundedUp(offset + byteCount, to: alignment).value
        switch row.storage {
        case .supported(let type, let byteCount):
            isExact = true
            tensors.append(
                TensorEntry(
                    name: row.name, shape: row.shape, type: type, offset: dataOffset + offset,
                    byteCount: byteCount))
        case .unsupported(let type):
            isExact = false
            unsupported.append(UnsupportedTensor(name: row.name, shape: row.shape, type: type))
        }
    }
}

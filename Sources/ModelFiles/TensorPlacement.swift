/// Checks where the tensors lie: each follows the one before, padded to the alignment, and all are inside
/// the file. This order is what every writer of the format produces; anything else is damage.
enum TensorPlacement {
    static func place(
        _ rows: [TensorRow], dataOffset: Int, alignment: Int, fileBytes: Int
    ) throws(ModelFileError) -> [TensorEntry] {
        let dataBytes = max(0, fileBytes - dataOffset)
        var entries: [TensorEntry] = []
        entries.reserveCapacity(rows.count)
        var expected = 0
        for row in rows {
            guard row.offset % UInt64(alignment) == 0 else {
                throw .misalignedTensor(tensor: row.name, offset: row.offset, alignment: alignment)
            }
            guard row.offset <= UInt64(dataBytes), row.byteCount <= dataBytes - Int(row.offset) else {
                throw .tensorBeyondEnd(
                    tensor: row.name, offset: row.offset, byteCount: row.byteCount, available: dataBytes)
            }
            let offset = Int(row.offset)
            guard offset >= expected else {
                throw .overlappingTensor(tensor: row.name, offset: row.offset, expected: expected)
            }
            guard offset == expected else {
                throw .tensorGap(tensor: row.name, offset: row.offset, expected: expected)
            }
            entries.append(
                TensorEntry(
                    name: row.name, shape: row.shape, type: row.type, offset: dataOffset + offset,
                    byteCount: row.byteCount))
            // Inside the file, so the sum is far below overflow.
            expected = roundedUp(offset + row.byteCount, to: alignment).value
        }
        return entries
    }
}

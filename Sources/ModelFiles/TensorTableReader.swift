/// A row of the tensor table as it stands in the file, before it has been placed.
struct TensorRow {
    enum Storage {
        case supported(TensorType, byteCount: Int)
        case unsupported(type: UInt32)
    }

    let name: String
    let shape: [Int]
    let storage: Storage
    /// Counted from the start of the data section.
    let offset: UInt64
}

/// Reads the tensor table.
enum TensorTableReader {
    static func read(
        _ cursor: inout ByteCursor, count: Int, keepsUnsupported: Bool
    ) throws(ModelFileError) -> [TensorRow] {
        var rows: [TensorRow] = []
        rows.reserveCapacity(count)
        var names = Set<String>(minimumCapacity: count)
        for index in 0..<count {
            let row = try row(&cursor, index: index)
            if case .unsupported(let type) = row.storage, !keepsUnsupported {
                throw .unsupportedTensorType(tensor: row.name, type: type)
            }
            guard names.insert(row.name).inserted else { throw .duplicateTensor(row.name) }
            rows.append(row)
        }
        return rows
    }

    private static func row(_ cursor: inout ByteCursor, index: Int) throws(ModelFileError) -> TensorRow {
        let name = try name(&cursor, index: index)
        let shape = try shape(&cursor, tensor: name)
        let rawType = try cursor.integer(UInt32.self, reading: "the type of tensor '\(name)'")
        let offset = try cursor.integer(UInt64.self, reading: "the offset of tensor '\(name)'")
        guard let type = TensorType(rawValue: rawType) else {
            _ = try elementCount(shape, tensor: name)
            return TensorRow(name: name, shape: shape, storage: .unsupported(type: rawType), offset: offset)
        }
        let byteCount = try byteCount(of: shape, type: type, tensor: name)
        return TensorRow(name: name, shape: shape, storage: .supported(type, byteCount: byteCount), offset: offset)
    }

    private static func name(_ cursor: inout ByteCursor, index: Int) throws(ModelFileError) -> String {
        let offset = cursor.offset
        let length = try cursor.integer(UInt64.self, reading: "the length of the name of tensor \(index)")
        guard length > 0, length <= UInt64(ModelFileLimits.maximumNameBytes) else {
            throw .tensorNameLength(
                index: index, offset: offset, claimed: length, limit: ModelFileLimits.maximumNameBytes)
        }
        let bytes = try cursor.slice(Int(length), reading: "the name of tensor \(index)")
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw .tensorNameNotUTF8(index: index, offset: offset)
        }
        return name
    }

    private static func shape(_ cursor: inout ByteCursor, tensor: String) throws(ModelFileError) -> [Int] {
        let count = try cursor.integer(UInt32.self, reading: "the dimension count of tensor '\(tensor)'")
        guard count > 0, count <= UInt32(ModelFileLimits.maximumDimensions) else {
            throw .dimensionCount(tensor: tensor, claimed: count, limit: ModelFileLimits.maximumDimensions)
        }
        var shape: [Int] = []
        for dimension in 0..<Int(count) {
            let extent = try cursor.integer(UInt64.self, reading: "the shape of tensor '\(tensor)'")
            guard extent > 0, let fitting = Int(exactly: extent) else {
                throw .badDimension(tensor: tensor, dimension: dimension, extent: extent)
            }
            shape.append(fitting)
        }
        return shape
    }

    private static func elementCount(_ shape: [Int], tensor: String) throws(ModelFileError) -> Int {
        var elements = 1
        for extent in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw .tensorTooLarge(tensor: tensor) }
            elements = product
        }
        return elements
    }

    private static func byteCount(
        of shape: [Int], type: TensorType, tensor: String
    ) throws(ModelFileError) -> Int {
        guard shape[0] % type.elementsPerBlock == 0 else {
            throw .partialBlock(tensor: tensor, extent: shape[0], elementsPerBlock: type.elementsPerBlock)
        }
        let elements = try elementCount(shape, tensor: tensor)
        let (bytes, overflow) = (elements / type.elementsPerBlock).multipliedReportingOverflow(
            by: type.bytesPerBlock)
        guard !overflow else { throw .tensorTooLarge(tensor: tensor) }
        return bytes
    }
}

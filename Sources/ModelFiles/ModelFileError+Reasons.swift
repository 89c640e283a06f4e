extension ModelFileError {
    /// The reason in words, for the cases about a metadata entry.
    var keyReason: String? {
        switch self {
        case .keyLength(let index, let offset, let claimed, let limit):
            "metadata key \(index) at offset \(offset) claims \(claimed) bytes, 1 to \(limit) allowed"
        case .keyNotUTF8(let index, let offset): "metadata key \(index) at offset \(offset) is not UTF-8"
        case .duplicateKey(let key): "metadata key '\(key)' stands twice"
        case .unknownValueType(let key, let type): "metadata key '\(key)' has unknown value type \(type)"
        case .nestedArray(let key): "metadata key '\(key)' is an array of arrays, which no model uses"
        case .stringTooLong(let key, let offset, let claimed, let limit):
            "a string of metadata key '\(key)' at offset \(offset) claims \(claimed) bytes, at most \(limit) allowed"
        case .arrayTooLong(let key, let claimed, let limit):
            "the array of metadata key '\(key)' claims \(claimed) elements, at most \(limit) allowed"
        case .arrayNumberTooLarge(let key, let index):
            "element \(index) of the array of metadata key '\(key)' is above 2^63 - 1"
        case .badBool(let key, let offset, let byte):
            "a bool of metadata key '\(key)' at offset \(offset) is \(byte), not 0 or 1"
        default: nil
        }
    }

    /// The reason in words, for the cases about a tensor.
    var tensorReason: String? {
        switch self {
        case .tensorNameLength(let index, let offset, let claimed, let limit):
            "the name of tensor \(index) at offset \(offset) claims \(claimed) bytes, 1 to \(limit) allowed"
        case .tensorNameNotUTF8(let index, let offset): "the name of tensor \(index) at offset \(offset) is not UTF-8"
        case .duplicateTensor(let name): "tensor '\(name)' stands twice"
        case .dimensionCount(let tensor, let claimed, let limit):
            "tensor '\(tensor)' claims \(claimed) dimensions, 1 to \(limit) allowed"
        case .badDimension(let tensor, let dimension, let extent):
            "dimension \(dimension) of tensor '\(tensor)' is \(extent), 1 to 2^63 - 1 allowed"
        case .unsupportedTensorType(let tensor, let type):
            "tensor '\(tensor)' has unsupported type \(UnsupportedTensor.typeName(type))"
        case .partialBlock(let tensor, let extent, let elements):
            "rows of tensor '\(tensor)' have \(extent) values, not a multiple of its blocks of \(elements)"
        case .tensorTooLarge(let tensor): "the size of tensor '\(tensor)' overflows 63 bits"
        case .misalignedTensor(let tensor, let offset, let alignment):
            "tensor '\(tensor)' at data offset \(offset) is not aligned to \(alignment) bytes"
        case .overlappingTensor(let tensor, let offset, let expected):
            "tensor '\(tensor)' at data offset \(offset) overlaps the one before, which ends at \(expected)"
        case .tensorGap(let tensor, let offset, let expected):
            "tensor '\(tensor)' at data offset \(offset) leaves a gap after the one before, expected \(expected)"
        case .tensorBeyondEnd(let tensor, let offset, let byteCount, let available):
            "tensor '\(tensor)' needs \(byteCount) bytes at data offset \(offset), "
                + "the file has \(available) data bytes"
        default: nil
        }
    }
}

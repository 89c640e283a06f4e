/// Reads the key-value section.
enum MetadataReader {
    static func read(_ cursor: inout ByteCursor, count: Int) throws(ModelFileError) -> Metadata {
        var metadata = Metadata()
        for index in 0..<count {
            let key = try key(&cursor, index: index)
            let value = try value(&cursor, key: key)
            guard metadata.insert(key, value) else { throw .duplicateKey(key) }
        }
        return metadata
    }

    private static func key(_ cursor: inout ByteCursor, index: Int) throws(ModelFileError) -> String {
        let offset = cursor.offset
        let length = try cursor.integer(UInt64.self, reading: "the length of metadata key \(index)")
        guard length > 0, length <= UInt64(ModelFileLimits.maximumKeyBytes) else {
            throw .keyLength(
                index: index, offset: offset, claimed: length, limit: ModelFileLimits.maximumKeyBytes)
        }
        let bytes = try cursor.slice(Int(length), reading: "metadata key \(index)")
        guard let key = String(validating: bytes, as: UTF8.self) else {
            throw .keyNotUTF8(index: index, offset: offset)
        }
        return key
    }

    private static func value(_ cursor: inout ByteCursor, key: String) throws(ModelFileError) -> MetadataValue {
        let type = try type(&cursor, key: key)
        switch type {
        case .uint8: return .uint8(try number(&cursor, key))
        case .int8: return .int8(try number(&cursor, key))
        case .uint16: return .uint16(try number(&cursor, key))
        case .int16: return .int16(try number(&cursor, key))
        case .uint32: return .uint32(try number(&cursor, key))
        case .int32: return .int32(try number(&cursor, key))
        case .uint64: return .uint64(try number(&cursor, key))
        case .int64: return .int64(try number(&cursor, key))
        case .float32: return .float32(Float(bitPattern: try number(&cursor, key)))
        case .float64: return .float64(Double(bitPattern: try number(&cursor, key)))
        case .bool: return .bool(try bool(&cursor, key))
        case .string: return .string(Array(try string(&cursor, key)))
        case .array: return .array(try array(&cursor, key: key))
        }
    }

    private static func type(_ cursor: inout ByteCursor, key: String) throws(ModelFileError) -> ValueType {
        let raw = try cursor.integer(UInt32.self, reading: "the value type of metadata key '\(key)'")
        guard let type = ValueType(rawValue: raw) else { throw .unknownValueType(key: key, type: raw) }
        return type
    }

    private static func number<Value: FixedWidthInteger>(
        _ cursor: inout ByteCursor, _ key: String
    ) throws(ModelFileError) -> Value {
        try cursor.integer(Value.self, reading: "the value of metadata key '\(key)'")
    }

    private static func bool(_ cursor: inout ByteCursor, _ key: String) throws(ModelFileError) -> Bool {
        let offset = cursor.offset
        let byte: UInt8 = try number(&cursor, key)
        guard byte <= 1 else { throw .badBool(key: key, offset: offset, byte: byte) }
        return byte == 1
    }

    private static func string(
        _ cursor: inout ByteCursor, _ key: String
    ) throws(ModelFileError) -> UnsafeRawBufferPointer {
        let offset = cursor.offset
        let length: UInt64 = try number(&cursor, key)
        guard length <= UInt64(ModelFileLimits.maximumStringBytes) else {
            throw .stringTooLong(
                key: key, offset: offset, claimed: length, limit: ModelFileLimits.maximumStringBytes)
        }
        return try cursor.slice(Int(length), reading: "a string of metadata key '\(key)'")
    }

    private static func array(_ cursor: inout ByteCursor, key: String) throws(ModelFileError) -> MetadataArray {
        let type = try type(&cursor, key: key)
        let claimed: UInt64 = try number(&cursor, key)
        guard let minimumBytes = type.byteCount else { throw .nestedArray(key: key) }
        guard claimed <= UInt64(ModelFileLimits.maximumArrayElements) else {
            throw .arrayTooLong(key: key, claimed: claimed, limit: ModelFileLimits.maximumArrayElements)
        }
        let count = Int(claimed)
        try cursor.checkRoom(
            count: count, minimumBytes: minimumBytes, reading: "the array of metadata key '\(key)'")
        let start = cursor.offset
        if type == .string {
            for _ in 0..<count { _ = try string(&cursor, key) }
        } else {
            let elements = try cursor.slice(count * minimumBytes, reading: "the array of metadata key '\(key)'")
            try check(elements, of: type, key: key, at: start)
        }
        let bytes = cursor.bytes[start..<cursor.offset]
        return MetadataArray(type: type, count: count, bytes: Array(bytes))
    }

    /// Refuses elements that their type can hold and we cannot.
    private static func check(
        _ elements: UnsafeRawBufferPointer, of type: ValueType, key: String, at start: Int
    ) throws(ModelFileError) {
        if type == .bool, let index = elements.firstIndex(where: { $0 > 1 }) {
            throw .badBool(key: key, offset: start + index, byte: elements[index])
        }
        guard type == .uint64 else { return }
        // The highest byte of each number holds what would be its sign.
        for index in 0..<elements.count / 8 where elements[8 * index + 7] > 0x7f {
            throw .arrayNumberTooLarge(key: key, index: index)
        }
    }
}

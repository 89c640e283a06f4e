/// A value of a model file's metadata, as it is typed in the file.
public enum MetadataValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    /// Bytes as they are in the file: usually UTF-8, but nobody has checked.
    case string([UInt8])
    case array(MetadataArray)

    /// A string value from text.
    public static func string(_ text: String) -> MetadataValue { .string(Array(text.utf8)) }

    /// The kind of value in words, for messages and listings.
    public var typeName: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16: "uint16"
        case .int16: "int16"
        case .uint32: "uint32"
        case .int32: "int32"
        case .uint64: "uint64"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        case .bool: "bool"
        case .string: "string"
        case .array(let array): "array of \(array.count) \(array.typeName)"
        }
    }
}

extension MetadataValue: CustomStringConvertible {
    /// The value as people write it; of an array its length and type.
    public var description: String {
        switch self {
        case .uint8(let number): "\(number)"
        case .int8(let number): "\(number)"
        case .uint16(let number): "\(number)"
        case .int16(let number): "\(number)"
        case .uint32(let number): "\(number)"
        case .int32(let number): "\(number)"
        case .uint64(let number): "\(number)"
        case .int64(let number): "\(number)"
        case .float32(let number): "\(number)"
        case .float64(let number): "\(number)"
        case .bool(let truth): "\(truth)"
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .array: typeName
        }
    }
}

/// Numbers of the value types in the file (GGUF specification, `gguf_metadata_value_type`).
enum ValueType: UInt32 {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// Bytes of one value; for a string the least it can take (its length), nil for an array.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: nil
        }
    }
}

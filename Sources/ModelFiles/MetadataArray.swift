/// An array of a model file's metadata, held as it stands in the file: an array of bytes takes a byte for each, and
/// a million strings are one piece of memory. Its elements are made when they are asked for.
public struct MetadataArray: Sendable, Equatable {
    /// Of its elements.
    let type: ValueType
    /// Number of elements.
    public let count: Int
    /// The elements as they are in the file; strings with their lengths before them. Whoever makes an array has checked
    /// that there are `count`.
    let bytes: [UInt8]

    init(type: ValueType, count: Int, bytes: [UInt8]) {
        self.type = type
        self.count = count
        self.bytes = bytes
    }

    /// An array of strings.
    public static func strings(_ values: [[UInt8]]) -> MetadataArray {
        make(.string, values) { littleEndian(UInt64($0.count)) + $0 }
    }

    /// An array of int32 if every element fits, else of int64.
    public static func integers(_ values: [Int64]) -> MetadataArray {
        values.allSatisfy { Int32(exactly: $0) != nil }
            ? make(.int32, values) { littleEndian(Int32($0)) } : make(.int64, values) { littleEndian($0) }
    }

    /// An array of float32 if that loses nothing, else of float64.
    public static func floats(_ values: [Double]) -> MetadataArray {
        values.allSatisfy { $0.isNaN || Double(Float($0)) == $0 }
            ? make(.float32, values) { littleEndian(Float($0).bitPattern) }
            : make(.float64, values) { littleEndian($0.bitPattern) }
    }

    /// An array of truth values.
    public static func bools(_ values: [Bool]) -> MetadataArray {
        make(.bool, values) { [$0 ? 1 : 0] }
    }

    private static func make<Value>(
        _ type: ValueType, _ values: [Value], _ bytes: (Value) -> [UInt8]
    ) -> MetadataArray {
        MetadataArray(type: type, count: values.count, bytes: values.flatMap(bytes))
    }

    /// The elements of an array of strings, as bytes; nil for another.
    public var strings: [[UInt8]]? {
        guard type == .string else { return nil }
        return bytes.withUnsafeBytes { buffer in
            var offset = 0
            return (0..<count).map { _ in
                let length = Int(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                let start = offset + 8
                offset = start + length
                return Array(buffer[start..<offset])
            }
        }
    }

    /// The elements of an array of integers of any width; nil for another.
    public var integers: [Int64]? {
        switch type {
        case .uint8: elements(UInt8.self) { Int64($0) }
        case .int8: elements(Int8.self) { Int64($0) }
        case .uint16: elements(UInt16.self) { Int64($0) }
        case .int16: elements(Int16.self) { Int64($0) }
        case .uint32: elements(UInt32.self) { Int64($0) }
        case .int32: elements(Int32.self) { Int64($0) }
        // The reader refuses what is above 2^63 - 1.
        case .uint64: elements(UInt64.self) { Int64(bitPattern: $0) }
        case .int64: elements(Int64.self) { $0 }
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// The elements of an array of floats of either width; nil for another.
    public var floats: [Double]? {
        switch type {
        case .float32: elements(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: elements(UInt64.self) { Double(bitPattern: $0) }
        default: nil
        }
    }

    /// The elements of an array of truth values; nil for another.
    public var bools: [Bool]? { type == .bool ? bytes.map { $0 == 1 } : nil }

    private func elements<Stored: FixedWidthInteger, Value>(
        _ stored: Stored.Type, _ value: (Stored) -> Value
    ) -> [Value] {
        bytes.withUnsafeBytes { buffer in
            (0..<count).map { index in
                let offset = index * MemoryLayout<Stored>.size
                return value(Stored(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Stored.self)))
            }
        }
    }

    /// The kind of its elements in words.
    public var typeName: String {
        switch type {
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: "integers"
        case .float32, .float64: "floats"
        case .bool: "bools"
        case .string: "strings"
        case .array: "arrays"
        }
    }
}

/// The bytes of an integer in the order of the file.
func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

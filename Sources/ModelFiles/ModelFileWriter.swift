/// Builds the bytes of a GGUF file from metadata and tensors: for tests, tools and small models.
public struct ModelFileWriter: Sendable {
    /// A tensor to be written: `shape` fastest dimension first, `bytes` in the layout of `type`.
    public struct Tensor: Sendable {
        /// Its name, 1 to 64 bytes.
        public var name: String
        /// Extents, the fastest one first.
        public var shape: [Int]
        /// How its values are stored.
        public var type: TensorType
        /// Its values in that layout.
        public var bytes: [UInt8]

        /// A tensor from its parts; `bytes` must be as long as shape and type say.
        public init(name: String, shape: [Int], type: TensorType, bytes: [UInt8]) {
            self.name = name
            self.shape = shape
            self.type = type
            self.bytes = bytes
        }

        /// A float32 tensor from its values, fastest dimension first.
        public init(name: String, shape: [Int], values: [Float]) {
            let bytes = values.flatMap { value in littleEndian(value.bitPattern) }
            self.init(name: name, shape: shape, type: .f32, bytes: bytes)
        }
    }

    /// Version of the format.
    public var version: UInt32
    /// Alignment of tensor data. A value other than 32 also needs the key `general.alignment`.
    public var alignment: Int
    /// Keys and values in order.
    public var metadata: [(String, MetadataValue)]
    /// Tensors in order.
    public var tensors: [Tensor]

    /// A writer for version 3 with the usual alignment.
    public init(metadata: [(String, MetadataValue)] = [], tensors: [Tensor] = []) {
        self.version = 3
        self.alignment = ModelFileLimits.defaultAlignmentBytes
        self.metadata = metadata
        self.tensors = tensors
    }

    /// The bytes of the whole file.
    public func bytes() -> [UInt8] {
        var out = Array("GGUF".utf8)
        out += littleEndian(version)
        out += littleEndian(UInt64(tensors.count))
        out += littleEndian(UInt64(metadata.count))
        for (key, value) in metadata {
            Self.append(string: Array(key.utf8), to: &out)
            Self.append(value, to: &out)
        }
        var offset = 0
        for tensor in tensors {
            Self.append(string: Array(tensor.name.utf8), to: &out)
            out += littleEndian(UInt32(tensor.shape.count))
            for extent in tensor.shape { out += littleEndian(UInt64(extent)) }
            out += littleEndian(tensor.type.rawValue)
            out += littleEndian(UInt64(offset))
            offset = padded(offset + tensor.bytes.count)
        }
        for tensor in tensors {
            pad(&out)
            out += tensor.bytes
        }
        pad(&out)
        return out
    }

    private func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

    private func pad(_ out: inout [UInt8]) {
        out += [UInt8](repeating: 0, count: padded(out.count) - out.count)
    }

    private static func append(string: [UInt8], to out: inout [UInt8]) {
        out += littleEndian(UInt64(string.count))
        out += string
    }

    private static func append(_ value: MetadataValue, to out: inout [UInt8]) {
        out += littleEndian(type(of: value).rawValue)
        switch value {
        case .uint8(let number): out += littleEndian(number)
        case .int8(let number): out += littleEndian(number)
        case .uint16(let number): out += littleEndian(number)
        case .int16(let number): out += littleEndian(number)
        case .uint32(let number): out += littleEndian(number)
        case .int32(let number): out += littleEndian(number)
        case .uint64(let number): out += littleEndian(number)
        case .int64(let number): out += littleEndian(number)
        case .float32(let number): out += littleEndian(number.bitPattern)
        case .float64(let number): out += littleEndian(number.bitPattern)
        case .bool(let truth): out.append(truth ? 1 : 0)
        case .string(let bytes): append(string: bytes, to: &out)
        case .array(let array): append(array, to: &out)
        }
    }

    private static func append(_ array: MetadataArray, to out: inout [UInt8]) {
        out += littleEndian(array.type.rawValue)
        out += littleEndian(UInt64(array.count))
        out += array.bytes
    }

    private static func type(of value: MetadataValue) -> ValueType {
        switch value {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }
}

/// Builds GGUF bytes by hand, so that any field can be wrong. Independent of `ModelFileWriter`.
public struct FileBuilder {
    public var bytes: [UInt8] = []

    /// Header with counts.
    public init(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
        bytes = Array("GGUF".utf8)
        integer(version)
        integer(tensors)
        integer(keys)
    }

    public mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func text(_ text: String) {
        integer(UInt64(text.utf8.count))
        bytes += Array(text.utf8)
    }

    /// A key with a value type; the value follows by the caller.
    public mutating func key(_ name: String, type: UInt32) {
        text(name)
        integer(type)
    }

    /// A whole key of type uint32.
    public mutating func key(_ name: String, uint32: UInt32) {
        key(name, type: 4)
        integer(uint32)
    }

    /// A row of the tensor table.
    public mutating func tensor(_ name: String, shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
        text(name)
        integer(UInt32(shape.count))
        for extent in shape { integer(extent) }
        integer(type)
        integer(offset)
    }

    /// Pads to 32 and adds tensor data.
    public mutating func data(_ count: Int) {
        while bytes.count % 32 != 0 { bytes.append(0) }
        bytes += [UInt8](repeating: 0, count: count)
    }

    /// Bytes that keep the size checks of the header from being the first to refuse.
    public mutating func filler(_ count: Int) { bytes += [UInt8](repeating: 0, count: count) }
}

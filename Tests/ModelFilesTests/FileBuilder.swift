import ModelFiles

/// Builds GGUF bytes by hand, so that any field can be wrong. Independent of `ModelFileWriter`.
struct FileBuilder {
    var bytes: [UInt8] = []

    /// Header with counts.
    init(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
        bytes = Array("GGUF".utf8)
        integer(version)
        integer(tensors)
        integer(keys)
    }

    mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: String) {
        integer(UInt64(text.utf8.count))
        bytes += Array(text.utf8)
    }

    /// A key with a value type; the value follows by the caller.
    mutating func key(_ name: String, type: UInt32) {
        text(name)
        integer(type)
    }

    /// A whole key of type uint32.
    mutating func key(_ name: String, uint32: UInt32) {
        key(name, type: 4)
        integer(uint32)
    }

    /// A row of the tensor table.
    mutating func tensor(_ name: String, shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
        text(name)
        integer(UInt32(shape.count))
        for extent in shape { integer(extent) }
        integer(type)
        integer(offset)
    }

    /// Pads to 32 and adds tensor data.
    mutating func data(_ count: Int) {
        while bytes.count % 32 != 0 { bytes.append(0) }
        bytes += [UInt8](repeating: 0, count: count)
    }

    /// Bytes that keep the size checks of the header from being the first to refuse.
    mutating func filler(_ count: Int) { bytes += [UInt8](repeating: 0, count: count) }
}

/// Parses bytes that are exactly as long as the memory they are in.
func parse(_ bytes: [UInt8]) throws(ModelFileError) -> ModelFile {
    // The exact allocation lets an address sanitiser see any read past the end.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try ModelFile.parse(UnsafeRawBufferPointer(copy))
}

/// The error of parsing, or nil.
func refusal(_ bytes: [UInt8]) -> ModelFileError? {
    do throws(ModelFileError) {
        _ = try parse(bytes)
        return nil
    } catch {
        return error
    }
}

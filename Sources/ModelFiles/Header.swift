/// The first 24 bytes: magic, version, counts.
struct Header {
    let version: UInt32
    let tensorCount: Int
    let keyCount: Int

    /// Least bytes a key with its value takes: length, one byte of key, type, one byte of value.
    private static let minimumKeyBytes = 8 + 1 + 4 + 1
    /// Least bytes a tensor takes: length, one byte of name, dimension count, an extent, type, offset.
    private static let minimumTensorBytes = 8 + 1 + 4 + 8 + 4 + 8

    static func read(_ cursor: inout ByteCursor) throws(ModelFileError) -> Header {
        let magic = try cursor.slice(4, reading: "the magic number")
        guard magic.elementsEqual("GGUF".utf8) else { throw .notGGUF(found: Array(magic)) }
        let version = try cursor.integer(UInt32.self, reading: "the version")
        guard version == 2 || version == 3 else {
            throw version.byteSwapped == 2 || version.byteSwapped == 3 ? .bigEndian : .unsupportedVersion(version)
        }
        let tensors = try cursor.integer(UInt64.self, reading: "the number of tensors")
        let keys = try cursor.integer(UInt64.self, reading: "the number of metadata keys")
        guard tensors <= UInt64(ModelFileLimits.maximumTensors) else {
            throw .tooManyTensors(claimed: tensors, limit: ModelFileLimits.maximumTensors)
        }
        guard keys <= UInt64(ModelFileLimits.maximumKeys) else {
            throw .tooManyKeys(claimed: keys, limit: ModelFileLimits.maximumKeys)
        }
        let needed = Int(keys) * minimumKeyBytes
        try cursor.checkRoom(count: Int(keys), minimumBytes: minimumKeyBytes, reading: "the metadata")
        guard Int(tensors) * minimumTensorBytes <= cursor.left - needed else {
            throw .truncated(
                reading: "the tensor table", offset: cursor.offset,
                needed: UInt64(Int(tensors) * minimumTensorBytes), available: cursor.left - needed)
        }
        return Header(version: version, tensorCount: Int(tensors), keyCount: Int(keys))
    }
}

/// What a GGUF file (version 2 or 3) says about itself: metadata and the table of its tensors.
///
/// Parsing is total: any bytes give a value or a typed error, nothing is allocated before its size
/// has been checked against the bytes that are there, and no tensor data is read.
public struct ModelFile: Sendable {
    /// Version of the format, 2 or 3.
    public let version: UInt32
    /// Keys and values.
    public let metadata: Metadata
    /// Tensors in file order.
    public let tensors: [TensorEntry]
    /// Tensors of types that A1 does not read; none unless they were asked for.
    public let unsupportedTensors: [UnsupportedTensor]
    /// Alignment of tensor data in bytes.
    public let alignment: Int
    /// Where tensor data starts in the file.
    public let dataOffset: Int

    private let indexOfTensor: [String: Int]

    /// Reads header, metadata and tensor table of a whole file.
    ///
    /// - Parameter keepsUnsupported: whether tensors of types that A1 does not read are listed, instead of refused.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, keepsUnsupported: Bool = false
    ) throws(ModelFileError) -> ModelFile {
        var cursor = ByteCursor(bytes)
        let header = try Header.read(&cursor)
        let metadata = try MetadataReader.read(&cursor, count: header.keyCount)
        let alignment = try alignment(metadata)
        let table = try TensorTableReader.read(&cursor, count: header.tensorCount, keepsUnsupported: keepsUnsupported)
        let (dataOffset, overflow) = roundedUp(cursor.offset, to: alignment)
        guard !overflow else { throw .badAlignment(UInt64(alignment)) }
        let placement = try TensorPlacement(
            table, dataOffset: dataOffset, alignment: alignment, fileBytes: bytes.count)
        let tensors = placement.tensors
        return ModelFile(
            version: header.version, metadata: metadata, tensors: tensors,
            unsupportedTensors: placement.unsupported, alignment: alignment, dataOffset: dataOffset,
            indexOfTensor: Dictionary(uniqueKeysWithValues: zip(tensors.map(\.name), tensors.indices)))
    }

    /// The tensor of that name, or nil.
    public func tensor(_ name: String) -> TensorEntry? { indexOfTensor[name].map { tensors[$0] } }

    /// The tensor of that name; its absence is an error.
    public func requiredTensor(_ name: String) throws(ModelFileError) -> TensorEntry {
        guard let entry = tensor(name) else { throw .missingTensor(name) }
        return entry
    }

    private static func alignment(_ metadata: Metadata) throws(ModelFileError) -> Int {
        guard let value = metadata["general.alignment"] else { return ModelFileLimits.defaultAlignmentBytes }
        guard case .uint32(let bytes) = value else {
            throw .wrongType(key: "general.alignment", wanted: "uint32", found: value.typeName)
        }
        guard bytes > 0, bytes & (bytes - 1) == 0, bytes <= ModelFileLimits.maximumAlignmentBytes else {
            throw .badAlignment(UInt64(bytes))
        }
        return Int(bytes)
    }
}

/// `value` rounded up to a multiple of `alignment`, a power of two.
func roundedUp(_ value: Int, to alignment: Int) -> (value: Int, overflow: Bool) {
    let (sum, overflow) = value.addingReportingOverflow(alignment - 1)
    return (sum & ~(alignment - 1), overflow)
}

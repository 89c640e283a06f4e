/// Why a model file is refused. Each case carries where and what; `description` says what to do.
public enum ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case notGGUF(found: [UInt8])
    case bigEndian
    case unsupportedVersion(UInt32)
    /// The file ends before `reading` is complete: `needed` bytes at `offset`, `available` are there.
    case truncated(reading: String, offset: Int, needed: UInt64, available: Int)
    /// What is `reading` would reach beyond the most that may stand before the data of tensors.
    case headTooLong(reading: String, offset: Int, limit: Int)
    case tooManyKeys(claimed: UInt64, limit: Int)
    case tooManyTensors(claimed: UInt64, limit: Int)
    case keyLength(index: Int, offset: Int, claimed: UInt64, limit: Int)
    case keyNotUTF8(index: Int, offset: Int)
    case duplicateKey(String)
    case unknownValueType(key: String, type: UInt32)
    case nestedArray(key: String)
    case stringTooLong(key: String, offset: Int, claimed: UInt64, limit: Int)
    case arrayTooLong(key: String, claimed: UInt64, limit: Int)
    case arrayNumberTooLarge(key: String, index: Int)
    case badBool(key: String, offset: Int, byte: UInt8)
    case badAlignment(UInt64)
    case tensorNameLength(index: Int, offset: Int, claimed: UInt64, limit: Int)
    case tensorNameNotUTF8(index: Int, offset: Int)
    case duplicateTensor(String)
    case dimensionCount(tensor: String, claimed: UInt32, limit: Int)
    case badDimension(tensor: String, dimension: Int, extent: UInt64)
    case unsupportedTensorType(tensor: String, type: UInt32)
    case partialBlock(tensor: String, extent: Int, elementsPerBlock: Int)
    case tensorTooLarge(tensor: String)
    case misalignedTensor(tensor: String, offset: UInt64, alignment: Int)
    case overlappingTensor(tensor: String, offset: UInt64, expected: Int)
    case tensorGap(tensor: String, offset: UInt64, expected: Int)
    case tensorBeyondEnd(tensor: String, offset: UInt64, byteCount: Int, available: Int)
    case missingKey(String)
    case wrongType(key: String, wanted: String, found: String)
    case notUTF8(key: String)
    case numberTooLarge(key: String)
    case missingTensor(String)

    /// One sentence that names key, tensor, offset or limit, and the cure.
    public var description: String { "\(reason); \(cure)" }

    private var cure: String {
        switch self {
        case .notGGUF, .bigEndian, .unsupportedVersion: "convert the model to little-endian GGUF version 3"
        case .truncated, .tensorBeyondEnd: "fetch the file again, it is incomplete or damaged"
        case .unsupportedTensorType:
            "use a file quantised to one of \(TensorType.allCases.map(\.name).joined(separator: ", "))"
        case .missingKey, .wrongType, .missingTensor, .notUTF8, .numberTooLarge:
            "this model is not of a supported kind or was converted wrongly"
        case .headTooLong, .tooManyKeys, .tooManyTensors, .keyLength, .keyNotUTF8, .duplicateKey, .unknownValueType,
            .nestedArray, .stringTooLong, .arrayTooLong, .arrayNumberTooLarge, .badBool, .badAlignment,
            .tensorNameLength, .tensorNameNotUTF8, .duplicateTensor, .dimensionCount, .badDimension,
            .partialBlock, .tensorTooLarge, .misalignedTensor, .overlappingTensor, .tensorGap:
            "the file is damaged or not a model, check its digest and fetch it again"
        }
    }

    private var reason: String {
        switch self {
        case .notGGUF(let found): "not a GGUF file: it starts with bytes \(found) instead of 'GGUF'"
        case .bigEndian: "a big-endian GGUF file"
        case .unsupportedVersion(let version): "GGUF version \(version) is not supported, only 2 and 3"
        case .truncated(let reading, let offset, let needed, let available):
            "the file ends in \(reading): \(needed) bytes needed at offset \(offset), \(available) left"
        case .headTooLong(let reading, let offset, let limit):
            "\(reading) at offset \(offset) reaches beyond the first \(limit) bytes, in which metadata and "
                + "tensor table must end"
        case .tooManyKeys(let claimed, let limit): "\(claimed) metadata keys claimed, at most \(limit) allowed"
        case .tooManyTensors(let claimed, let limit): "\(claimed) tensors claimed, at most \(limit) allowed"
        case .badAlignment(let bytes):
            "general.alignment is \(bytes), not a power of two up to \(ModelFileLimits.maximumAlignmentBytes)"
        case .missingKey(let key): "metadata key '\(key)' is missing"
        case .missingTensor(let name): "tensor '\(name)' is missing"
        case .wrongType(let key, let wanted, let found): "metadata key '\(key)' is \(found), not \(wanted)"
        case .notUTF8(let key): "the string of metadata key '\(key)' is not UTF-8"
        case .numberTooLarge(let key): "the number of metadata key '\(key)' is above 2^63 - 1"
        default: keyReason ?? tensorReason ?? ""
        }
    }
}

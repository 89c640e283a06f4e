/// A tensor of a type that A1 does not read. `ModelFile.parse` refuses it, unless it is asked to keep it for a listing.
public struct UnsupportedTensor: Sendable, Equatable {
    /// The name in the file.
    public let name: String
    /// Extents, the fastest one first.
    public let shape: [Int]
    /// The number of its type in the file.
    public let type: UInt32

    /// Why a model with it cannot be run.
    public var refusal: ModelFileError { .unsupportedTensorType(tensor: name, type: type) }

    /// The name of its type where it has one, else its number.
    public var typeName: String { Self.typeName(type) }

    /// Types of the format (ggml.h, `ggml_type`) that are in use and not read here.
    private static let names: [UInt32: String] = [
        9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S",
        24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]

    static func typeName(_ type: UInt32) -> String { names[type].map { "\(type) (\($0))" } ?? "\(type)" }
}

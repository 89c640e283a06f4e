/// Largest things a model file may hold. Each is far above any real file and keeps a hostile one cheap: whatever a
/// file says, reading it takes less than a second and 256 MiB.
public enum ModelFileLimits {
    /// Files of a split model.
    public static let maximumParts = 4_096
    /// Tensors in a file.
    public static let maximumTensors = 1 << 16
    /// Metadata keys in a file.
    public static let maximumKeys = 1 << 16
    /// Bytes before the data of tensors: header, metadata, tensor table. Vocabularies of 200,000 tokens with 450,000
    /// merges take 13 MiB.
    public static let maximumHeadBytes = 64 << 20
    /// Bytes of a key.
    public static let maximumKeyBytes = 65_535
    /// Bytes of a tensor's name (GGUF specification: 64).
    public static let maximumNameBytes = 64
    /// Bytes of a string value.
    public static let maximumStringBytes = 64 << 20
    /// Elements of an array.
    public static let maximumArrayElements = 1 << 26
    /// Dimensions of a tensor.
    public static let maximumDimensions = 4
    /// Alignment of tensor data; also the largest gap that padding may leave.
    public static let maximumAlignmentBytes = 1 << 20
    /// Alignment when the file does not say.
    public static let defaultAlignmentBytes = 32
}

/// One tensor of a model file: what it is called, its shape and where its bytes are.
public struct TensorEntry: Sendable, Equatable {
    /// The name in the file, for example `blk.0.attn_q.weight`.
    public let name: String
    /// Extents, the fastest one first: a matrix is `[columns, rows]`.
    public let shape: [Int]
    /// How its values are stored.
    public let type: TensorType
    /// First byte, counted from the start of the file.
    public let offset: Int
    /// Bytes it takes.
    public let byteCount: Int

    /// Values it holds.
    public var elementCount: Int { shape.reduce(1, *) }

    /// An entry from its parts. The caller vouches that they agree; `ModelFile.parse` checks them.
    public init(name: String, shape: [Int], type: TensorType, offset: Int, byteCount: Int) {
        self.name = name
        self.shape = shape
        self.type = type
        self.offset = offset
        self.byteCount = byteCount
    }
}

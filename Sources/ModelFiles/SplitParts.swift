/// Which files a split model consists of, and what each must say of itself.
///
/// As llama.cpp's gguf-split writes them: every part holds `split.no` (from 0), `split.count` and
/// `split.tensors.count` (of all parts); the first holds the model's metadata as well, and tensors are spread
/// over all.
public struct SplitParts: Sendable, Equatable {
    /// Files of the model, at least 2.
    public let count: Int
    /// Tensors of all parts together.
    public let tensorCount: Int
    /// Path of each part, the first one first.
    public let paths: [String]

    static let numberKey = "split.no"
    static let countKey = "split.count"
    static let tensorCountKey = "split.tensors.count"

    /// What the file that a model is opened by says of the others. Nil if it holds its model whole: `split.count`
    /// is absent, 0 (as a merged file says) or 1.
    public init?(openedBy path: String, _ metadata: Metadata) throws(SplitError) {
        guard let claimed = try Self.integer(Self.countKey, metadata, path), claimed != 0, claimed != 1 else {
            return nil
        }
        guard claimed > 0, claimed <= ModelFileLimits.maximumParts else {
            throw .partCount(path: path, claimed: claimed, limit: ModelFileLimits.maximumParts)
        }
        guard let name = SplitName(path: path) else { throw .nameWithoutNumbers(path: path, count: claimed) }
        guard name.count == claimed else {
            throw .wrongNumber(path: path, key: Self.countKey, found: claimed, expected: name.count)
        }
        try Self.require(Self.numberKey, name.number - 1, metadata, path)
        guard name.number == 1 else {
            throw .notFirst(path: path, number: name.number, first: name.path(ofPart: 1))
        }
        count = claimed
        tensorCount = try Self.required(Self.tensorCountKey, metadata, path)
        paths = (1...claimed).map { name.path(ofPart: $0) }
    }

    /// Checks what a part other than the first says of itself.
    ///
    /// - Parameter index: place in `paths`.
    public func check(part index: Int, _ metadata: Metadata) throws(SplitError) {
        try Self.require(Self.numberKey, index, metadata, paths[index])
        try Self.require(Self.countKey, count, metadata, paths[index])
        try Self.require(Self.tensorCountKey, tensorCount, metadata, paths[index])
    }

    private static func require(
        _ key: String, _ expected: Int, _ metadata: Metadata, _ path: String
    ) throws(SplitError) {
        let found = try required(key, metadata, path)
        guard found == expected else {
            throw .wrongNumber(path: path, key: key, found: found, expected: expected)
        }
    }

    private static func required(_ key: String, _ metadata: Metadata, _ path: String) throws(SplitError) -> Int {
        guard let number = try integer(key, metadata, path) else { throw .badKey(path: path, .missingKey(key)) }
        return number
    }

    private static func integer(_ key: String, _ metadata: Metadata, _ path: String) throws(SplitError) -> Int? {
        do { return try metadata.optionalInt(key) } catch { throw .badKey(path: path, error) }
    }
}

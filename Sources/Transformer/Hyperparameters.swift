import ModelFiles

/// Reads a model's numbers under its architecture's name, as in `llama.block_count`, and remembers which it was
/// asked for.
final class Hyperparameters {
    let metadata: Metadata
    let architecture: String
    /// Names without the architecture that were asked for, there or not.
    private(set) var asked: Set<String> = []

    init(metadata: Metadata, architecture: String) {
        self.metadata = metadata
        self.architecture = architecture
    }

    func key(_ name: String) -> String { "\(architecture).\(name)" }

    /// No size of a model's parts reaches this.
    static let maximumCount = 1 << 24

    /// An integer from 1 to `limit`.
    func count(_ name: String, limit: Int = maximumCount) throws(TransformerError) -> Int {
        try checkedCount(name, read(name) { (key) throws(ModelFileError) in try metadata.int(key) }, limit)
    }

    func optionalCount(_ name: String) throws(TransformerError) -> Int? {
        guard let value = try optionalInt(name) else { return nil }
        return try checkedCount(name, value, Self.maximumCount)
    }

    func optionalInt(_ name: String) throws(TransformerError) -> Int? {
        try read(name) { (key) throws(ModelFileError) in try metadata.optionalInt(key) }
    }

    /// A finite number above zero.
    func positive(_ name: String) throws(TransformerError) -> Double {
        try checkedPositive(name, read(name) { (key) throws(ModelFileError) in try metadata.float(key) })
    }

    func optionalPositive(_ name: String) throws(TransformerError) -> Double? {
        guard let value = try read(name, { (key) throws(ModelFileError) in try metadata.optionalFloat(key) }) else {
            return nil
        }
        return try checkedPositive(name, value)
    }

    func optionalString(_ name: String) throws(TransformerError) -> String? {
        try read(name) { (key) throws(ModelFileError) in try metadata.optionalString(key) }
    }

    /// An array of truth values, or of integers of which 0 is false; nil too if the value is no array.
    func optionalFlags(_ name: String) throws(TransformerError) -> [Bool]? {
        guard case .array? = metadata[key(name)] else { return nil }
        return try read(name) { (key) throws(ModelFileError) in try metadata.optionalFlags(key) }
    }

    private func checkedCount(_ name: String, _ value: Int, _ limit: Int) throws(TransformerError) -> Int {
        guard (1...limit).contains(value) else {
            throw .invalidValue(key: key(name), value: "\(value)", rule: "it must be between 1 and \(limit)")
        }
        return value
    }

    private func checkedPositive(_ name: String, _ value: Double) throws(TransformerError) -> Double {
        guard value > 0, value.isFinite else {
            throw .invalidValue(key: key(name), value: "\(value)", rule: "it must be above 0 and finite")
        }
        return value
    }

    private func read<Value>(
        _ name: String, _ value: (_ key: String) throws(ModelFileError) -> Value
    ) throws(TransformerError) -> Value {
        asked.insert(name)
        do { return try value(key(name)) } catch { throw .modelFile(error) }
    }
}

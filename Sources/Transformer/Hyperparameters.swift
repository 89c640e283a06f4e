import ModelFiles

/// Reads a model's numbers under its architecture's name, as in `llama.block_count`.
struct Hyperparameters {
    let metadata: Metadata
    let architecture: String

    func key(_ name: String) -> String { "\(architecture).\(name)" }

    /// An integer from 1 to 2^24, which no size of a model's parts reaches.
    func count(_ name: String) throws(TransformerError) -> Int {
        try checkedCount(name, read { () throws(ModelFileError) in try metadata.int(key(name)) })
    }

    func optionalCount(_ name: String) throws(TransformerError) -> Int? {
        guard let value = try read({ () throws(ModelFileError) in try metadata.optionalInt(key(name)) }) else {
            return nil
        }
        return try checkedCount(name, value)
    }

    /// A finite number above zero.
    func positive(_ name: String) throws(TransformerError) -> Double {
        try checkedPositive(name, read { () throws(ModelFileError) in try metadata.float(key(name)) })
    }

    func optionalPositive(_ name: String) throws(TransformerError) -> Double? {
        guard let value = try read({ () throws(ModelFileError) in try metadata.optionalFloat(key(name)) }) else {
            return nil
        }
        return try checkedPositive(name, value)
    }

    func optionalString(_ name: String) throws(TransformerError) -> String? {
        try read { () throws(ModelFileError) in try metadata.optionalString(key(name)) }
    }

    private func checkedCount(_ name: String, _ value: Int) throws(TransformerError) -> Int {
        guard (1...1 << 24).contains(value) else {
            throw .invalidValue(key: key(name), value: "\(value)", rule: "it must be between 1 and \(1 << 24)")
        }
        return value
    }

    private func checkedPositive(_ name: String, _ value: Double) throws(TransformerError) -> Double {
        guard value > 0, value.isFinite else {
            throw .invalidValue(key: key(name), value: "\(value)", rule: "it must be above 0 and finite")
        }
        return value
    }

    private func read<Value>(_ value: () throws(ModelFileError) -> Value) throws(TransformerError) -> Value {
        do { return try value() } catch { throw .modelFile(error) }
    }
}

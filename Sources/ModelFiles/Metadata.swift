/// The keys and values of a model file, in file order.
///
/// The typed look-ups throw `ModelFileError.missingKey` or `.wrongType`, which name the key; the
/// optional ones return nil when the key is absent and still throw when its type is wrong.
public struct Metadata: Sendable, Equatable {
    /// All keys, in file order.
    public private(set) var keys: [String] = []
    private var values: [String: MetadataValue] = [:]

    /// Empty metadata.
    public init() {}

    /// Metadata from pairs in their order; the later of two equal keys wins.
    public init(_ pairs: [(String, MetadataValue)]) {
        for (key, value) in pairs where !insert(key, value) { values[key] = value }
    }

    /// The value of a key, or nil.
    public subscript(key: String) -> MetadataValue? { values[key] }

    /// Adds a key at the end; false, and no change, if it is there already.
    public mutating func insert(_ key: String, _ value: MetadataValue) -> Bool {
        guard values[key] == nil else { return false }
        keys.append(key)
        values[key] = value
        return true
    }

    /// Text of a string value, which must be UTF-8.
    public func string(_ key: String) throws(ModelFileError) -> String {
        try present(key, optionalString(key))
    }

    /// An integer of any width, if it fits into `Int`.
    public func int(_ key: String) throws(ModelFileError) -> Int {
        try present(key, optionalInt(key))
    }

    /// A float of either width, or an integer.
    public func float(_ key: String) throws(ModelFileError) -> Double {
        try present(key, optionalFloat(key))
    }

    /// A truth value.
    public func bool(_ key: String) throws(ModelFileError) -> Bool {
        try present(key, optionalBool(key))
    }

    /// An array of strings, as bytes.
    public func strings(_ key: String) throws(ModelFileError) -> [[UInt8]] {
        try present(key, optionalStrings(key))
    }

    /// An array of integers.
    public func ints(_ key: String) throws(ModelFileError) -> [Int64] {
        try present(key, optionalInts(key))
    }

    /// An array of floats.
    public func floats(_ key: String) throws(ModelFileError) -> [Double] {
        try present(key, optionalFloats(key))
    }

    /// As `string`, nil if the key is absent.
    public func optionalString(_ key: String) throws(ModelFileError) -> String? {
        guard let value = values[key] else { return nil }
        guard case .string(let bytes) = value else { throw wrong(key, "string", value) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(key: key) }
        return text
    }

    /// As `int`, nil if the key is absent.
    public func optionalInt(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = values[key] else { return nil }
        switch value {
        case .uint8(let number): return Int(number)
        case .int8(let number): return Int(number)
        case .uint16(let number): return Int(number)
        case .int16(let number): return Int(number)
        case .uint32(let number): return Int(number)
        case .int32(let number): return Int(number)
        case .int64(let number): return Int(number)
        case .uint64(let number):
            guard let fitting = Int(exactly: number) else { throw .numberTooLarge(key: key) }
            return fitting
        case .float32, .float64, .bool, .string, .array: throw wrong(key, "integer", value)
        }
    }

    /// As `float`, nil if the key is absent.
    public func optionalFloat(_ key: String) throws(ModelFileError) -> Double? {
        guard let value = values[key] else { return nil }
        switch value {
        case .float32(let number): return Double(number)
        case .float64(let number): return number
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64:
            return try optionalInt(key).map(Double.init)
        case .bool, .string, .array: throw wrong(key, "float", value)
        }
    }

    /// As `bool`, nil if the key is absent.
    public func optionalBool(_ key: String) throws(ModelFileError) -> Bool? {
        guard let value = values[key] else { return nil }
        guard case .bool(let truth) = value else { throw wrong(key, "bool", value) }
        return truth
    }

    /// As `strings`, nil if the key is absent.
    public func optionalStrings(_ key: String) throws(ModelFileError) -> [[UInt8]]? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let strings = array.strings else {
            throw wrong(key, "array of strings", value)
        }
        return strings
    }

    /// As `ints`, nil if the key is absent.
    public func optionalInts(_ key: String) throws(ModelFileError) -> [Int64]? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let integers = array.integers else {
            throw wrong(key, "array of integers", value)
        }
        return integers
    }

    /// As `floats`, nil if the key is absent.
    public func optionalFloats(_ key: String) throws(ModelFileError) -> [Double]? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let floats = array.floats else {
            throw wrong(key, "array of floats", value)
        }
        return floats
    }

    /// An array of truth values, or of integers of which 0 is false; nil if the key is absent.
    public func optionalFlags(_ key: String) throws(ModelFileError) -> [Bool]? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let flags = array.bools ?? array.integers?.map({ $0 != 0 }) else {
            throw wrong(key, "array of bools", value)
        }
        return flags
    }

    /// How many elements an array has, which are not made for it; nil if the key is absent.
    public func optionalCount(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value else { throw wrong(key, "array", value) }
        return array.count
    }

    private func present<Value>(_ key: String, _ value: Value?) throws(ModelFileError) -> Value {
        guard let value else { throw .missingKey(key) }
        return value
    }

    private func wrong(_ key: String, _ wanted: String, _ found: MetadataValue) -> ModelFileError {
        .wrongType(key: key, wanted: wanted, found: found.typeName)
    }
}

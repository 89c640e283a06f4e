/// Reads little-endian values from bytes in order; every read is checked against the end, and against the most that
/// may stand before the data.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Bytes not read yet.
    var left: Int { bytes.count - offset }

    mutating func integer<Value: FixedWidthInteger>(
        _ type: Value.Type, reading: @autoclosure () -> String
    ) throws(ModelFileError) -> Value {
        let size = MemoryLayout<Value>.size
        guard size <= room else { throw refusal(reading(), needed: UInt64(size)) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += size
        return Value(littleEndian: value)
    }

    /// The next `count` bytes. The caller has checked `count` against its own limit.
    mutating func slice(_ count: Int, reading: @autoclosure () -> String) throws(ModelFileError)
        -> UnsafeRawBufferPointer
    {
        guard count <= room else { throw refusal(reading(), needed: UInt64(count)) }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
        offset += count
        return slice
    }

    /// Refuses a claim of `count` items of at least `minimumBytes` each that cannot be in what is left.
    func checkRoom(count: Int, minimumBytes: Int, reading: @autoclosure () -> String) throws(ModelFileError) {
        let (needed, overflow) = UInt64(count).multipliedReportingOverflow(by: UInt64(minimumBytes))
        guard !overflow, needed <= UInt64(room) else {
            throw refusal(reading(), needed: overflow ? .max : needed)
        }
    }

    /// Bytes that may still be read.
    private var room: Int { min(bytes.count, ModelFileLimits.maximumHeadBytes) - offset }

    private func refusal(_ reading: String, needed: UInt64) -> ModelFileError {
        needed <= UInt64(left)
            ? .headTooLong(reading: reading, offset: offset, limit: ModelFileLimits.maximumHeadBytes)
            : .truncated(reading: reading, offset: offset, needed: needed, available: left)
    }
}

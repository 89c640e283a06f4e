/// Many byte strings in one allocation: string `i` is `storage[offsets[i]..<offsets[i + 1]]`.
struct ByteStrings: Sendable {
    private(set) var storage: [UInt8] = []
    private var offsets: [UInt32] = [0]

    /// Room for `count` strings of `byteCount` bytes together.
    init(count: Int, byteCount: Int) {
        storage.reserveCapacity(byteCount)
        offsets.reserveCapacity(count + 1)
    }

    var count: Int { offsets.count - 1 }

    @inline(__always)
    func range(of index: Int) -> Range<Int> {
        Int(offsets[index])..<Int(offsets[index + 1])
    }

    @inline(__always)
    func byteCount(of index: Int) -> Int {
        Int(offsets[index + 1] - offsets[index])
    }

    subscript(index: Int) -> ArraySlice<UInt8> { storage[range(of: index)] }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        storage.append(contentsOf: bytes)
        offsets.append(UInt32(storage.count))
    }

    /// Whether string `index` is `text[start..<end]`.
    @inline(__always)
    func isEqual(_ index: Int, to text: [UInt8], _ start: Int, _ end: Int) -> Bool {
        let offset = Int(offsets[index])
        guard Int(offsets[index + 1]) - offset == end - start else { return false }
        var step = 0
        while step < end - start {
            if storage[offset + step] != text[start + step] { return false }
            step += 1
        }
        return true
    }
}

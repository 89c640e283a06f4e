import CKernels
import Glibc

/// In which numbers keys and values are kept.
public enum KVPrecision: Sendable, Equatable {
    /// As they are computed.
    case float32
    /// IEEE 754 binary16: half the memory, and half of what attention reads. A number's error is at most 2^-11 of it,
    /// below 2^-14 at most 2^-25; magnitudes above 65,504 become that.
    case float16

    var byteCount: Int { self == .float16 ? MemoryLayout<UInt16>.stride : MemoryLayout<Float>.stride }
}

/// Storage for keys and values, in blocks of `tokensPerBlock` positions.
///
/// Layout: `[layer][block][head of keys and values][keys, values]`, where values are
/// `[position in block][head length]`, and keys are turned in groups of 16 positions, `[group][head length]
/// [position in group]`, so that one vector holds the same number of 16 keys. Pages of blocks that were never
/// used take no memory.
///
/// Not thread-safe by itself: the forward pass writes each slot from one thread, before any thread reads
/// it. `@unchecked Sendable` so that the thread that owns the engine's loop may be another than the maker.
public final class KVCache: @unchecked Sendable {
    /// Positions whose keys stand side by side.
    static let positionsPerGroup = Int(A1_LANES)

    public let blockCount: Int
    public let tokensPerBlock: Int
    public let precision: KVPrecision
    let headLength: Int
    private let layerCount: Int
    private let headStride: Int
    /// Numbers from one block of a layer to the next.
    let blockStride: Int
    private let layerStride: Int
    private let storage: UnsafeMutableRawPointer

    /// Nil if the system does not give the memory. `tokensPerBlock` is a multiple of 16.
    public init?(_ model: ModelConfiguration, blockCount: Int, tokensPerBlock: Int, precision: KVPrecision) {
        precondition(blockCount > 0 && tokensPerBlock > 0 && tokensPerBlock.isMultiple(of: Self.positionsPerGroup))
        let blockBytes = Self.bytesPerBlock(model, tokensPerBlock: tokensPerBlock, precision: precision)
        guard let memory = malloc(blockCount * blockBytes) else { return nil }
        self.blockCount = blockCount
        self.tokensPerBlock = tokensPerBlock
        self.precision = precision
        headLength = model.headLength
        layerCount = model.layerCount
        headStride = 2 * tokensPerBlock * model.headLength
        blockStride = model.keyValueHeadCount * headStride
        layerStride = blockCount * blockStride
        storage = memory
    }

    deinit {
        free(storage)
    }

    /// Bytes that one block of a model takes.
    public static func bytesPerBlock(
        _ model: ModelConfiguration, tokensPerBlock: Int, precision: KVPrecision
    ) -> Int {
        model.layerCount * model.keyValueLength * 2 * tokensPerBlock * precision.byteCount
    }

    /// What one head of keys and values has in the first block of a layer; other blocks follow by `blockStride`.
    func blocks(layer: Int, head: Int) -> UnsafeMutableRawPointer {
        storage + (layer * layerStride + head * headStride) * precision.byteCount
    }

    /// Puts key and value of one head and position, `headLength` floats each, into their slot of a block.
    func place(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, layer: Int, block: Int32, head: Int, slot: Int
    ) {
        let size = Self.positionsPerGroup
        let start = blocks(layer: layer, head: head) + Int(block) * blockStride * precision.byteCount
        let keyPlace = slot / size * size * headLength + slot % size
        let valuePlace = (tokensPerBlock + slot) * headLength
        switch precision {
        case .float32:
            let numbers = start.assumingMemoryBound(to: Float.self)
            (numbers + valuePlace).update(from: value, count: headLength)
            for index in 0..<headLength { numbers[keyPlace &+ index &* size] = key[index] }
        case .float16:
            let numbers = start.assumingMemoryBound(to: UInt16.self)
            a1_store_halves(value, Int64(headLength), 1, numbers + valuePlace)
            a1_store_halves(key, Int64(headLength), Int64(size), numbers + keyPlace)
        }
    }

    /// Copies a whole block, in every layer.
    public func copyBlock(_ source: Int32, to destination: Int32) {
        let byteCount = blockStride * precision.byteCount
        for layer in 0..<layerCount {
            let first = blocks(layer: layer, head: 0)
            let from = first + Int(source) * byteCount
            (first + Int(destination) * byteCount).copyMemory(from: from, byteCount: byteCount)
        }
    }
}

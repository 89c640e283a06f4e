import CKernels
import Glibc

/// Storage for keys and values in float32, in blocks of `tokensPerBlock` positions.
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
    let headLength: Int
    private let layerCount: Int
    private let headStride: Int
    /// Floats from one block of a layer to the next.
    let blockStride: Int
    private let layerStride: Int
    private let storage: UnsafeMutablePointer<Float>

    /// Nil if the system does not give the memory. `tokensPerBlock` is a multiple of 16.
    public init?(_ model: ModelConfiguration, blockCount: Int, tokensPerBlock: Int) {
        precondition(blockCount > 0 && tokensPerBlock > 0 && tokensPerBlock.isMultiple(of: Self.positionsPerGroup))
        let bytes = blockCount * Self.bytesPerBlock(model, tokensPerBlock: tokensPerBlock)
        guard let memory = malloc(bytes) else { return nil }
        self.blockCount = blockCount
        self.tokensPerBlock = tokensPerBlock
        headLength = model.headLength
        layerCount = model.layerCount
        headStride = 2 * tokensPerBlock * model.headLength
        blockStride = model.keyValueHeadCount * headStride
        layerStride = blockCount * blockStride
        storage = memory.bindMemory(to: Float.self, capacity: layerCount * layerStride)
    }

    deinit {
        free(storage)
    }

    /// Bytes that one block of a model takes.
    public static func bytesPerBlock(_ model: ModelConfiguration, tokensPerBlock: Int) -> Int {
        model.layerCount * model.keyValueLength * 2 * tokensPerBlock * MemoryLayout<Float>.stride
    }

    /// What one head of keys and values has in the first block of a layer; other blocks follow by `blockStride`.
    func blocks(layer: Int, head: Int) -> UnsafeMutablePointer<Float> {
        storage + layer * layerStride + head * headStride
    }

    /// Puts key and value of one head and position, `headLength` floats each, into their slot of a block.
    func place(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, layer: Int, block: Int32, head: Int, slot: Int
    ) {
        let keys = blocks(layer: layer, head: head) + Int(block) * blockStride
        (keys + (tokensPerBlock + slot) * headLength).update(from: value, count: headLength)
        let size = Self.positionsPerGroup
        let first = keys + slot / size * size * headLength + slot % size
        for index in 0..<headLength { first[index &* size] = key[index] }
    }

    /// Copies a whole block, in every layer.
    public func copyBlock(_ source: Int32, to destination: Int32) {
        for layer in 0..<layerCount {
            let first = blocks(layer: layer, head: 0)
            (first + Int(destination) * blockStride).update(from: first + Int(source) * blockStride, count: blockStride)
        }
    }
}

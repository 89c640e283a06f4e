import Glibc

/// Storage for keys and values in float32, in blocks of `tokensPerBlock` positions.
///
/// Layout: `[layer][block][head of keys and values][keys, values][position in block][head length]`. Pages
/// of blocks that were never used take no memory.
///
/// Not thread-safe by itself: the forward pass writes each slot from one thread, before any thread reads
/// it. `@unchecked Sendable` so that the thread that owns the engine's loop may be another than the maker.
public final class KVCache: @unchecked Sendable {
    public let blockCount: Int
    public let tokensPerBlock: Int
    let headLength: Int
    private let layerCount: Int
    private let headStride: Int
    private let blockStride: Int
    private let layerStride: Int
    private let storage: UnsafeMutablePointer<Float>

    /// Nil if the system does not give the memory.
    public init?(_ model: ModelConfiguration, blockCount: Int, tokensPerBlock: Int) {
        precondition(blockCount > 0 && tokensPerBlock > 0)
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

    /// Keys of one head in one block: `[tokensPerBlock][headLength]`.
    func keys(layer: Int, block: Int32, head: Int) -> UnsafeMutablePointer<Float> {
        storage + layer * layerStride + Int(block) * blockStride + head * headStride
    }

    /// Values of one head in one block: `[tokensPerBlock][headLength]`.
    func values(layer: Int, block: Int32, head: Int) -> UnsafeMutablePointer<Float> {
        keys(layer: layer, block: block, head: head) + tokensPerBlock * headLength
    }

    /// Copies a whole block, in every layer.
    public func copyBlock(_ source: Int32, to destination: Int32) {
        for layer in 0..<layerCount {
            let from = keys(layer: layer, block: source, head: 0)
            keys(layer: layer, block: destination, head: 0).update(from: from, count: blockStride)
        }
    }
}

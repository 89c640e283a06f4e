import CKernels
import Glibc

/// Grouped-query attention (Ainslie et al., arXiv:2305.13245) over keys and values in blocks.
extension ForwardPass {
    func attend(_ batch: ForwardBatch, layer index: Int) {
        let layer = model.weights.layers[index]
        let rows = batch.rowCount
        // What is wrong in queries and keys is multiplied by attention: of all errors of quantised tokens these weigh
        // most, and these products are the smallest.
        normalize(rows, by: layer.attentionNorm, isFine: true)
        product.multiply(products.layers[index].attention, scratch.normalized, count: rows)
        pool.run(count: rows) { row, _ in
            placeRow(row, batch, layer, index)
        }
        let heads = model.configuration.keyValueHeadCount
        pool.run(count: rows * heads) { task, thread in
            attendHead(task % heads, row: task / heads, batch, layer, index, thread)
        }
        let width = model.configuration.queryLength
        product.beginInput(columns: width)
        pool.run(count: rows) { row, _ in product.setInput(row, scratch.attended + row * width) }
        product.multiply(products.layers[index].attentionOutput, scratch.attended, count: rows)
        addToResidual(rows, normalizedBy: layer.attentionOutputNorm)
    }

    /// Turns a row's queries and keys by its position and puts keys and values into the cache.
    private func placeRow(_ row: Int, _ batch: ForwardBatch, _ layer: LayerWeights, _ index: Int) {
        let sizes = model.configuration
        let queries = scratch.queries + row * sizes.queryLength
        let keys = scratch.keys + row * sizes.keyValueLength
        let values = scratch.values + row * sizes.keyValueLength
        if let weight = layer.queryNorm { normalizeHeads(queries, sizes.headCount, weight) }
        if let weight = layer.keyNorm { normalizeHeads(keys, sizes.keyValueHeadCount, weight) }

        let rotary = layer.isSliding ? slidingRotary : self.rotary
        let angles = (layer.isSliding ? scratch.slidingAngles : scratch.angles) + row * 2 * rotary.pairCount
        rotary.rotate(queries, heads: sizes.headCount, headLength: sizes.headLength, angles: angles)
        rotary.rotate(keys, heads: sizes.keyValueHeadCount, headLength: sizes.headLength, angles: angles)

        let position = Int(batch.rows[row].position)
        let block = batch.blockTables[Int(batch.rows[row].blockTable) + position / cache.tokensPerBlock]
        let slot = position % cache.tokensPerBlock * sizes.headLength
        for head in 0..<sizes.keyValueHeadCount {
            (cache.keys(layer: index, block: block, head: head) + slot)
                .update(from: keys + head * sizes.headLength, count: sizes.headLength)
            (cache.values(layer: index, block: block, head: head) + slot)
                .update(from: values + head * sizes.headLength, count: sizes.headLength)
        }
    }

    private func normalizeHeads(_ x: UnsafeMutablePointer<Float>, _ heads: Int, _ weight: [Float]) {
        let length = model.configuration.headLength
        for head in 0..<heads {
            let numbers = x + head * length
            a1_rms_norm(numbers, weight, Int64(length), model.configuration.normEpsilon, numbers)
        }
    }

    /// Attention of one row's query heads that share one head of keys and values. Positions run from the
    /// first visible one to the row's own, always in this order.
    private func attendHead(
        _ head: Int, row: Int, _ batch: ForwardBatch, _ layer: LayerWeights, _ index: Int, _ thread: Int
    ) {
        let sizes = model.configuration
        let length = sizes.headLength
        let group = sizes.queryHeadsPerKeyValueHead
        let last = Int(batch.rows[row].position)
        let window = layer.isSliding ? sizes.slidingWindow ?? .max : .max
        let first = window > last ? 0 : last - window + 1
        let count = last - first + 1
        let table = Int(batch.rows[row].blockTable)
        let firstHead = row * sizes.queryLength + head * group * length
        let queries = scratch.queries + firstHead
        let outputs = scratch.attended + firstHead
        let scores = scratch.scores + thread * group * maximumContext
        let scale = sizes.attentionScale

        forEachBlock(first...last) { block, slot, positions in
            let block = batch.blockTables[table + block]
            let keys = cache.keys(layer: index, block: block, head: head) + slot * length
            for member in 0..<group {
                a1_dot_rows(
                    queries + member * length, keys, Int64(length), Int64(positions.count), Int64(length), scale,
                    scores + member * maximumContext + positions.lowerBound - first)
            }
        }
        for member in 0..<group {
            let memberScores = scores + member * maximumContext
            if let cap = sizes.attentionSoftCap { softCap(memberScores, count, cap) }
            a1_softmax_in_place(memberScores, Int64(count))
        }
        outputs.update(repeating: 0, count: group * length)
        forEachBlock(first...last) { block, slot, positions in
            let block = batch.blockTables[table + block]
            let values = cache.values(layer: index, block: block, head: head) + slot * length
            for member in 0..<group {
                a1_axpy_rows(
                    scores + member * maximumContext + positions.lowerBound - first, values, Int64(length),
                    Int64(positions.count), Int64(length), outputs + member * length)
            }
        }
    }

    /// Walks the blocks that hold `positions`: number of the block, first slot used in it, positions there.
    private func forEachBlock(_ positions: ClosedRange<Int>, _ body: (Int, Int, Range<Int>) -> Void) {
        let size = cache.tokensPerBlock
        var position = positions.lowerBound
        while position <= positions.upperBound {
            let block = position / size
            let end = min((block + 1) * size, positions.upperBound + 1)
            body(block, position - block * size, position..<end)
            position = end
        }
    }

    func softCap(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ cap: Float) {
        for index in 0..<count { x[index] = cap * tanhf(x[index] / cap) }
    }
}

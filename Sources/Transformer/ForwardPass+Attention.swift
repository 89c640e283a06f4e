import CKernels

/// Grouped-query attention (Ainslie et al., arXiv:2305.13245) over keys and values in blocks.
extension ForwardPass {
    func attend(_ batch: ForwardBatch, layer index: Int) {
        let layer = model.weights.layers[index]
        let rows = batch.rowCount
        normalize(rows, by: layer.attentionNorm)
        product.multiply(products.layers[index].attention, scratch.normalized, count: rows)
        pool.run(count: tiles.placing.count) { task, _ in
            let tile = tiles.placing[task]
            for row in tile.firstRow..<tile.firstRow + tile.count { placeRow(row, batch, layer, index) }
        }
        // The tiles of one head one after another, while its keys and values are in the cache; the last rows of
        // a prompt, which see the most, first.
        let count = tiles.attending.count
        pool.run(count: count * model.configuration.keyValueHeadCount * tiles.partsPerHead) { task, thread in
            attendTile(tiles.attending[count - 1 - task % count], part: task / count, batch, layer, index, thread)
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
        for head in 0..<sizes.keyValueHeadCount {
            cache.place(
                key: keys + head * sizes.headLength, value: values + head * sizes.headLength, layer: index,
                block: block, head: head, slot: position % cache.tokensPerBlock)
        }
    }

    private func normalizeHeads(_ x: UnsafeMutablePointer<Float>, _ heads: Int, _ weight: [Float]) {
        let length = model.configuration.headLength
        for head in 0..<heads {
            let numbers = x + head * length
            a1_rms_norm(numbers, weight, Int64(length), model.configuration.normEpsilon, numbers)
        }
    }

    /// Attention of a part of the query heads that share one head of keys and values, in the rows of a tile.
    private func attendTile(
        _ tile: RowTile, part: Int, _ batch: ForwardBatch, _ layer: LayerWeights, _ index: Int, _ thread: Int
    ) {
        let sizes = model.configuration
        let group = sizes.queryHeadsPerKeyValueHead
        let head = part / tiles.partsPerHead
        let firstMember = part % tiles.partsPerHead * tiles.headsPerTile
        let members = min(tiles.headsPerTile, group - firstMember)
        let row = batch.rows[tile.firstRow]
        let first = tile.firstRow * sizes.queryLength + (head * group + firstMember) * sizes.headLength
        batch.blockTables.withUnsafeBufferPointer { tables in
            var job = a1_attention(
                queries: scratch.queries + first, outputs: scratch.attended + first,
                row_stride: Int64(sizes.queryLength), rows: Int64(tile.count), heads: Int64(members),
                length: Int64(sizes.headLength), position: Int64(row.position),
                window: layer.isSliding ? Int64(sizes.slidingWindow ?? .max) : .max, scale: sizes.attentionScale,
                cap: sizes.attentionSoftCap ?? 0, keys: cache.blocks(layer: index, head: head),
                table: tables.baseAddress! + Int(row.blockTable), tokens_per_block: Int64(cache.tokensPerBlock),
                block_stride: Int64(cache.blockStride), is_half: cache.precision == .float16)
            a1_attend(&job, scratch.attention + thread * ScratchLayout.attentionFloats(sizes))
        }
    }
}

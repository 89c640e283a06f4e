import CKernels

extension ForwardPass {
    /// Projects the wanted rows onto the vocabulary, a group at a time, and hands each row out.
    func giveLogits(_ batch: ForwardBatch, _ consume: (Int, Logits, Int) -> Void) {
        let sizes = model.configuration
        let width = sizes.embeddingLength
        let vocabulary = model.vocabularySize
        for first in stride(from: 0, to: batch.logitRowCount, by: ScratchLayout.logitRows) {
            let count = min(ScratchLayout.logitRows, batch.logitRowCount - first)
            product.beginInput(columns: width)
            for row in 0..<count {
                let residual = scratch.residual + batch.logitRows[first + row] * width
                let input = scratch.logitInput + row * width
                a1_rms_norm(residual, model.weights.outputNorm, Int64(width), sizes.normEpsilon, input)
                product.setInput(row, input)
            }
            product.multiply(products.output, scratch.logitInput, count: count)
            pool.run(count: count) { row, thread in
                let values = UnsafeMutableBufferPointer(start: scratch.logits + row * vocabulary, count: vocabulary)
                if let cap = sizes.logitSoftCap { a1_soft_cap(values.baseAddress, Int64(vocabulary), cap) }
                consume(first + row, Logits(values: values), thread)
            }
        }
    }
}

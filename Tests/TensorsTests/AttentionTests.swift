import CKernels
import Glibc
import Testing

/// Attention over blocks against a plain one in double precision.
@Suite("Attention")
struct AttentionTests {
    /// Queries, and keys and values of one head in blocks that lie in no order.
    private struct Subject {
        var length: Int
        var heads: Int
        var rows = 1
        var position: Int
        var window = Int.max
        var cap: Float = 0
        var tokensPerBlock = 16
        /// Positions whose keys and values are NaN.
        var broken = 0..<0
        /// Keys and values are numbers of float16, and are kept as such.
        var isRounded = false
        var isHalf = false
        let scale: Float = 0.3

        var context: Int { position + rows }
        var blocks: Int { (context + tokensPerBlock - 1) / tokensPerBlock }

        /// `[row][head][number]`
        func queries() -> [Float] {
            var random = SplitMix64(state: 7)
            return random.floats(context * heads * length).map { 4 * $0 }.suffix(rows * heads * length)
        }

        func key(_ position: Int) -> [Float] { numbers(position, 1) }
        func value(_ position: Int) -> [Float] { numbers(position, 2) }

        private func numbers(_ position: Int, _ kind: UInt64) -> [Float] {
            var random = SplitMix64(state: UInt64(position) * 3 + kind)
            let numbers = random.floats(length)
            return isRounded ? numbers.map { Float(Float16($0)) } : numbers
        }

        /// What no query of the tile may see is NaN.
        func cache() -> (numbers: [Float], table: [Int32], blockStride: Int) {
            let stride = 2 * tokensPerBlock * length + 3
            var numbers = [Float](repeating: .nan, count: (blocks + 1) * stride)
            let table = (0..<blocks).map { Int32(($0 * 7 + 3) % (blocks + 1)) }
            let isOrdered = (blocks + 1).isMultiple(of: 7)
            for position in max(0, self.position - min(window, context) + 1)..<context
            where !broken.contains(position) {
                let block = isOrdered ? position / tokensPerBlock : Int(table[position / tokensPerBlock])
                let slot = position % tokensPerBlock
                for (index, number) in key(position).enumerated() {
                    numbers[block * stride + slot / 16 * 16 * length + index * 16 + slot % 16] = number
                }
                let first = block * stride + (tokensPerBlock + slot) * length
                numbers.replaceSubrange(first..<first + length, with: value(position))
            }
            return (numbers, isOrdered ? (0..<blocks).map(Int32.init) : table, stride)
        }

        func run(_ family: Family) -> [Float] {
            let (queries, cache) = (queries(), cache())
            let numbers = isHalf ? cache.numbers.map { Float16($0).bitPattern }.bytes : cache.numbers.bytes
            var outputs = [Float](repeating: .nan, count: queries.count)
            var scratch = [Float](repeating: .nan, count: Int(a1_attention_scratch(Int64(length))))
            queries.withUnsafeBufferPointer { queries in
                outputs.withUnsafeMutableBufferPointer { outputs in
                    numbers.withUnsafeBytes { keys in
                        cache.table.withUnsafeBufferPointer { table in
                            var job = a1_attention(
                                queries: queries.baseAddress, outputs: outputs.baseAddress,
                                row_stride: Int64(heads * length), rows: Int64(rows), heads: Int64(heads),
                                length: Int64(length), position: Int64(position), window: Int64(window), scale: scale,
                                cap: cap, keys: keys.baseAddress, table: table.baseAddress,
                                tokens_per_block: Int64(tokensPerBlock), block_stride: Int64(cache.blockStride),
                                is_half: isHalf)
                            family.table.attend(&job, &scratch)
                        }
                    }
                }
            }
            return outputs
        }

        func truth() -> [Double] {
            let queries = queries()
            return (0..<rows * heads).flatMap { query in
                let last = position + query / heads
                let visible = (0...last).filter { last - $0 < window }
                let scores = visible.map { position in
                    let sum = zip(queries[query * length..<(query + 1) * length], key(position))
                        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
                    return cap > 0 ? Double(cap) * tanh(sum * Double(scale) / Double(cap)) : sum * Double(scale)
                }
                let sum = scores.reduce(0) { $0 + exp($1) }
                var result = [Double](repeating: 0, count: length)
                for (score, position) in zip(scores, visible) {
                    for (index, number) in value(position).enumerated() {
                        result[index] += exp(score) / sum * Double(number)
                    }
                }
                return result
            }
        }

        /// The same row alone.
        func alone(_ row: Int) -> Subject {
            var result = self
            (result.position, result.rows) = (position + row, 1)
            return result
        }
    }

    private static let positions = [0, 1, 14, 15, 16, 33, 60, 63, 64, 100, 126, 190, 300]

    private func check(_ subject: Subject, _ family: Family) {
        let found = subject.run(family)
        let error = zip(found, subject.truth()).map { abs(Double($0) - $1) }.max() ?? 0
        // Rounding of a score grows with its head.
        #expect(error < 1e-6 + 1e-8 * Double(subject.length), "\(subject): \(error)")
        #expect(found.allSatisfy { $0.isFinite }, "\(subject)")
        let twin = subject.run(Family(name: "scalar"))
        #expect(found.map(\.bitPattern) == twin.map(\.bitPattern), "\(subject)")

        // Numbers of float16 are the same however they are kept.
        var rounded = subject
        rounded.isRounded = true
        let plain = rounded.run(family)
        rounded.isHalf = true
        #expect(rounded.run(family).map(\.bitPattern) == plain.map(\.bitPattern), "\(rounded)")
        #expect(plain != found, "\(rounded)")
    }

    @Test("head lengths of any size", arguments: Family.available)
    func lengths(_ family: Family) {
        for length in [1, 2, 8, 15, 16, 17, 32, 47, 48, 64, 80, 128, 256] {
            for position in [0, 5, 31, 290] {
                check(Subject(length: length, heads: 3, rows: 2, position: position), family)
            }
        }
    }

    @Test("one to sixteen queries, as heads and as rows", arguments: Family.available)
    func queries(_ family: Family) {
        for count in 1...16 {
            check(Subject(length: 20, heads: count, position: 40), family)
            check(Subject(length: 20, heads: 1, rows: count, position: 40), family)
            check(Subject(length: 32, heads: 2, rows: max(1, count / 2), position: 58), family)
        }
    }

    @Test("windows, over borders of groups and chunks", arguments: Family.available)
    func windows(_ family: Family) {
        for position in Self.positions {
            for window in [1, 2, 5, 16, 17, 63, 64, 65, 200] {
                check(Subject(length: 8, heads: 2, rows: 7, position: position, window: window), family)
            }
        }
    }

    @Test("soft caps and blocks of several groups", arguments: Family.available)
    func capsAndBlocks(_ family: Family) {
        for position in Self.positions {
            check(Subject(length: 10, heads: 4, rows: 3, position: position, cap: 2), family)
            check(Subject(length: 10, heads: 4, rows: 3, position: position, tokensPerBlock: 48), family)
        }
    }

    @Test("a row's bits do not depend on the rows beside it", arguments: Family.available)
    func rowsAlone(_ family: Family) {
        for position in Self.positions {
            for window in [3, 60, 64, Int.max] {
                var tile = Subject(length: 24, heads: 3, rows: 5, position: position, window: window)
                let together = tile.run(family).map(\.bitPattern)
                let queries = tile.heads * tile.length
                for row in 0..<tile.rows {
                    let alone = tile.alone(row).run(family).map(\.bitPattern)
                    #expect(alone == Array(together[row * queries..<(row + 1) * queries]), "\(tile), row \(row)")
                }
                tile.rows = 2
                #expect(tile.run(family).map(\.bitPattern) == Array(together[..<(2 * queries)]), "\(tile)")
            }
        }
    }

    @Test("what a row does not see cannot spoil it", arguments: Family.available)
    func brokenNeighbours(_ family: Family) {
        for window in [5, Int.max] {
            for place in [38, 42, 43] {
                var whole = Subject(length: 18, heads: 2, rows: 4, position: 40, window: window)
                for isHalf in [false, true] {
                    (whole.isRounded, whole.isHalf) = (isHalf, isHalf)
                    var spoiled = whole
                    spoiled.broken = place..<place + 1
                    let queries = whole.heads * whole.length
                    for (index, numbers) in zip(whole.run(family), spoiled.run(family)).enumerated() {
                        let position = whole.position + index / queries
                        let sees = place <= position && position - place < window
                        #expect(sees ? numbers.1.isNaN : numbers.0 == numbers.1, "\(spoiled), output \(index)")
                    }
                }
            }
        }
    }
}

extension Array {
    /// Of the elements as they lie in memory.
    fileprivate var bytes: [UInt8] { withUnsafeBytes(Array<UInt8>.init) }
}

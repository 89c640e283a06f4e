import TestSupport
import Testing

@testable import Batching

/// The table against a model that writes tokens into blocks as the forward pass writes keys and values.
@Suite struct SequenceTableTests {
    /// Blocks as lists of tokens, and what each sequence should hold.
    struct Twin {
        var memory: [[Int32]]
        var sequences: [SequenceKey: [Int32]] = [:]

        init(blocks: Int) {
            memory = Array(repeating: Array(repeating: -1, count: BlockLayout.tokensPerBlock), count: blocks)
        }

        mutating func apply(_ copies: [BlockCopy]) {
            for copy in copies { memory[Int(copy.destination)] = memory[Int(copy.source)] }
        }

        mutating func write(_ tokens: [Int32], at start: Int, through blocks: [BlockID]) {
            for (offset, token) in tokens.enumerated() {
                let position = start + offset
                let block = Int(blocks[position / BlockLayout.tokensPerBlock])
                memory[block][position % BlockLayout.tokensPerBlock] = token
            }
        }

        func read(_ count: Int, through blocks: [BlockID]) -> [Int32] {
            (0..<count).map {
                memory[Int(blocks[$0 / BlockLayout.tokensPerBlock])][$0 % BlockLayout.tokensPerBlock]
            }
        }
    }

    @Test(arguments: UInt64(0)..<25)
    func randomOperationsKeepEverySequenceReadable(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let blocks = 24
        var table = SequenceTable(blockCount: blocks)
        var twin = Twin(blocks: blocks)
        let keys = (0..<6).map { SequenceKey(rawValue: $0) }
        // Few distinct texts, so that sequences often meet.
        let texts = (0..<3).map { text in (0..<90).map { Int32($0 < 40 ? $0 : $0 * 10 + text) } }

        for _ in 0..<300 {
            let key = keys.randomElement(using: &random)!
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                extend(key, with: texts.randomElement(using: &random)!, &table, &twin, &random)
            case 6:
                let length = Int.random(in: 0...table.length(of: key), using: &random)
                table.rewind(key, to: length)
                twin.sequences[key] = twin.sequences[key].map { Array($0.prefix(length)) }
            case 7:
                let copy = keys.randomElement(using: &random)!
                if table.sequences[copy] == nil, table.sequences[key] != nil {
                    table.fork(key, as: copy)
                    twin.sequences[copy] = twin.sequences[key]
                }
            case 8:
                table.remove(key)
                twin.sequences[key] = nil
            default:
                let before = Set(table.sequences.keys)
                if table.evictLeastRecentlyUsed(sparing: key) {
                    for gone in before.subtracting(table.sequences.keys) { twin.sequences[gone] = nil }
                }
            }
            for key in keys {
                let tokens = table.sequences[key]?.tokens ?? []
                #expect(tokens == twin.sequences[key] ?? [])
                #expect(twin.read(tokens.count, through: table.sequences[key]?.blocks ?? []) == tokens)
            }
        }
        for key in keys { table.remove(key) }
        #expect(table.freeBlockCount == blocks)
    }

    /// Makes `key` a prefix of `text` of random length, computing what is not cached.
    private func extend(
        _ key: SequenceKey, with text: [Int32], _ table: inout SequenceTable, _ twin: inout Twin,
        _ random: inout SeededGenerator
    ) {
        let target = Array(text.prefix(Int.random(in: 1...text.count, using: &random)))
        table.adoptPrefix(key, of: target, limit: target.count)
        twin.sequences[key] = Array(target.prefix(table.length(of: key)))
        let start = table.length(of: key)
        let count = min(target.count - start, Int.random(in: 0...40, using: &random))
        guard count > 0, table.missingBlocks(key, toReach: start + count) <= table.freeBlockCount else { return }
        table.activate(key, reservingTokens: target.count)
        var copies: [BlockCopy] = []
        let free = table.freeBlockCount
        let missing = table.missingBlocks(key, toReach: start + count)
        table.grow(key, by: count, copies: &copies)
        #expect(table.freeBlockCount == free - missing)
        twin.apply(copies)
        let tokens = Array(target[start..<start + count])
        twin.write(tokens, at: start, through: table.sequences[key]!.blocks)
        table.commit(key, tokens[...])
        table.deactivate(key)
        twin.sequences[key] = Array(target.prefix(start + count))
    }

    @Test func sequencesWithTheSameTokensShareFullBlocks() {
        var table = SequenceTable(blockCount: 16)
        var copies: [BlockCopy] = []
        let text = (0..<40).map(Int32.init)
        let (first, second) = (SequenceKey(rawValue: 1), SequenceKey(rawValue: 2))
        for key in [first, second] {
            table.adoptPrefix(key, of: text, limit: text.count)
            let start = table.length(of: key)
            table.activate(key, reservingTokens: text.count)
            table.grow(key, by: text.count - start, copies: &copies)
            table.commit(key, text[start...])
            table.deactivate(key)
        }
        #expect(table.freeBlockCount == 16 - 4)
        #expect(table.sequences[first]!.blocks.prefix(2) == table.sequences[second]!.blocks.prefix(2))
        #expect(copies.isEmpty)
    }

    @Test func blocksComputedTwiceAreKeptOnce() {
        var table = SequenceTable(blockCount: 8)
        var copies: [BlockCopy] = []
        let text = (0..<32).map(Int32.init)
        let keys = [SequenceKey(rawValue: 1), SequenceKey(rawValue: 2)]
        for key in keys {
            table.activate(key, reservingTokens: text.count)
            table.grow(key, by: text.count, copies: &copies)
        }
        #expect(table.freeBlockCount == 4)
        for key in keys { table.commit(key, text[...]) }
        #expect(table.freeBlockCount == 6)
    }

    @Test func aForkCopiesTheLastBlockOnlyWhenItIsWritten() {
        var table = SequenceTable(blockCount: 8)
        var copies: [BlockCopy] = []
        let (origin, copy) = (SequenceKey(rawValue: 1), SequenceKey(rawValue: 2))
        table.activate(origin, reservingTokens: 20)
        table.grow(origin, by: 20, copies: &copies)
        table.commit(origin, (0..<20).map(Int32.init)[...])
        table.deactivate(origin)
        table.fork(origin, as: copy)
        #expect(table.freeBlockCount == 6 && copies.isEmpty)
        table.grow(copy, by: 1, copies: &copies)
        #expect(table.freeBlockCount == 5)
        #expect(copies.map(\.source) == [table.sequences[origin]!.blocks[1]])
        #expect(copies.map(\.destination) == [table.sequences[copy]!.blocks[1]])
    }

    @Test func theLeastRecentlyUsedIdleSequenceIsEvicted() {
        var table = SequenceTable(blockCount: 8)
        var copies: [BlockCopy] = []
        let keys = (0..<4).map { SequenceKey(rawValue: $0) }
        for (index, key) in keys.enumerated() {
            table.activate(key, reservingTokens: 1)
            table.grow(key, by: 1, copies: &copies)
            table.commit(key, [Int32(index)])
        }
        for index in [2, 0, 3] { table.deactivate(keys[index]) }
        var evictions: [Bool] = []
        evictions.append(table.evictLeastRecentlyUsed(sparing: keys[2]))
        #expect(Set(table.sequences.keys) == [keys[1], keys[2], keys[3]])
        for _ in 0..<3 { evictions.append(table.evictLeastRecentlyUsed(sparing: keys[0])) }
        #expect(evictions == [true, true, true, false])
        #expect(Set(table.sequences.keys) == [keys[1]])
        #expect(table.freeBlockCount == 7)
    }
}

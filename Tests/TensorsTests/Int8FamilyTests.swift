import CKernels
import Glibc
import ModelFiles
import Tensors
import Testing

/// The products with bytes (int8_body.h) of each family that runs here against the scalar one, to the bit. Families
/// take few and many tokens in different ways (turned_body.h, amx_body.h).
@Suite("Products with bytes, family by family")
struct Int8FamilyTests {
    private static let types = DequantisationFixture.all.map(\.type).filter { $0.elementsPerBlock > 1 }
    private static let tables = ["avx2", "avx512", "avx512vnni", "amx_emulated", "amx"].filter { (name: String) in
        a1_kernels_named(name) != nil
    }

    @Test("the bits of the scalar family for any number of tokens", arguments: types, [Float.infinity, 3, 0])
    func tokenCounts(_ type: TensorType, fineFrom: Float) throws {
        // Two stretches, the second no whole one if the type lets it, and two panels, the second no whole one.
        let columns = type.elementsPerBlock == 32 ? 288 : 512
        let job = try Job(type, rows: 37, columns: columns, tokens: 130, fineFrom: fineFrom)
        for table in Self.tables {
            for count in Array(1...40) + Array(127...130) {
                #expect(job.run(table, count) == Array(job.truth[..<(count * 37)]), "\(table), \(count) tokens")
            }
        }
    }

    @Test(
        "columns that are no whole stretch, rows that are no whole panel",
        arguments: [TensorType.q8_0, .q4_1, .iq4_nl])
    func shapes(_ type: TensorType) throws {
        for (rows, columns) in [(1, 32), (16, 64), (33, 288), (32, 256), (64, 224), (31, 544), (70, 96), (1030, 32)] {
            for fineFrom: Float in [.infinity, 3, 0] {
                let job = try Job(type, rows: rows, columns: columns, tokens: 27, fineFrom: fineFrom)
                for table in Self.tables {
                    #expect(job.run(table, 27) == job.truth, "\(table), \(rows) x \(columns)")
                    #expect(job.run(table, 19) == Array(job.truth[..<(19 * rows)]), "\(table), \(rows) x \(columns)")
                }
            }
        }
    }

    @Test("the largest bytes of both signs", arguments: [Float.infinity, 0], [Float(1), -1])
    func extremes(fineFrom: Float, sign: Float) {
        // Scales of 1, weights of -128 and 127; tokens of one magnitude.
        let block: [UInt8] = [0, 0x3c] + (0..<32).map { $0 % 2 == 0 ? 0x80 : 0x7f }
        let weights = (0..<32 * 8).flatMap { _ in block }
        let x = (0..<16 * 256).map { $0 % 2 == 0 ? -sign : sign }
        let job = Job(.q8_0, weights, rows: 32, columns: 256, x, tokens: 16, fineFrom: fineFrom)
        for table in Self.tables { #expect(job.run(table, 16) == job.truth, "\(table)") }
        #expect(job.truth.allSatisfy { abs(Float(bitPattern: $0) / (255 * 128) - sign) < 1e-6 })
    }
}

/// A matrix packed and tokens quantised by the scalar family, and its products with them.
private final class Job {
    private let weights: [UInt8]
    private let x: [Float]
    private let type: TensorType
    private let rows: Int
    private let columns: Int
    private let tokens: Int
    private let fineFrom: Float
    private let bias: [Float]
    /// Bits of the scalar family: `[token][row]`.
    private(set) var truth: [UInt32] = []

    init(_ type: TensorType, _ weights: [UInt8], rows: Int, columns: Int, _ x: [Float], tokens: Int, fineFrom: Float) {
        (self.type, self.weights, self.rows, self.columns) = (type, weights, rows, columns)
        (self.x, self.tokens, self.fineFrom) = (x, tokens, fineFrom)
        bias = [Float](repeating: 0, count: rows)
        truth = run("scalar", tokens)
    }

    /// Weights from the fixture, and tokens of very different sizes; one has a number that is not finite.
    init(_ type: TensorType, rows: Int, columns: Int, tokens: Int, fineFrom: Float) throws {
        let blocks = try #require(DequantisationFixture.all.first { $0.type == type }).blocks
        let bytes = rows * columns / type.elementsPerBlock * type.bytesPerBlock
        var random = SplitMix64(state: 82)
        weights = (0..<bytes).map { blocks[$0 % blocks.count] }
        x = (0..<tokens * columns).map { index in
            let value = random.float()
            return index == columns + 5 ? .infinity : index % 37 == 0 ? value * 40 : index % 11 == 0 ? 0 : value
        }
        bias = random.floats(rows)
        (self.type, self.rows, self.columns, self.tokens, self.fineFrom) = (type, rows, columns, tokens, fineFrom)
        truth = run("scalar", tokens)
    }

    /// Bits of the products of the first `count` tokens; NaN is 0. Everything is done by the family with that name.
    func run(_ name: String, _ count: Int) -> [UInt32] {
        let table = a1_kernels_named(name)!.pointee
        var matrix = a1_weights(
            start: nil, rows: Int64(rows), columns: Int64(columns),
            bytes_per_row: Int64(columns / type.elementsPerBlock * type.bytesPerBlock), type: type.rawValue,
            elements_per_block: Int32(type.elementsPerBlock), bytes_per_block: Int32(type.bytesPerBlock))
        let panelRows = Int(A1_PANEL_ROWS)
        let memory = Memory()
        defer { memory.free() }
        let packed = memory.take(
            UInt8.self, (rows + panelRows - 1) / panelRows * panelRows * Int(matrix.bytes_per_row))
        weights.withUnsafeBytes {
            matrix.start = $0.baseAddress
            table.pack(&matrix, packed)
        }
        matrix.start = UnsafeRawPointer(packed)
        let size = count * columns
        // As if tokens before had been fine everywhere.
        let flagCount = (count + 63) / 64 * 64 * columns / 32
        let flags = memory.take(UInt8.self, flagCount)
        flags.update(repeating: 1, count: flagCount)
        var input = a1_int8_rows(
            values: memory.take(Int8.self, size), fine: memory.take(Int8.self, size), fine_halves: flags,
            blocks: memory.take(a1_int8_block.self, size / 32), sums: memory.take(Int32.self, size / 16),
            fine_sums: memory.take(Int32.self, size / 16), columns: Int64(columns), fine_from: fineFrom)
        for token in 0..<count {
            x.withUnsafeBufferPointer { table.quantize_row($0.baseAddress! + token * columns, Int64(token), &input) }
        }
        // Rows of the output lie apart.
        let stride = rows + 3
        var y = [Float](repeating: -7, count: count * stride)
        table.int8_product(&matrix, &input, Int64(count), &y, Int64(stride), bias,
            memory.take(a1_int8_scratch.self, 1))
        for token in 0..<count { #expect(y[(token * stride + rows)..<((token + 1) * stride)].allSatisfy { $0 == -7 }) }
        return (0..<count * rows).map { index in
            let value = y[index / rows * stride + index % rows]
            return value.isNaN ? 0 : value.bitPattern
        }
    }
}

/// Memory on cache lines, filled with bytes that are not zero.
private final class Memory {
    private var all: [UnsafeMutableRawPointer] = []

    func take<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        let bytes = (count * MemoryLayout<T>.stride + 63) / 64 * 64
        let raw = aligned_alloc(64, bytes)!
        memset(raw, 0x55, bytes)
        all.append(raw)
        return raw.bindMemory(to: type, capacity: count)
    }

    func free() {
        for memory in all { Glibc.free(memory) }
    }
}

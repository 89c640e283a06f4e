import CKernels
import ModelFiles
import Tensors
import Testing

/// Products of packed weights with quantised tokens, against sums over the dequantised weights in double and a plain
/// quantiser.
@Suite("Products with bytes")
struct Int8ProductTests {
    private static let own = KernelChoice.available.filter { $0 != .openblas }
    /// Those of the process; the best of our own where these have no bytes.
    private static func chosen() throws -> KernelChoice? {
        let current = try KernelChoice.current()
        return current.hasBytes ? current : own.last
    }
    private static let types = DequantisationFixture.all.map(\.type).filter { $0.elementsPerBlock > 1 }

    /// No block is fine; those with large outliers; all.
    private static let finenesses: [Float] = [.infinity, 3, 0]

    @Test("every quantised type has a case")
    func cases() {
        #expect(Set(Self.types) == Set(TensorType.allCases.filter { $0.elementsPerBlock > 1 }))
    }

    @Test("agree with the weights' values times the quantised tokens", arguments: types, finenesses)
    func agreesWithBruteForce(_ type: TensorType, fineFrom: Float) throws {
        // 4,096 values: 5 rows of 768 columns, which is no whole panel, and three stretches long.
        let weights = try matrix(type, rows: 5, columns: 768)
        var random = SplitMix64(state: 71)
        let bias = random.floats(5)
        for count in [1, 3, 4, 5, 131] {
            let x = tokens(count, 768, &random)
            let y = try multiply(weights, x, count: count, fineFrom: fineFrom, bias: bias)
            let values = PlainQuantiser(fineFrom: fineFrom).values(x, columns: 768)
            let truth = sums(weights, values, count: count, bias: bias)
            for (index, (value, (sum, size))) in zip(y, truth).enumerated() {
                #expect(abs(Double(value) - sum) <= 2e-6 * size, "\(count) tokens, output \(index)")
            }
        }
    }

    @Test("all families give the same bits", arguments: types, finenesses)
    func familiesAgree(_ type: TensorType, fineFrom: Float) throws {
        let weights = try matrix(type, rows: 16, columns: 256)
        var random = SplitMix64(state: 72)
        let x = tokens(9, 256, &random)
        let results = try Self.own.map { kernels in
            try multiply(weights, x, count: 9, fineFrom: fineFrom, kernels: kernels).map(\.bitPattern)
        }
        for (kernels, result) in zip(Self.own, results) { #expect(result == results[0], "\(kernels)") }
    }

    @Test("columns that are no whole stretch, rows that are no whole panel", arguments: own)
    func shapes(_ kernels: KernelChoice) throws {
        for (rows, columns) in [(1, 32), (2, 288), (7, 544), (31, 128), (33, 96), (40, 64), (70, 32)] {
            let weights = try matrix(.q8_0, rows: rows, columns: columns)
            var random = SplitMix64(state: 73)
            let x = tokens(6, columns, &random)
            let y = try multiply(weights, x, count: 6, kernels: kernels)
            let values = PlainQuantiser(fineFrom: .infinity).values(x, columns: columns)
            let truth = sums(weights, values, count: 6, bias: nil)
            for (value, (sum, size)) in zip(y, truth) {
                #expect(abs(Double(value) - sum) <= 2e-6 * size, "\(rows) x \(columns)")
            }
        }
    }

    @Test(
        "the bits of a token do not depend on its batch or place in it", arguments: own, types)
    func batchInvariance(_ kernels: KernelChoice, _ type: TensorType) throws {
        let weights = try matrix(type, rows: 8, columns: 512)
        var random = SplitMix64(state: 74)
        let all = (0..<140).map { _ in tokens(1, 512, &random) }
        let alone = try all.map { try multiply(weights, $0, count: 1, fineFrom: 3, kernels: kernels) }
        // Blocks of all lengths that are drafted, and some that are longer than one pass.
        for count in kernels == .scalar ? [2, 7, 130] : Array(2...40) + [64, 127, 128, 129, 140] {
            let order = (0..<count).map { ($0 * 31 + count) % 140 }
            let y = try multiply(
                weights, order.flatMap { all[$0] }, count: count, fineFrom: 3, kernels: kernels)
            #expect(y.map(\.bitPattern) == order.flatMap { alone[$0] }.map(\.bitPattern), "\(count) tokens")
        }
    }

    @Test("inputs before leave nothing behind", arguments: own, [Float.infinity, 3])
    func inputsBefore(_ kernels: KernelChoice, fineFrom: Float) throws {
        let weights = try matrix(.q4_K, rows: 8, columns: 512)
        var random = SplitMix64(state: 77)
        let pool = ComputePool(threadCount: 1)
        let product = try MatrixProduct(
            pool: pool, maximumColumns: 512, maximumRows: 70, kernels: kernels, activations: .int8)
        _ = try run(product, pool, [weights], tokens(70, 512, &random), count: 70, fineFrom: 0)
        for count in [3, 20, 69] {
            let x = tokens(count, 512, &random)
            let y = try run(product, pool, [weights], x, count: count, fineFrom: fineFrom)[0]
            let alone = try multiply(weights, x, count: count, fineFrom: fineFrom, kernels: kernels)
            #expect(y.map(\.bitPattern) == alone.map(\.bitPattern), "\(count) tokens")
        }
    }

    @Test("matrices of one group are computed as each alone, on any number of threads")
    func groups() throws {
        let first = try matrix(.q8_0, rows: 100, columns: 32)
        let second = try matrix(.q4_1, rows: 37, columns: 32)
        let plain = try randomMatrix(rows: 50, columns: 32, seed: 75)
        var random = SplitMix64(state: 76)
        let x = tokens(5, 32, &random)
        let alone = try multiply(first, x, count: 5) + multiply(second, x, count: 5) + multiply(plain, x, count: 5)
        for threads in 1...3 {
            let pool = ComputePool(threadCount: threads)
            let product = try MatrixProduct(
                pool: pool, maximumColumns: 32, maximumRows: 5, kernels: Self.chosen(), activations: .int8)
            let y = try run(product, pool, [first, second, plain], x, count: 5)
            #expect(y.flatMap { $0 }.map(\.bitPattern) == alone.map(\.bitPattern), "\(threads) threads")
        }
    }

    @Test("numbers that are not finite make their token's outputs NaN, and no other's")
    func notFinite() throws {
        let weights = try matrix(.q8_0, rows: 3, columns: 64)
        for bad in [Float.nan, .infinity, -.infinity] {
            var x = [Float](repeating: 0.5, count: 128)
            x[70] = bad
            let y = try multiply(weights, x, count: 2)
            #expect(y[..<3].allSatisfy { $0.isFinite })
            #expect(y[3...].allSatisfy { $0.isNaN })
        }
    }

    @Test("zeros, subnormals and the largest numbers are quantised without harm", arguments: own)
    func extremes(_ kernels: KernelChoice) throws {
        let weights = try matrix(.q8_0, rows: 3, columns: 64)
        for magnitude in [Float(0), .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-30, 1e30] {
            let x = (0..<64).map { $0 % 3 == 0 ? -magnitude : magnitude }
            let y = try multiply(weights, x, count: 1, kernels: kernels)
            #expect(y.allSatisfy { $0.isFinite })
            if magnitude < 1e-31 { #expect(y.allSatisfy { $0 == 0 }) }
        }
    }

    @Test("OpenBLAS has float32 alone")
    func openBLAS() throws {
        let product = try MatrixProduct(
            pool: ComputePool(threadCount: 1), maximumColumns: 32, maximumRows: 1, kernels: .openblas,
            activations: .int8)
        #expect(product.activations == .float32)
    }

    // MARK: - Helpers

    /// Rows of the fixture's blocks, repeated where they do not suffice.
    private func matrix(_ type: TensorType, rows: Int, columns: Int) throws -> WeightMatrix {
        let blocks = try #require(DequantisationFixture.all.first { $0.type == type }).blocks
        let count = rows * columns / type.elementsPerBlock * type.bytesPerBlock
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += blocks }
        return try mappedMatrix(rows: rows, columns: columns, type: type, bytes: Array(bytes[..<count]))
    }

    /// Numbers of very different sizes, some of them zero.
    private func tokens(_ count: Int, _ columns: Int, _ random: inout SplitMix64) -> [Float] {
        (0..<count * columns).map { index in
            let value = random.float()
            return index % 37 == 0 ? value * 40 : index % 11 == 0 ? 0 : value
        }
    }

    private func multiply(
        _ weights: WeightMatrix, _ x: [Float], count: Int, fineFrom: Float = .infinity, bias: [Float]? = nil,
        kernels: KernelChoice? = nil
    ) throws -> [Float] {
        let pool = ComputePool(threadCount: 1)
        let product = try MatrixProduct(
            pool: pool, maximumColumns: weights.columns, maximumRows: count,
            kernels: kernels ?? Self.chosen(), activations: .int8)
        return try run(product, pool, [weights], x, count: count, fineFrom: fineFrom, bias: bias)[0]
    }

    private func run(
        _ product: MatrixProduct, _ pool: ComputePool, _ matrices: [WeightMatrix], _ x: [Float], count: Int,
        fineFrom: Float = .infinity, bias: [Float]? = nil
    ) throws -> [[Float]] {
        let columns = matrices[0].columns
        let packed = try PackedWeights(matrices, pool: pool, kernels: product.kernels)
        let outputs = matrices.map { UnsafeMutablePointer<Float>.allocate(capacity: count * $0.rows) }
        defer { for output in outputs { output.deallocate() } }
        let group = product.group(matrices.indices.map {
            ProductGroup.Part(matrices[$0], packed: packed[matrices[$0]], output: outputs[$0], bias: bias)
        })
        product.beginInput(columns: columns, fineFrom: fineFrom)
        x.withUnsafeBufferPointer { x in
            for row in 0..<count { product.setInput(row, x.baseAddress! + row * columns) }
            product.multiply(group, x.baseAddress!, count: count)
        }
        return zip(matrices, outputs).map { Array(UnsafeBufferPointer(start: $1, count: count * $0.rows)) }
    }

    /// Of each output, the sum and the sum of the magnitudes of its terms.
    private func sums(
        _ weights: WeightMatrix, _ x: [Double], count: Int, bias: [Float]?
    ) -> [(sum: Double, size: Double)] {
        let values = weights.values().map(Double.init)
        return (0..<count * weights.rows).map { output in
            let (token, row) = (output / weights.rows, output % weights.rows)
            var sum = Double(bias?[row] ?? 0)
            var size = abs(sum)
            for k in 0..<weights.columns {
                let term = values[row * weights.columns + k] * x[token * weights.columns + k]
                sum += term
                size += abs(term)
            }
            return (sum, size)
        }
    }
}

/// What a token row stands for after it is quantised, number by number.
struct PlainQuantiser {
    let fineFrom: Float

    func values(_ x: [Float], columns: Int) -> [Double] {
        stride(from: 0, to: x.count, by: columns).flatMap { row(Array(x[$0..<$0 + columns])) }
    }

    private func row(_ x: [Float]) -> [Double] {
        let rootMeanSquare = (x.reduce(0) { $0 + Double($1) * Double($1) } / Double(x.count)).squareRoot()
        return stride(from: 0, to: x.count, by: 16).flatMap { start in
            let numbers = x[start..<start + 16]
            return half(numbers, isFine: Double(numbers.map(abs).max()!) > Double(fineFrom) * rootMeanSquare)
        }
    }

    private func half(_ x: ArraySlice<Float>, isFine: Bool) -> [Double] {
        let steps: Float = isFine ? 127 * 128 : 127
        let top = x.map(abs).max()!
        let inverse = top > 0 ? steps / top : 0
        return x.map { Double(($0 * inverse).rounded(.toNearestOrEven)) * Double(top / 127) * Double(127 / steps) }
    }
}

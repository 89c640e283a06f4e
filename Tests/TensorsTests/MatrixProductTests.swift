import ModelFiles
import Tensors
import Testing

/// The kernels to try here, and nil: those that a process takes of itself, where matrices may have different routines.
private let choices: [KernelChoice?] = KernelChoice.available + [nil]

@Suite("Matrix products")
struct MatrixProductTests {
    @Test("agree with sums in double, whatever the shape", arguments: choices)
    func agreesWithBruteForce(_ kernels: KernelChoice?) throws {
        let pool = ComputePool(threadCount: 2)
        let product = try MatrixProduct(pool: pool, maximumColumns: 2_000, kernels: kernels)
        let shapes = [(1, 1), (3, 5), (4, 16), (5, 17), (130, 33), (7, 768), (9, 769), (66, 800), (2, 1_999)]
        for (rows, columns) in shapes {
            let weights = try randomMatrix(rows: rows, columns: columns, seed: UInt64(columns))
            var random = SplitMix64(state: 3)
            for count in [1, 2, 5, 6, 7, 49] {
                let x = random.floats(count * columns)
                let bias = random.floats(rows)
                let y = multiply(product, weights, x, count: count, bias: bias)
                let expected = bruteForce(weights, x, count: count, bias: bias)
                let worst = zip(y, expected).map { abs(Double($0) - $1) }.max() ?? 0
                #expect(worst < 2e-7 * Double(columns + 8), "\(rows)x\(columns), \(count) tokens")
            }
        }
    }

    @Test("the bits of a token do not depend on its batch or place in it", arguments: choices)
    func batchInvariance(_ kernels: KernelChoice?) throws {
        let pool = ComputePool(threadCount: 1)
        let product = try MatrixProduct(pool: pool, maximumColumns: 1_600, kernels: kernels)
        for (rows, columns) in [(10, 800), (67, 37), (67, 800)] {
            let weights = try randomMatrix(rows: rows, columns: columns, seed: 11)
            var random = SplitMix64(state: 12)
            let tokens = (0..<70).map { _ in random.floats(columns) }
            let alone = tokens.map { multiply(product, weights, $0, count: 1) }
            for count in kernels == .scalar ? [2, 7, 13, 49, 70] : Array(1...70) {
                let order = (0..<count).map { ($0 * 31 + count) % 70 }
                let y = multiply(product, weights, order.flatMap { tokens[$0] }, count: count)
                let expected = order.flatMap { alone[$0] }
                #expect(y.map(\.bitPattern) == expected.map(\.bitPattern), "\(count) tokens of \(columns)")
            }
        }
    }

    @Test("nor on that of weights of any type", arguments: choices, TensorType.allCases)
    func batchInvariance(_ kernels: KernelChoice?, _ type: TensorType) throws {
        guard let fixture = DequantisationFixture.all.first(where: { $0.type == type }) else { return }
        let weights = try mappedMatrix(rows: 8, columns: 512, type: type, bytes: fixture.blocks)
        let product = try MatrixProduct(pool: ComputePool(threadCount: 1), maximumColumns: 512, kernels: kernels)
        var random = SplitMix64(state: 42)
        let tokens = (0..<40).map { _ in random.floats(512) }
        let alone = tokens.map { multiply(product, weights, $0, count: 1) }
        for count in kernels == .scalar ? [2, 7, 40] : Array(2...40) {
            let y = multiply(product, weights, tokens[..<count].flatMap { $0 }, count: count)
            #expect(y.map(\.bitPattern) == alone[..<count].flatMap { $0 }.map(\.bitPattern), "\(count) tokens")
        }
    }

    @Test("a batch longer than one pass gives each token the bits it has alone", arguments: choices)
    func longBatch(_ kernels: KernelChoice?) throws {
        let product = try MatrixProduct(pool: ComputePool(threadCount: 1), maximumColumns: 64, kernels: kernels)
        let weights = try randomMatrix(rows: 2, columns: 64, seed: 15)
        var random = SplitMix64(state: 16)
        let tokens = (0..<525).map { _ in random.floats(64) }
        let y = multiply(product, weights, tokens.flatMap { $0 }, count: tokens.count)
        let alone = tokens.flatMap { multiply(product, weights, $0, count: 1) }
        #expect(y.map(\.bitPattern) == alone.map(\.bitPattern))
    }

    @Test("the bits do not depend on the threads", arguments: choices)
    func threadInvariance(_ kernels: KernelChoice?) throws {
        let weights = try randomMatrix(rows: 200, columns: 96, seed: 21)
        var random = SplitMix64(state: 22)
        let x = random.floats(5 * 96)
        let results = try [1, 2, 3].map { threads in
            let pool = ComputePool(threadCount: threads)
            let product = try MatrixProduct(pool: pool, maximumColumns: 96, kernels: kernels)
            return multiply(product, weights, x, count: 5).map(\.bitPattern)
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
    }

    @Test("all families of own kernels give the same bits")
    func familiesAgree() throws {
        let own = KernelChoice.available.filter { $0 != .openblas }
        let pool = ComputePool(threadCount: 1)
        for (rows, columns) in [(6, 1_543), (5, 31), (4, 768)] {
            let weights = try randomMatrix(rows: rows, columns: columns, seed: 31)
            var random = SplitMix64(state: 32)
            let x = random.floats(8 * columns)
            let results = try own.map { kernels in
                let product = try MatrixProduct(pool: pool, maximumColumns: columns, kernels: kernels)
                return multiply(product, weights, x, count: 8).map(\.bitPattern)
            }
            for (kernels, result) in zip(own, results) { #expect(result == results[0], "\(kernels)") }
        }
    }

    @Test("quantised weights give the product of their dequantised values", arguments: TensorType.allCases)
    func quantisedWeights(_ type: TensorType) throws {
        guard let fixture = DequantisationFixture.all.first(where: { $0.type == type }) else { return }
        let weights = try mappedMatrix(rows: 8, columns: 512, type: type, bytes: fixture.blocks)
        var random = SplitMix64(state: 41)
        let x = random.floats(3 * 512)
        let product = try MatrixProduct(pool: ComputePool(threadCount: 1), maximumColumns: 512)
        let y = multiply(product, weights, x, count: 3)
        let expected = bruteForce(weights, x, count: 3, bias: nil)
        let scale = weights.values().map { Double(abs($0)) }.max() ?? 0
        for (value, truth) in zip(y, expected) { #expect(abs(Double(value) - truth) <= 1e-4 * scale) }
    }

    @Test("strides leave what lies between rows alone")
    func strides() throws {
        let weights = try randomMatrix(rows: 5, columns: 20, seed: 51)
        var random = SplitMix64(state: 52)
        let x = random.floats(3 * 30)
        var y = [Float](repeating: 99, count: 3 * 8)
        let product = try MatrixProduct(pool: ComputePool(threadCount: 1), maximumColumns: 64)
        product.multiply(weights, x, count: 3, into: &y, xStride: 30, yStride: 8)
        for token in 0..<3 {
            let alone = multiply(product, weights, Array(x[token * 30..<token * 30 + 20]), count: 1)
            #expect(Array(y[token * 8..<token * 8 + 5]) == alone)
            #expect(y[token * 8 + 5..<token * 8 + 8].allSatisfy { $0 == 99 })
        }
    }

    @Test("nothing to do for no tokens; NaN goes through; neighbours stay clean")
    func edges() throws {
        let weights = try randomMatrix(rows: 5, columns: 20, seed: 61)
        let product = try MatrixProduct(pool: ComputePool(threadCount: 1), maximumColumns: 20)
        var untouched: [Float] = [1]
        product.multiply(weights, [], count: 0, into: &untouched)
        #expect(untouched == [1])
        var x = [Float](repeating: 1, count: 40)
        x[3] = .nan
        let y = multiply(product, weights, x, count: 2)
        #expect(y[..<5].allSatisfy { $0.isNaN })
        #expect(y[5...].allSatisfy { $0.isFinite })
    }

    private func multiply(
        _ product: MatrixProduct, _ weights: WeightMatrix, _ x: [Float], count: Int, bias: [Float]? = nil
    ) -> [Float] {
        var y = [Float](repeating: .nan, count: count * weights.rows)
        if let bias {
            product.multiply(weights, x, count: count, into: &y, bias: bias)
        } else {
            product.multiply(weights, x, count: count, into: &y)
        }
        return y
    }

    private func bruteForce(_ weights: WeightMatrix, _ x: [Float], count: Int, bias: [Float]?) -> [Double] {
        let values = weights.values().map(Double.init)
        let inputs = x.map(Double.init)
        let columns = weights.columns
        var y: [Double] = []
        for token in 0..<count {
            for row in 0..<weights.rows {
                var sum = 0.0
                for k in 0..<columns { sum += values[row * columns + k] * inputs[token * columns + k] }
                y.append(sum + Double(bias?[row] ?? 0))
            }
        }
        return y
    }
}

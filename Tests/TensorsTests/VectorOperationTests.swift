import CKernels
import Glibc
import Testing

private let lengths = [0, 1, 2, 3, 15, 16, 17, 31, 63, 64, 65, 80, 127, 300]

@Suite("Vector operations")
struct VectorOperationTests {
    @Test("exp is within 2e-7 of the truth, to both ends of its range", arguments: Family.available)
    func exponential(_ family: Family) {
        let x = stride(from: Float(-104), through: 89, by: 0.0173).map { $0 } + [-0.0, 1e-30, 88.72]
        var y = [Float](repeating: 0, count: x.count)
        family.table.exponential(x, Int64(x.count), &y)
        for (argument, value) in zip(x, y) {
            let truth = exp(Double(argument))
            if truth > Double(Float.greatestFiniteMagnitude) {
                #expect(value == .infinity)
            } else {
                // Below the normal range the spacing of floats, not the relative error, is the limit.
                #expect(abs(Double(value) - truth) <= max(2e-7 * truth, 1.5e-45), "exp(\(argument))")
            }
        }
        var special: [Float] = [.infinity, -.infinity, .nan, -1_000, 1_000]
        family.table.exponential(special, 5, &special)
        #expect(special[0] == .infinity && special[1] == 0 && special[2].isNaN)
        #expect(special[3] == 0 && special[4] == .infinity)
    }

    @Test("soft caps: tanh is within 3e-7 of the truth", arguments: Family.available)
    func softCap(_ family: Family) {
        let small = (0..<400).map { powf(1.25, Float(-$0)) }
        let special: [Float] = [200, -3e38, 0, Float(bitPattern: 7)]
        let x = stride(from: Float(-11), through: 11, by: 0.00037).map { $0 } + small + special
        var y = x
        family.table.soft_cap(&y, Int64(y.count), 1)
        for (argument, value) in zip(x, y) {
            let truth = tanh(Double(argument))
            #expect(abs(Double(value) - truth) <= max(3e-7 * abs(truth), 1.5e-45), "tanh(\(argument))")
        }
        var ends: [Float] = [.infinity, -.infinity, .nan, -0.0]
        family.table.soft_cap(&ends, 4, 30)
        #expect(ends[0] == 30 && ends[1] == -30 && ends[2].isNaN && ends[3].sign == .minus)
        check(family, scale: 90) { table, a, _, n in
            var y = a
            table.soft_cap(&y, Int64(n), 30)
            return (y, a.map { 30 * tanh(Double($0) / 30) })
        }
    }

    /// Every number of binary16, what lies half-way to the next and just beside that, and any other bits.
    @Test("binary16 as Swift rounds it, above its range the largest", arguments: Family.available)
    func halves(_ family: Family) {
        let halves = (0..<UInt16(0x7c00)).map { Float(Float16(bitPattern: $0)) }
        let borders = zip(halves, halves.dropFirst()).flatMap { low, high in
            let middle = (low + high) / 2
            return [low, middle.nextDown, middle, middle.nextUp]
        }
        var random = SplitMix64(state: 11)
        let others = (0..<100_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
        let ends: [Float] = [65_504, 65_519, 65_520, 1e30, .infinity, .nan, Float.leastNonzeroMagnitude]
        let x = (borders + others + ends).flatMap { [$0, -$0] }
        var out = [UInt16](repeating: 1, count: x.count)
        family.table.store_halves(x, Int64(x.count), 1, &out)
        var wrong = 0
        for (number, bits) in zip(x, out) {
            let half = Float16(bitPattern: bits), truth = Float16(max(-65_504, min(65_504, number)))
            let isRight = number.isNaN ? half.isNaN : half.bitPattern == truth.bitPattern
            if !isRight { wrong += 1 }
        }
        #expect(wrong == 0, "of \(x.count)")
        for length in lengths {
            var spread = [UInt16](repeating: 7, count: length * 3 + 1)
            family.table.store_halves(x, Int64(length), 3, &spread)
            for index in spread.indices {
                #expect(spread[index] == (index % 3 == 0 && index < 3 * length ? out[index / 3] : 7), "\(length)")
            }
        }
    }

    @Test("rms norm", arguments: Family.available)
    func rmsNorm(_ family: Family) {
        check(family) { table, a, b, n in
            var out = [Float](repeating: 0, count: n)
            table.rms_norm(a, b, Int64(n), 1e-6, &out)
            let mean = n == 0 ? 0 : a.map { Double($0) * Double($0) }.reduce(0, +) / Double(n)
            return (out, zip(a, b).map { Double($0) / (mean + 1e-6).squareRoot() * Double($1) })
        }
    }

    @Test("silu and gelu gates", arguments: Family.available)
    func gates(_ family: Family) {
        check(family, scale: 9) { table, a, b, n in
            var out = [Float](repeating: 0, count: n)
            table.silu_multiply(a, b, Int64(n), &out)
            return (out, zip(a, b).map { Double($0) / (1 + exp(-Double($0))) * Double($1) })
        }
        check(family, scale: 9) { table, a, b, n in
            var out = [Float](repeating: 0, count: n)
            table.gelu_multiply(a, b, Int64(n), &out)
            return (out, zip(a, b).map { gate, up in
                let x = Double(gate)
                return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) * Double(up)
            })
        }
    }

    @Test("dot products", arguments: Family.available)
    func dots(_ family: Family) {
        check(family) { table, a, b, n in
            ([table.dot(a, b, Int64(n))], [zip(a, b).map { Double($0) * Double($1) }.reduce(0, +)])
        }
    }

    @Test("sums and products by a number", arguments: Family.available)
    func sums(_ family: Family) {
        check(family) { table, a, b, n in
            var y = b
            table.add(a, Int64(n), &y)
            table.scale(2, Int64(n), &y)
            return (y, zip(a, b).map { 2 * (Double($0) + Double($1)) })
        }
    }

    @Test("log-sum-exp", arguments: Family.available)
    func logSumExp(_ family: Family) {
        check(family, scale: 30) { table, a, _, n in
            guard n > 0 else { return ([], []) }
            let top = a.map(Double.init).max() ?? 0
            let truth = top + log(a.map { exp(Double($0) - top) }.reduce(0, +))
            let value = table.log_sum_exp(a, Int64(n))
            #expect(abs(value - truth) < 1e-6)
            return ([Float(value)], [truth])
        }
        #expect(family.table.log_sum_exp([], 0) == -.infinity)
        #expect(family.table.log_sum_exp([-.infinity, .nan], 2).isNaN)
        #expect(family.table.log_sum_exp([0, .nan], 2).isNaN)
        #expect(family.table.log_sum_exp([0, .infinity], 2) == .infinity)
    }

    @Test("rotary positions turn pairs by their angle", arguments: Family.available)
    func rotations(_ family: Family) {
        let angles: [Float] = (0..<20).map { Float($0) * 0.3 }
        let cosines = angles.map { cosf($0) }
        let sines = angles.map { sinf($0) }
        var random = SplitMix64(state: 5)
        let x = random.floats(40)
        var halves = x
        var pairs = x
        family.table.rotate_halves(&halves, cosines, sines, 20)
        family.table.rotate_pairs(&pairs, cosines, sines, 20)
        for i in 0..<20 {
            let (c, s) = (cosines[i], sines[i])
            #expect(abs(halves[i] - (x[i] * c - x[i + 20] * s)) < 1e-6)
            #expect(abs(halves[i + 20] - (x[i] * s + x[i + 20] * c)) < 1e-6)
            #expect(abs(pairs[2 * i] - (x[2 * i] * c - x[2 * i + 1] * s)) < 1e-6)
            #expect(abs(pairs[2 * i + 1] - (x[2 * i] * s + x[2 * i + 1] * c)) < 1e-6)
        }
    }

    @Test("largest entry: the first of equals, never NaN", arguments: Family.available)
    func maximum(_ family: Family) {
        let largest = { (x: [Float]) in family.table.index_of_maximum(x, Int64(x.count)) }
        #expect(largest([]) == -1)
        #expect(largest([.nan]) == -1)
        #expect(largest([1, 3, .nan, 3]) == 1)
        #expect(largest([-.infinity, -.infinity]) == 0)
        var random = SplitMix64(state: 6)
        for n in lengths where n > 0 {
            let x = random.floats(n)
            #expect(largest(x) == Int64(x.firstIndex(of: x.max() ?? 0) ?? -1))
        }
    }

    /// Runs `operation` on random vectors of many lengths: near the truth, and the bits of the scalar twin.
    private func check(
        _ family: Family, scale: Float = 1,
        _ operation: (a1_kernel_table, [Float], [Float], Int) -> (found: [Float], truth: [Double])
    ) {
        var random = SplitMix64(state: 1)
        for n in lengths {
            let a = random.floats(n).map { $0 * scale }
            let b = random.floats(n)
            let (found, truth) = operation(family.table, a, b, n)
            #expect(found.count == truth.count)
            for (value, expected) in zip(found, truth) {
                #expect(abs(Double(value) - expected) <= 1e-6 * max(1, abs(expected)), "length \(n)")
            }
            let twin = operation(Family(name: "scalar").table, a, b, n).found
            #expect(found.map(\.bitPattern) == twin.map(\.bitPattern), "length \(n)")
        }
    }
}

import CKernels
import ModelFiles
import Tensors
import Testing

@Suite("Dequantisation")
struct DequantisationTests {
    @Test("random blocks give the bits of the gguf Python package", arguments: Family.available)
    func agreesWithPythonPackage(_ family: Family) {
        for fixture in DequantisationFixture.all {
            let values = dequantized(fixture, family)
            let shown = DequantisationFixture.shownIndexes.map { values[$0].bitPattern }
            #expect(shown == fixture.shown, "\(fixture.type.name)")
            #expect(hash(values) == fixture.hash, "\(fixture.type.name)")
        }
    }

    @Test("every type but F32 has a fixture, and every type a kernel")
    func coversAllTypes() {
        #expect(Set(DequantisationFixture.all.map(\.type)).union([.f32]) == Set(TensorType.allCases))
        for type in TensorType.allCases {
            let block = [UInt8](repeating: 0, count: type.bytesPerBlock)
            var out = [Float](repeating: 1, count: type.elementsPerBlock)
            #expect(a1_dequantize(type.rawValue, block, Int64(type.elementsPerBlock), &out))
            #expect(out.allSatisfy { $0 == 0 } || type == .q3_K || type == .iq4_nl || type == .iq4_xs)
        }
    }

    @Test("an unknown type writes nothing", arguments: Family.available)
    func refusesUnknownType(_ family: Family) {
        var out: [Float] = [7]
        #expect(!family.table.dequantize(99, [0, 0, 0, 0] as [UInt8], 1, &out))
        #expect(out == [7])
    }

    @Test("half precision: every bit pattern", arguments: Family.available)
    func convertsEveryHalf(_ family: Family) {
        let halves = (0...UInt16.max).map(\.littleEndian)
        var out = [Float](repeating: 0, count: halves.count)
        #expect(family.table.dequantize(TensorType.f16.rawValue, halves, Int64(halves.count), &out))
        for (bits, value) in zip(UInt16(0)...UInt16.max, out) {
            let expected = Self.valueOfHalf(bits)
            #expect(expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern, "\(bits)")
        }
    }

    /// The definition of IEEE 754 binary16.
    private static func valueOfHalf(_ bits: UInt16) -> Float {
        let exponent = Int(bits >> 10) & 31
        let fraction = Float(bits & 1_023)
        let magnitude: Float =
            switch exponent {
            case 0: fraction * Float(sign: .plus, exponent: -24, significand: 1)
            case 31: fraction == 0 ? .infinity : .nan
            default: (1_024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
            }
        return bits >> 15 == 1 ? -magnitude : magnitude
    }

    private func dequantized(_ fixture: DequantisationFixture, _ family: Family) -> [Float] {
        var values = [Float](repeating: .nan, count: DequantisationFixture.count)
        let known = family.table.dequantize(
            fixture.type.rawValue, fixture.blocks, Int64(DequantisationFixture.count), &values)
        #expect(known)
        return values
    }

    private func hash(_ values: [Float]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for value in values {
            for shift in stride(from: 0, to: 32, by: 8) {
                hash = (hash ^ UInt64((value.bitPattern >> UInt32(shift)) & 255)) &* 0x100_0000_01b3
            }
        }
        return hash
    }
}

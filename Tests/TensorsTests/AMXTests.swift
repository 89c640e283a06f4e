import CKernels
import Glibc
import Tensors
import Testing

/// Tiles (amx_body.h), by emulated instructions everywhere and by real ones where there are any.
@Suite("Products on tiles")
struct AMXTests {
    private static let tables = ["amx_emulated", "amx"].filter { (name: String) in a1_kernels_named(name) != nil }

    @Test(
        "this processor's own instructions",
        .enabled(if: a1_kernels_named("amx") != nil, "this processor has no AMX"))
    func realInstructions() {
        #expect(KernelChoice.available.contains(.amx))
        var sum: [Int32] = [1]
        #expect(a1_tile_product(false, 1, 1, 1, [2, 3, 4, 5] as [Int8], 4, [1, 1, 1, -1] as [Int8], 4, &sum, 4))
        #expect(sum == [5])
    }

    @Test("the emulation is for tests alone")
    func choices() {
        #expect(KernelChoice(rawValue: "amx_emulated") == nil)
        #expect(a1_kernels_named("amx_emulated") != nil)
        #expect(KernelChoice.available.contains(.amx) == (a1_kernels_named("amx") != nil))
        #expect(a1_kernels_named("amx") == nil || a1_kernels_requested() != nil || nameInUse() == "amx")
    }

    @Test("a product of tiles is the naive one, and touches no other memory", arguments: tables)
    func tileProduct(_ table: String) {
        var random = SplitMix64(state: 81)
        for (rows, columns, quads) in [(16, 16, 16), (16, 16, 4), (1, 1, 1), (3, 16, 4), (16, 5, 2), (7, 9, 11)] {
            let (leftStride, rightStride, stride) = (4 * quads + 3, 4 * columns + 5, columns + 2)
            let left = bytes(rows * leftStride, &random)
            let right = bytes(quads * rightStride, &random)
            let before = (0..<rows * stride).map { _ in Int32(truncatingIfNeeded: random.next()) }
            var sums = before
            let isDone = a1_tile_product(
                table == "amx_emulated", Int32(rows), Int32(columns), Int32(quads), left, Int64(leftStride), right,
                Int64(rightStride), &sums, Int64(4 * stride))
            #expect(isDone)
            var truth = before
            for row in 0..<rows {
                for column in 0..<columns {
                    for k in 0..<4 * quads {
                        let weight = right[k / 4 * rightStride + 4 * column + k % 4]
                        truth[row * stride + column] &+= Int32(left[row * leftStride + k]) * Int32(weight)
                    }
                }
            }
            #expect(sums == truth, "\(rows) x \(columns), \(quads) quads")
        }
    }

    private func nameInUse() -> String { String(cString: a1_kernels().pointee.name) }

    private func bytes(_ count: Int, _ random: inout SplitMix64) -> [Int8] {
        (0..<count).map { _ in Int8(truncatingIfNeeded: random.next()) }
    }
}

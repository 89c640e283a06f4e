import CKernels
import ModelFiles
import Tensors
import Testing

@Suite("What the machine can do")
struct MachinePeaksTests {
    @Test("the loops do what they count, and read every word")
    func loops() {
        #expect(a1_peak_float_operations(20) == 2 * a1_peak_float_operations(10))
        #expect(a1_peak_float_operations(10) > 0)
        #expect(a1_peak_byte_operations(100) > 0)
        #expect(["amx", "avx512-vnni", "avx2", "plain"].contains(MachinePeaks.byteInstructions))
        var random = SplitMix64(state: 1)
        for count in [0, 128, 1_024] {
            let words = (0..<count).map { _ in random.next() }
            let sum = words.withUnsafeBytes { a1_peak_read($0.baseAddress, Int64($0.count)) }
            #expect(sum == words.reduce(0, ^))
        }
    }

    @Test("a limit is the longer of reading and computing, each at its peak")
    func limit() {
        let peaks = MachinePeaks(
            readBytesPerSecond: 100, floatOperationsPerSecond: 1_000, byteOperationsPerSecond: 4_000)
        let layers = MatrixSizes(byteCount: 500, quantisedWeights: 800, floatWeights: 200)
        var work = MachineWork()
        work.add(layers, times: 3, rows: 1, isExact: false)
        #expect(work.readBytes == 1_500)
        #expect((work.byteOperations, work.floatOperations) == (1_600, 400))
        #expect(work.operations == 2_000)
        #expect(work.leastSeconds(peaks) == 15)
        work.add(layers, times: 0, rows: 49, isExact: false)
        #expect(work.leastSeconds(peaks) == 40, "20 s for the int8 products and as many for the others")
        var exact = MachineWork()
        exact.add(layers, times: 3, rows: 50, isExact: true)
        #expect((exact.byteOperations, exact.floatOperations) == (0, 100_000))
        #expect(exact.leastSeconds(peaks) == 100)
    }

    @Test("weights are counted by what they are stored as")
    func sizes() throws {
        let file = TemporaryFile([UInt8](repeating: 0, count: 1_000))
        let mapped = try MappedFile(path: file.path)
        func matrix(_ type: TensorType, _ bytes: Int) throws -> WeightMatrix {
            try WeightMatrix(
                TensorEntry(name: "w", shape: [64, 2], type: type, offset: 0, byteCount: bytes), in: mapped)
        }
        let all = MatrixSizes([try matrix(.q8_0, 136), try matrix(.f16, 256), try matrix(.f32, 512)])
        #expect(all == MatrixSizes(byteCount: 904, quantisedWeights: 128, floatWeights: 256))
        #expect(MatrixSizes([]) == MatrixSizes())
    }
}

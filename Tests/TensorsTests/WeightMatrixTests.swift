import ModelFiles
import Tensors
import Testing

@Suite("Weight matrices")
struct WeightMatrixTests {
    private func refusal(_ shape: [Int], _ type: TensorType, offset: Int, byteCount: Int) throws -> TensorError? {
        let file = TemporaryFile([UInt8](repeating: 0, count: 1_000))
        let mapped = try MappedFile(path: file.path)
        let entry = TensorEntry(name: "w", shape: shape, type: type, offset: offset, byteCount: byteCount)
        do throws(TensorError) {
            _ = try WeightMatrix(entry, in: mapped)
            return nil
        } catch {
            return error
        }
    }

    @Test("an entry that does not fit its file, shape or type is refused")
    func refusesWrongEntries() throws {
        #expect(try refusal([8, 4], .f32, offset: 0, byteCount: 128) == nil)
        #expect(try refusal([8], .f32, offset: 968, byteCount: 32) == nil)
        #expect(try refusal([8], .f32, offset: 969, byteCount: 32)
            == .outsideFile(tensor: "w", offset: 969, byteCount: 32, fileBytes: 1_000))
        #expect(try refusal([8], .f32, offset: -4, byteCount: 32)
            == .outsideFile(tensor: "w", offset: -4, byteCount: 32, fileBytes: 1_000))
        #expect(try refusal([2, 2, 2], .f32, offset: 0, byteCount: 32) == .notAMatrix(tensor: "w", shape: [2, 2, 2]))
        #expect(try refusal([], .f32, offset: 0, byteCount: 0) == .notAMatrix(tensor: "w", shape: []))
        #expect(try refusal([0], .f32, offset: 0, byteCount: 0) == .notAMatrix(tensor: "w", shape: [0]))
        #expect(try refusal([16], .q8_0, offset: 0, byteCount: 17)
            == .partialBlock(tensor: "w", columns: 16, type: .q8_0))
        #expect(try refusal([32], .q8_0, offset: 0, byteCount: 33)
            == .wrongByteCount(tensor: "w", expected: 34, found: 33))
        #expect(try refusal([Int.max], .f32, offset: 0, byteCount: 33)
            == .wrongByteCount(tensor: "w", expected: .max, found: 33))
        #expect(try refusal([1 << 32, 1 << 32], .f32, offset: 0, byteCount: 0)
            == .wrongByteCount(tensor: "w", expected: .max, found: 0))
    }

    @Test("a row by itself equals the row of the whole")
    func rows() throws {
        let weights = try randomMatrix(rows: 3, columns: 5, seed: 1)
        let all = weights.values()
        var row = [Float](repeating: 0, count: 5)
        weights.dequantizeRow(1, into: &row)
        #expect(row == Array(all[5..<10]))
    }
}

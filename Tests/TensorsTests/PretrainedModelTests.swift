import ModelFiles
import Tensors
import Testing

@Suite("Pretrained models")
struct PretrainedModelTests {
    @Test("their weights are finite", .enabled(if: !modelFiles.isEmpty, "no models in A1_MODELS or the cache"))
    func weightsAreSane() throws {
        for path in modelFiles {
            let mapped = try MappedFile(path: path)
            let model = try ModelFile.parse(mapped.bytes)
            #expect(!model.tensors.isEmpty)
            for entry in model.tensors {
                let weights = try WeightMatrix(entry, in: mapped)
                var row = [Float](repeating: .nan, count: weights.columns)
                for index in Set([0, weights.rows / 2, weights.rows - 1]) {
                    weights.dequantizeRow(index, into: &row)
                    #expect(row.allSatisfy { $0.isFinite && abs($0) < 100_000 }, "\(path) \(entry.name)")
                }
            }
        }
    }
}

import ModelFiles
import Tensors

/// Takes tensors out of a model's files, checks their shapes, and knows which were not taken.
final class TensorReader {
    /// All norms and biases of a model as float32. The largest in use take about 17 MB.
    static let maximumVectorBytes = 64 << 20

    private let files: MappedModel
    private var taken: Set<String> = []
    private var vectorBytes = 0

    init(_ files: MappedModel) {
        self.files = files
    }

    /// `[rows][columns]`, of the tensor `name.weight`.
    func matrix(_ name: String, rows: Int, columns: Int) throws(TransformerError) -> WeightMatrix {
        try take(name + ".weight", shape: [columns, rows])
    }

    func vector(_ name: String, count: Int) throws(TransformerError) -> [Float] {
        let matrix = try take(name, shape: [count])
        // No overflow: the file holds the vector, if perhaps in fewer bytes.
        vectorBytes += count * MemoryLayout<Float>.stride
        guard vectorBytes <= Self.maximumVectorBytes else {
            throw .vectorsTooLarge(tensor: name, limit: Self.maximumVectorBytes)
        }
        return matrix.values()
    }

    func optionalVector(_ name: String, count: Int) throws(TransformerError) -> [Float]? {
        files.tensor(name) == nil ? nil : try vector(name, count: count)
    }

    /// Refuses a file with tensors that nobody has taken.
    func refuseRest(_ architecture: Architecture) throws(TransformerError) {
        guard let rest = files.tensors.first(where: { !taken.contains($0.name) }) else { return }
        throw .unusedTensor(rest.name, architecture: architecture.name)
    }

    private func take(_ name: String, shape: [Int]) throws(TransformerError) -> WeightMatrix {
        guard let (entry, file) = files.tensor(name) else { throw .modelFile(.missingTensor(name)) }
        guard entry.shape == shape else {
            throw .wrongShape(tensor: name, shape: entry.shape, expected: shape)
        }
        taken.insert(name)
        do { return try WeightMatrix(entry, in: file) } catch { throw .unusableTensor(name, error) }
    }
}

import ModelFiles
import Tensors

/// A model ready to run: its numbers and its weights, which stay in the mapped file.
public struct TransformerModel: Sendable {
    public let configuration: ModelConfiguration
    /// Tokens the model knows; ids run from 0.
    public var vocabularySize: Int { weights.embedding.rows }

    let architecture: Architecture
    let weights: TransformerWeights

    /// Takes the model out of a parsed file. Throws an error that names the key or tensor at fault.
    public init(_ file: ModelFile, in mapped: MappedFile) throws(TransformerError) {
        let name: String
        do { name = try file.metadata.string("general.architecture") } catch { throw .modelFile(error) }
        architecture = try Architecture.named(name)
        configuration = try ModelConfiguration(file.metadata, architecture)
        weights = try TransformerWeights(file, in: mapped, configuration, architecture)
    }
}

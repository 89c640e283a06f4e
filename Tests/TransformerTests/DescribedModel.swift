import Foundation
import ModelFiles
import TestSupport

/// A model of `Tests/Fixtures/random-models.json`: what its file says, and the log-probabilities it must give.
///
/// The values follow from the seed as `random_models.py` has it, so that no weights lie in the project.
struct DescribedModel: Decodable, CustomStringConvertible {
    struct Tensor: Decodable {
        /// `*` stands for the number of each layer.
        var name: String
        /// Fastest dimension first.
        var shape: [Int]
        var type: String
        /// Values are within `spread` of `centre`; in quantised types these are the scales of each block.
        var centre: Float
        var spread: Float
    }

    var name: String
    var architecture: String
    var seed: UInt64
    var layers: Int
    var integers: [String: UInt32]
    var reals: [String: Float]
    var strings: [String: String]
    var rotaryFactors: [Float]?
    var tensors: [Tensor]
    var ids: [Int32]
    /// Of tokens 1...
    var logprobs: [Double]
    /// Of the whole vocabulary, after the last token.
    var last: [Double]

    var description: String { name }

    var isQuantised: Bool { tensors.contains { !["F32", "F16", "BF16"].contains($0.type) } }

    static let file = TestFiles.packageRoot.appendingPathComponent("Tests/Fixtures/random-models.json")

    static let all: [DescribedModel] = {
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([DescribedModel].self, from: data)) ?? []
    }()

    /// The model's file, ready to be written.
    func writer() -> ModelFileWriter {
        var metadata = [("general.architecture", MetadataValue.string(architecture))]
        metadata += integers.map { ("\(architecture).\($0)", .uint32($1)) }
        metadata += reals.map { ("\(architecture).\($0)", .float32($1)) }
        metadata += strings.map { ("\(architecture).\($0)", .string($1)) }
        var random = SeededGenerator(seed: seed)
        var written = tensors.filter { !$0.isOfLayers }.map { $0.written(layer: 0, &random) }
        for layer in 0..<layers {
            written += tensors.filter(\.isOfLayers).map { $0.written(layer: layer, &random) }
        }
        if let rotaryFactors {
            written.append(.init(name: "rope_freqs.weight", shape: [rotaryFactors.count], values: rotaryFactors))
        }
        return ModelFileWriter(metadata: metadata, tensors: written)
    }
}

extension DescribedModel.Tensor {
    fileprivate var isOfLayers: Bool { name.contains("*") }

    fileprivate func written(layer: Int, _ random: inout SeededGenerator) -> ModelFileWriter.Tensor {
        let name = name.replacingOccurrences(of: "*", with: "\(layer)")
        let type = TensorType.allCases.first { $0.name == self.type }!
        let bytes: [UInt8] = switch type {
        case .f32: values(&random).flatMap { Self.bytes($0.bitPattern) }
        case .bf16: values(&random).flatMap { Self.bytes(UInt16($0.bitPattern >> 16)) }
        default: blocks(type, &random)
        }
        return ModelFileWriter.Tensor(name: name, shape: shape, type: type, bytes: bytes)
    }

    private func values(_ random: inout SeededGenerator) -> [Float] {
        (0..<shape.reduce(1, *)).map { _ in centre + spread * (Float(random.next() >> 40) * 0x1p-23 - 1) }
    }

    /// Random bytes, with the scales of each block set.
    private func blocks(_ type: TensorType, _ random: inout SeededGenerator) -> [UInt8] {
        let count = shape.reduce(1, *) / type.elementsPerBlock * type.bytesPerBlock
        var bytes = (0..<(count + 7) / 8).flatMap { _ in Self.bytes(random.next()) }
        bytes.removeLast(bytes.count - count)
        let scales: [(place: Int, scale: Float)] = switch type {
        case .q4_K: [(0, spread), (2, centre)]
        case .q6_K: [(208, spread)]
        default: [(0, spread)]
        }
        for start in stride(from: 0, to: count, by: type.bytesPerBlock) {
            for (place, scale) in scales {
                bytes.replaceSubrange(start + place..<start + place + 2, with: Self.bytes(Float16(scale).bitPattern))
            }
        }
        return bytes
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

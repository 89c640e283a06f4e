import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Transformer

/// Models in several files, as llama.cpp's gguf-split writes them.
@Suite struct SplitModelTests {
    /// Writes the parts beside each other into a folder of their own and opens the first, then removes them: what
    /// is mapped stays.
    private func open<Model>(_ parts: [ModelFileWriter], _ open: (String) throws -> Model) throws -> Model {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("split-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (index, part) in parts.enumerated() {
            let name = String(format: "m-%05d-of-%05d.gguf", index + 1, parts.count)
            try Data(part.bytes()).write(to: folder.appendingPathComponent(name))
        }
        let first = String(format: "m-%05d-of-%05d.gguf", 1, parts.count)
        return try open(folder.appendingPathComponent(first).path)
    }

    private func writer(_ model: RandomModel = RandomModel.samples[0]) -> ModelFileWriter {
        ModelFileWriter(metadata: model.metadata(), tensors: model.tensors())
    }

    @Test(arguments: RandomModel.samples.indices)
    func logitsAreThoseOfTheWholeFileToTheBit(sample: Int) throws {
        let random = RandomModel.samples[sample]
        let count = random.tensors().count
        var generator = SeededGenerator(seed: 3)
        let tokens = (0..<20).map { _ in Int32.random(in: 0..<Int32(random.vocabulary), using: &generator) }
        let piece = SequenceRunner.Piece(tokens: tokens[...], blocks: [3, 1])
        let whole = try SequenceRunner(random.load()).run([piece])
        for counts in [[count - 1, 1], [0, 1, 0, count - 3, 2]] {
            let model = try open(writer(random).split(counts), SequenceRunner.load)
            #expect(try SequenceRunner(model).run([piece]) == whole)
        }
    }

    @Test func theFilesAreKnown() throws {
        let whole = writer()
        let parts = whole.split([2, 5, whole.tensors.count - 7])
        let model = try open(parts) { try MappedModel(path: $0) }
        #expect(model.parts.map { $0.file.tensors.count } == [2, 5, whole.tensors.count - 7])
        #expect(model.tensors.map(\.name) == whole.tensors.map(\.name))
        #expect(model.byteCount == parts.reduce(0) { $0 + $1.bytes().count })
        #expect(model.path.hasSuffix("/m-00001-of-00003.gguf"))
        #expect(model.metadata["general.architecture"] == .string("llama"))
        #expect(model.tensor("nothing") == nil)
        for tensor in whole.tensors {
            let (entry, file) = try #require(model.tensor(tensor.name))
            #expect(try WeightMatrix(entry, in: file).values() == tensor.values)
        }
    }

    /// The message with which parts are refused after `change`.
    private func refusal(_ change: (inout [ModelFileWriter]) -> Void, opening name: String? = nil) -> String {
        let whole = writer()
        var parts = whole.split([4, 4, whole.tensors.count - 8])
        change(&parts)
        do {
            _ = try open(parts) { path in
                guard let name else { return try MappedModel(path: path) }
                let other = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name).path
                if !FileManager.default.fileExists(atPath: other) {
                    try FileManager.default.copyItem(atPath: path, toPath: other)
                }
                return try MappedModel(path: other)
            }
            return "accepted"
        } catch { return "\(error)" }
    }

    private func set(_ key: String, _ value: MetadataValue, in part: inout ModelFileWriter) {
        part.metadata.removeAll { $0.0 == key }
        part.metadata.append((key, value))
    }

    @Test func aMissingPartIsNamedWithTheFirst() {
        let missing = refusal({ _ in }, opening: "n-00001-of-00003.gguf")
        #expect(missing.contains("n-00002-of-00003.gguf"))
        #expect(missing.contains("No such file"))
        #expect(missing.contains("part 2 of 3"))
        #expect(missing.contains("n-00001-of-00003.gguf"))
    }

    @Test func theFirstPartIsTheOneToOpen() {
        let message = refusal({ _ in }, opening: "m-00002-of-00003.gguf")
        #expect(message.contains("m-00002-of-00003.gguf: "))
        #expect(message.contains("first part") && message.contains("/m-00001-of-00003.gguf"))
        #expect(refusal({ _ in }, opening: "renamed.gguf").contains("-00001-of-00003.gguf"))
    }

    @Test func partsThatDisagreeAreNamedWithTheKey() {
        for (key, value) in [
            ("split.no", MetadataValue.uint16(2)), ("split.count", .uint16(2)), ("split.tensors.count", .int32(1)),
            ("split.no", .string("1")),
        ] {
            let message = refusal({ set(key, value, in: &$0[1]) })
            #expect(message.contains("m-00002-of-00003.gguf") && message.contains("'\(key)'"), "\(message)")
        }
    }

    @Test func aTensorInTwoPartsIsNamedWithBoth() {
        let message = refusal({ $0[2].tensors.append($0[1].tensors[0]) })
        #expect(message.contains("'\(writer().tensors[4].name)'"))
        #expect(message.contains("m-00002-of-00003.gguf") && message.contains("m-00003-of-00003.gguf"))
    }

    @Test func aMissingTensorIsMissedInTheTotal() {
        let count = writer().tensors.count
        let message = refusal({ $0[1].tensors.removeLast() })
        #expect(message.contains("\(count - 1) tensors") && message.contains("says \(count)"))
        #expect(message.contains("'split.tensors.count'"))
    }

    @Test func aDamagedPartIsNamed() {
        let message = refusal({ $0[1].version = 9 })
        #expect(message.contains("m-00002-of-00003.gguf: GGUF version 9"))
    }
}

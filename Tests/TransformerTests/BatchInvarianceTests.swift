import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Transformer

/// The numbers of a sequence are the same bits however it is computed.
@Suite struct BatchInvarianceTests {
    private static let length = 50

    /// A model of random weights, in float32 or quantised.
    struct Subject: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let vocabulary: Int
        var activations = Activations.float32
        let writer: @Sendable () -> ModelFileWriter

        func load() throws -> TransformerModel { try RandomModel.load(writer()) }

        func runner(_ model: TransformerModel, threads: Int = 1, rows: Int = 256) throws -> SequenceRunner {
            try SequenceRunner(model, threads: threads, rows: rows, activations: activations)
        }
    }

    private static let subjects: [Subject] = RandomModel.samples.enumerated().map { index, model in
        Subject(testDescription: "\(model.architecture), sample \(index)", vocabulary: model.vocabulary) {
            ModelFileWriter(metadata: model.metadata(), tensors: model.tensors())
        }
    } + DescribedModel.all.filter(\.isQuantised).flatMap { model in
        [(Activations.float32, "exact"), (.int8, "with bytes")].map { activations, name in
            Subject(
                testDescription: "\(model.name), \(name)", vocabulary: model.last.count, activations: activations
            ) { model.writer() }
        }
    }

    @Test func quantisedModelsAreAmongThem() {
        let types = Set(DescribedModel.all.filter(\.isQuantised).flatMap { $0.tensors.map(\.type) })
        #expect(types.isSuperset(of: ["Q4_K", "Q6_K", "Q8_0"]))
        #expect(Self.subjects.count > RandomModel.samples.count)
    }

    private static func tokens(_ seed: UInt64, _ model: Subject) -> [Int32] {
        var random = SeededGenerator(seed: seed)
        return (0..<length).map { _ in Int32.random(in: 0..<Int32(model.vocabulary), using: &random) }
    }

    /// The sequence alone, in one go.
    private static func alone(_ model: TransformerModel, _ tokens: [Int32], _ subject: Subject) throws -> [[Float]] {
        try subject.runner(model).run([.init(tokens: tokens[...], blocks: [0, 1, 2, 3])])
    }

    @Test(arguments: subjects)
    func cutIntoChunks(random: Subject) throws {
        let model = try random.load()
        let tokens = Self.tokens(1, random)
        let expected = try Self.alone(model, tokens, random)
        for size in [1, 3, 16, 17, 33] {
            let runner = try random.runner(model)
            var found: [[Float]] = []
            for start in stride(from: 0, to: tokens.count, by: size) {
                let end = min(start + size, tokens.count)
                found += runner.run([.init(tokens: tokens[start..<end], blocks: [7, 2, 30, 4])])
            }
            #expect(found == expected, "chunks of \(size)")
        }
    }

    @Test(arguments: subjects)
    func besideOthers(random: Subject) throws {
        let model = try random.load()
        let sequences = (0..<5).map { Self.tokens(UInt64($0), random) }
        let expected = try sequences.map { try Self.alone(model, $0, random) }
        let runner = try random.runner(model, rows: 5 * Self.length)
        var found = [[[Float]]](repeating: [], count: sequences.count)
        var computed = [0, 0, 0, 0, 0]
        var generator = SeededGenerator(seed: 3)
        while computed.contains(where: { $0 < Self.length }) {
            var pieces: [SequenceRunner.Piece] = []
            var owners: [Int] = []
            for sequence in sequences.indices.shuffled(using: &generator) where computed[sequence] < Self.length {
                let count = min(Self.length - computed[sequence], Int.random(in: 0...20, using: &generator))
                let positions = computed[sequence]..<computed[sequence] + count
                let blocks = (0..<4).map { Int32(sequence * 4 + $0) }
                pieces.append(.init(tokens: sequences[sequence][positions], blocks: blocks))
                owners += positions.map { _ in sequence }
                computed[sequence] += count
            }
            for (row, owner) in zip(runner.run(pieces), owners) { found[owner].append(row) }
        }
        #expect(found == expected)
    }

    @Test(arguments: subjects)
    func onTwoThreads(random: Subject) throws {
        let model = try random.load()
        let tokens = Self.tokens(1, random)
        let found = try random.runner(model, threads: 2).run([.init(tokens: tokens[...], blocks: [0, 1, 2, 3])])
        #expect(try found == Self.alone(model, tokens, random))
    }

    @Test(arguments: subjects)
    func withSharedCopiedAndRewoundBlocks(random: Subject) throws {
        let model = try random.load()
        let first = Self.tokens(1, random)
        let second = Array(first[..<20]) + Self.tokens(2, random)[20...]
        let expected = try Self.alone(model, second, random)
        let runner = try random.runner(model)
        _ = runner.run([.init(tokens: first[...], blocks: [0, 1, 2, 3])])
        // A fork after 20 tokens: block 0 is shared, block 1 copied, the rest written anew.
        runner.cache.copyBlock(1, to: 11)
        let forked = runner.run([.init(tokens: second[20...], blocks: [0, 11, 12, 13])])
        #expect(forked == Array(expected[20...]))
        // The first sequence rewound to 20 tokens and continued as the second.
        let rewound = runner.run([.init(tokens: second[20...], blocks: [0, 1, 2, 3])])
        #expect(rewound == Array(expected[20...]))
    }

    @Test func onlyWantedLogitsComeOut() throws {
        let random = Self.subjects[0]
        let model = try random.load()
        let tokens = Self.tokens(1, random)
        let expected = try Self.alone(model, tokens, random)
        let found = try random.runner(model).run([
            .init(tokens: tokens[...], blocks: [0, 1, 2, 3], logits: 7..<9),
            .init(tokens: tokens[...], blocks: [4, 5, 6, 7], logits: 0..<0),
            .init(tokens: tokens[...], blocks: [8, 9, 10, 11], logits: 49..<50),
        ])
        #expect(found == [expected[7], expected[8], expected[49]])
    }
}

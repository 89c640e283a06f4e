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

    /// Wide enough for matrices that go to OpenBLAS where a processor has AVX-512.
    private static let forOpenBLAS = RandomModel(
        architecture: "llama", layers: 2, width: 512, feedForward: 520, heads: 8, headLength: 32, vocabulary: 70)

    private static let subjects: [Subject] = (RandomModel.samples + [forOpenBLAS]).enumerated().map { index, model in
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

    /// Models whose attention takes several chunks of positions, tiles of several rows, and parts of a group of
    /// heads; one window ends within a chunk, one is longer than it.
    private static let wide = [
        RandomModel(architecture: "llama", heads: 20, keyValueHeads: 1, headLength: 6),
        RandomModel(architecture: "qwen3", heads: 6, keyValueHeads: 2, headLength: 18),
        RandomModel(architecture: "gemma3", layers: 7, window: 11, attentionCap: 3),
        RandomModel(architecture: "gemma3", layers: 7, headLength: 20, window: 70),
    ]

    private static func longTokens(_ model: RandomModel, seed: UInt64, count: Int) -> [Int32] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(model.vocabulary), using: &random) }
    }

    @Test(arguments: wide.indices)
    func longSequencesCutIntoChunks(index: Int) throws {
        let model = try Self.wide[index].load()
        let tokens = Self.longTokens(Self.wide[index], seed: 1, count: 150)
        let blocks = (0..<10).map { Int32($0) }
        let expected = try SequenceRunner(model).run([.init(tokens: tokens[...], blocks: blocks)])
        for size in [1, 2, 5, 16, 63, 64, 100] {
            let runner = try SequenceRunner(model, threads: 2)
            var found: [[Float]] = []
            for start in stride(from: 0, to: tokens.count, by: size) {
                let end = min(start + size, tokens.count)
                found += runner.run([.init(tokens: tokens[start..<end], blocks: blocks.reversed())])
            }
            #expect(found == expected, "pieces of \(size)")
        }
    }

    @Test(arguments: wide.indices)
    func longSequencesOfSeveralLengthsTogether(index: Int) throws {
        let model = try Self.wide[index].load()
        let lengths = [150, 3, 64, 1, 65, 129]
        let sequences = lengths.enumerated().map { number, length in
            Self.longTokens(Self.wide[index], seed: UInt64(number), count: length)
        }
        let expected = try sequences.map { tokens in
            try SequenceRunner(model).run([.init(tokens: tokens[...], blocks: (0..<10).map { Int32($0) })])
        }
        let runner = try SequenceRunner(model, threads: 3, rows: 512)
        let blocks = sequences.indices.map { sequence in (0..<10).map { Int32($0 * 6 + sequence) } }
        // The first part of each sequence, then one token of each as in decoding, then the rest.
        var found = [[[Float]]](repeating: [], count: sequences.count)
        var starts = sequences.map { _ in 0 }
        for step in 0..<4 {
            let ends = sequences.indices.map { sequence in
                let count = sequences[sequence].count
                return step == 3 ? count : min(count, starts[sequence] + (step == 0 ? count * 2 / 3 : 1))
            }
            let rows = runner.run(sequences.indices.map { sequence in
                .init(tokens: sequences[sequence][starts[sequence]..<ends[sequence]], blocks: blocks[sequence])
            })
            var next = 0
            for sequence in sequences.indices {
                let count = ends[sequence] - starts[sequence]
                found[sequence] += rows[next..<next + count]
                next += count
            }
            starts = ends
        }
        #expect(found == expected)
    }

    /// The plain forward pass sees neither chunks nor tiles.
    @Test(arguments: wide.indices)
    func longSequencesEqualThoseOfThePlainForwardPass(index: Int) throws {
        let random = Self.wide[index]
        let tokens = Self.longTokens(random, seed: 2, count: 140)
        let expected = PlainTransformer(random).logits(tokens)
        let found = try SequenceRunner(random.load())
            .run([.init(tokens: tokens[...], blocks: (0..<9).map { Int32(8 - $0) })])
        let difference = zip(found, expected).map { row in
            zip(row.0, row.1).map { abs(Double($0) - $1) }.max() ?? 0
        }.max() ?? .infinity
        #expect(found.count == tokens.count && difference < 5e-5, "\(random.architecture)")
    }
}

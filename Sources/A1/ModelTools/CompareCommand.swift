import ArgumentParser
import Batching
import Evaluation
import Foundation
import Runtime
import Tensors
import Tokenizers
import Transformer

struct ModelCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show how far two model files, or two ways to compute one, are apart.",
        discussion: """
            Both get the same text, in windows of --window tokens. Printed are the mean Kullback-Leibler divergence of \
            the second from the first, the largest difference of two log-probabilities (where the first is above -20), \
            the share of positions at which both find the same token the likeliest, and the mean negative \
            log-likelihood of each; all in nats.
            """)

    @Argument(
        help: ArgumentHelp("The first model: a name of the manifest, or a path.", valueName: "model"),
        completion: .models)
    var first: String?
    @Argument(
        help: ArgumentHelp("The second model; the first again if not given.", valueName: "other"),
        completion: .models)
    var second: String?
    @Option(help: "The first model, instead of the first argument.", completion: .models)
    var model: String?
    @Option(help: "The second model, instead of the second argument.", completion: .models)
    var with: String?
    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?
    @OptionGroup var options: ThreadOptions
    @Option(help: "Kernels of the first: \(KernelChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kernels: KernelChoice?
    @Option(help: "Kernels of the second.")
    var withKernels: KernelChoice?
    @Flag(help: "Float32 activations, keys and values in the first, as in `a1 model score`.")
    var exact = false
    @Flag(help: "Float32 activations, keys and values in the second.")
    var withExact = false
    @Option(help: "A file of text; standard input if not given.", completion: .file())
    var text: String?
    @Option(help: "Tokens that are seen at once.")
    var window = 512
    @Flag(help: "Print JSON.")
    var json = false

    private struct Document: Encodable {
        var tokens: Int
        var positions: Int
        var meanKLDivergence: Double
        var largestDifference: Double
        var top1Agreement: Double
        var meanNLL: [Double]

        enum CodingKeys: String, CodingKey {
            case tokens, positions
            case meanKLDivergence = "mean_kl_divergence"
            case largestDifference = "largest_difference"
            case top1Agreement = "top1_agreement"
            case meanNLL = "mean_nll"
        }
    }

    func validate() throws {
        try require("--window", window, "at least 2", window > 1)
        _ = try names()
    }

    private func names() throws -> (first: String, second: String?) {
        let (model, other) = try ModelChoice.words(model, first, second)
        guard with == nil || other == nil else {
            throw ValidationError("--with and '\(other ?? "")' both name the second model: give one")
        }
        return (model, with ?? other)
    }

    func run() throws {
        let names = try names()
        let first = try openModel(modelPath(names.first, manifest: manifest))
        let second = try names.second.map { try openModel(modelPath($0, manifest: manifest)) } ?? first
        guard first.tokenizer.vocabularyDigest == second.tokenizer.vocabularyDigest else {
            throw fail(.dataError, "the models have different vocabularies, so their logits cannot be compared")
        }
        let tokens = first.tokenizer.encode(Array(try readText()), special: false)
        guard tokens.count > 1 else { throw fail(.dataError, "the text has \(tokens.count) tokens; give at least 2") }
        let limit = min(first.contextLength, second.contextLength, window)
        guard limit > 1 else { throw fail(.dataError, "a context of \(limit) token leaves nothing to compare") }
        let begin = first.tokenizer.addsBeginToken ? first.tokenizer.beginToken.map { [$0] } ?? [] : []
        let pair = (
            try LogitReader(
                first.transformer, window: limit, threads: options.threadCount, kernels: kernels, isExact: exact),
            try LogitReader(
                second.transformer, window: limit, threads: options.threadCount, kernels: withKernels,
                isExact: withExact))
        var comparison = LogitComparison()
        for start in stride(from: 0, to: tokens.count, by: limit - begin.count) {
            let window = begin + tokens[start..<min(start + limit - begin.count, tokens.count)]
            do { try compare(pair, window, &comparison) } catch { throw fail(.dataError, "\(error)") }
        }
        try show(comparison, tokens: tokens.count)
    }

    private func readText() throws -> Data {
        guard let text else { return FileHandle.standardInput.readDataToEndOfFile() }
        guard let data = FileManager.default.contents(atPath: text) else {
            throw fail(.noInput, "cannot read \(text)")
        }
        return data
    }

    private func compare(
        _ pair: (LogitReader, LogitReader), _ window: [Int32], _ comparison: inout LogitComparison
    ) throws(LogitComparisonError) {
        for start in stride(from: 0, to: window.count, by: LogitReader.rows) {
            let rows = start..<min(start + LogitReader.rows, window.count)
            pair.0.read(window, rows)
            pair.1.read(window, rows)
            for row in 0..<rows.count {
                let next = rows.lowerBound + row + 1
                try comparison.add(
                    pair.0.logits(row), pair.1.logits(row), next: next < window.count ? window[next] : nil)
            }
        }
    }

    private func show(_ comparison: LogitComparison, tokens: Int) throws {
        guard let divergence = comparison.meanDivergence, let agreement = comparison.top1Agreement,
            let nll = comparison.meanNLL
        else { throw fail(.dataError, "no token of the text has another before it") }
        if json {
            try putJSON(
                Document(
                    tokens: tokens, positions: comparison.positions, meanKLDivergence: divergence,
                    largestDifference: comparison.largestDifference, top1Agreement: agreement,
                    meanNLL: [nll.first, nll.second]))
            return
        }
        var table = TextTable(columns: [("MEASURE", .left), ("VALUE", .right)])
        table.addRow(["tokens", "\(tokens)"])
        table.addRow(["mean KL divergence", String(format: "%.3g", divergence)])
        table.addRow(["largest difference", String(format: "%.3g", comparison.largestDifference)])
        table.addRow(["top-1 agreement", String(format: "%.2f %%", 100 * agreement)])
        table.addRow(["mean NLL of the first", String(format: "%.5f", nll.first)])
        table.addRow(["mean NLL of the second", String(format: "%.5f", nll.second)])
        put(table)
    }
}

extension KernelChoice: ExpressibleByArgument {}

/// Logits of every position of one sequence, a few rows at a time, in order.
private final class LogitReader {
    static let rows = 16

    private let pass: ForwardPass
    private let blocks: [Int32]
    private let vocabularySize: Int
    /// `[rows][vocabularySize]`
    private let storage: UnsafeMutablePointer<Float>
    private var batch = ForwardBatch()

    init(_ model: TransformerModel, window: Int, threads: Int, kernels: KernelChoice?, isExact: Bool) throws {
        let size = BlockLayout.tokensPerBlock
        let count = (window + size - 1) / size
        let activations = Activations(isExact: isExact)
        guard let cache = KVCache(
            model.configuration, blockCount: count, tokensPerBlock: size, precision: model.kvPrecision(activations))
        else {
            throw fail(.usage, "no memory for a window of \(window) tokens: choose a smaller --window")
        }
        do {
            pass = try ForwardPass(
                model, cache: cache, pool: ComputePool(threadCount: threads), maximumRows: Self.rows,
                kernels: kernels, activations: activations)
        } catch {
            throw fail(.usage, "\(error)")
        }
        blocks = (0..<Int32(count)).map { $0 }
        vocabularySize = model.vocabularySize
        storage = .allocate(capacity: Self.rows * model.vocabularySize)
    }

    deinit { storage.deallocate() }

    /// Computes these rows of a sequence whose earlier rows were computed before.
    func read(_ tokens: [Int32], _ rows: Range<Int>) {
        batch.removeAll()
        batch.add(tokens: tokens[rows], start: rows.lowerBound, blocks: blocks, logits: rows)
        pass.run(batch) { row, logits, _ in
            let copy = UnsafeMutableBufferPointer(start: storage + row * vocabularySize, count: vocabularySize)
            _ = copy.update(fromContentsOf: logits.values)
        }
    }

    /// A row of those computed last.
    func logits(_ row: Int) -> Logits {
        Logits(values: UnsafeMutableBufferPointer(start: storage + row * vocabularySize, count: vocabularySize))
    }
}

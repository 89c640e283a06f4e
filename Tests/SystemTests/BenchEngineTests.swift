import Foundation
import TestSupport
import Testing

/// `a1 bench engine` and `a1 bench machine`: that all is measured and said, not how fast it is.
extension RealProcesses {
    @Suite(.serialized) struct BenchEngineTests {
        private struct Cell: Decodable {
            var kind: String
            var tokens: Int
            var sequences: Int
            var threads: Int
            var kernels: String
            var tokens_per_second: Double
            var gb_per_second: Double
            var gflop_per_second: Double
            var share_of_limit: Double
            var minimum_tokens_per_second: Double
            var maximum_tokens_per_second: Double
            var allocations_per_step: Double?
            var load_seconds: Double
            var peak_memory_bytes: Int
            var anonymous_memory_bytes: Int
            var peak_gb_per_second: Double
            var peak_gflop_per_second: Double
            var peak_products: String
            var exact: Bool
            var shared_prompt: Bool
            var steps: Int
            var step_tokens: Int
            var file_bytes: Int
            var weight_bytes: Int
            var weight_share_of_file: Double

            var name: String { "\(kind) \(sequences) x \(tokens)" }

            var numbers: [Double] {
                [
                    tokens_per_second, gb_per_second, gflop_per_second, share_of_limit, minimum_tokens_per_second,
                    maximum_tokens_per_second, load_seconds, Double(peak_memory_bytes),
                    Double(anonymous_memory_bytes), peak_gb_per_second, peak_gflop_per_second,
                ]
            }
        }

        private static let small = [
            "bench", "engine", "--model", "small-draft", "--prompt", "32", "--generate", "4", "--sequences", "1,2",
            "--threads", "1",
        ]

        private func cells(_ flags: [String]) throws -> [Cell] {
            let tool = try Tool(Self.small + flags + ["--json"])
            try #require(tool.code == 0, "\(tool.err)")
            return try JSONDecoder().decode(MeasuredDocument<Cell>.self, from: tool.out).cells
        }

        @Test func everyCellIsThereWithItsFigures() throws {
            let cells = try cells([])
            #expect(cells.map(\.name) == ["prompt 1 x 32", "score 1 x 32", "generate 1 x 4", "generate 2 x 4"])
            for cell in cells {
                #expect(cell.threads == 1 && !cell.kernels.isEmpty && cell.step_tokens == 256)
                #expect(!cell.exact && !cell.shared_prompt)
                #expect(cell.numbers.allSatisfy { $0 > 0 && $0.isFinite }, "\(cell.name): \(cell.numbers)")
                #expect(cell.minimum_tokens_per_second <= cell.tokens_per_second)
                #expect(cell.tokens_per_second <= cell.maximum_tokens_per_second)
                // A step for each token of a sequence, whatever the number of sequences.
                #expect(cell.steps == (cell.kind == "generate" ? 4 : 1))
                #expect(cell.weight_bytes < cell.file_bytes)
                #expect((0.5..<1).contains(cell.weight_share_of_file))
            }
        }

        @Test func kernelsAreMeasuredInProcessesOfTheirOwn() throws {
            let cells = try cells(["--kernels", "scalar,openblas", "--exact", "--shared-prompt", "--repeat", "1"])
            #expect(cells.map(\.kernels) == ["scalar", "openblas"].flatMap { Array(repeating: $0, count: 4) })
            #expect(cells.allSatisfy { $0.exact && $0.shared_prompt && $0.peak_products == "float32" })
            #expect(cells.allSatisfy { $0.minimum_tokens_per_second == $0.maximum_tokens_per_second })
        }

        @Test func aTableSaysWhatTheModelAndTheMachineAre() throws {
            let tool = try Tool(Self.small + ["--repeat", "1"])
            #expect(tool.code == 0 && tool.err.isEmpty, "\(tool.err)")
            for line in ["model    A1 built-in draft", "machine  ", "peaks    threads: 1, read ", "KERNELS  "] {
                #expect(tool.lines.contains { $0.hasPrefix(line) }, "\(tool.lines)")
            }
            #expect(tool.lines.count { $0.contains("generate") } == 2)
        }

        @Test func theMachineIsMeasuredByItself() throws {
            let tool = try Tool(["bench", "machine", "--threads", "1"])
            #expect(tool.code == 0, "\(tool.err)")
            #expect(tool.lines.count == 2 && tool.lines[0].hasPrefix("THREADS  READ GB/S"), "\(tool.lines)")
        }

        @Test(arguments: [
            (["--model", "nosuch"], 66, "nosuch"), (["--model", "/nonexistent.gguf"], 66, "/nonexistent.gguf"),
            (["--prompt", "0"], 64, "--prompt"), (["--generate", "0"], 64, "--generate"),
            (["--prompt", "2000"], 64, "--prompt"), (["--repeat", "0"], 64, "--repeat"),
            (["--sequences", "1,,4"], 64, "--sequences"), (["--sequences", "0"], 64, "--sequences"),
            (["--sequences", "5000"], 64, "--sequences"), (["--threads", "0"], 64, "--threads"),
            (["--threads", "100000"], 64, "processors"), (["--kernels", "steam"], 64, "scalar"),
            (["--kernels", "scalar", "--model", "nosuch"], 66, "nosuch"),
        ] as [([String], Int32, String)])
        func badInputIsNamed(flags: [String], code: Int32, named: String) throws {
            let model = flags.contains("--model") ? [] : ["--model", "small-draft"]
            let tool = try Tool(["bench", "engine"] + model + flags)
            #expect(tool.code == code, "\(tool.err)")
            #expect(tool.err.contains(named), "\(tool.err)")
            #expect(tool.out.isEmpty)
        }

        @Test func kernelsThatTheProcessorHasNotAreNamedByTheVariable() throws {
            let tool = try Tool(Self.small, environment: ["A1_KERNELS": "steam"])
            #expect(tool.code == 64, "\(tool.err)")
            #expect(tool.err.contains("A1_KERNELS=steam"), "\(tool.err)")
        }
    }
}

import ArgumentParser
import Evaluation
import Foundation
import Runtime
import Tensors

struct BenchEngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "How fast the engine runs a model, and how near that is to what the machine can do.",
        discussion: """
            `prompt` computes a prompt of --prompt tokens, with logits for the last alone; `score` gives the \
            log-probability of each of --prompt tokens after one of context; `generate` writes --generate tokens, the \
            likeliest ones, in several sequences at once, each after a prompt of its own that was computed before the \
            clock starts. TOKENS/S is the sum over the sequences, the median of --repeat runs after one that is not \
            counted. Prompts are a fixed mix of the vocabulary's tokens, and end tokens end nothing.

            GB/S is weights read: the matrices of all layers once a step, that of the output once a step with logits. \
            GFLOP/S is two operations for each weight and token; attention, norms and sampling are left out. The \
            limit is the longer of reading those weights at the machine's peak of memory and of computing at its peak \
            of arithmetic (PEAK: int8 where weights are quantised, float32 with --exact), both measured at the start \
            as by `a1 bench machine`; OF LIMIT is that time by the time taken. docs/handbook.md, Measuring the engine.
            """)

    @Option(help: "A name of the manifest (as builtin-draft), or a path.", completion: .models)
    var model: String
    @Option(help: "Another manifest.", completion: .yaml)
    var manifest: String?
    @Option(help: "Tokens of a prompt, and of a scored block.")
    var prompt = 256
    @Option(help: "Tokens that each sequence writes.")
    var generate = 32
    @Option(help: "Sequences that write at once: numbers, separated by commas.")
    var sequences = "1,4,16,64"
    @Option(help: "Numbers of threads, separated by commas. Default: all processors.")
    var threads = "\(ProcessInfo.processInfo.activeProcessorCount)"
    @Option(help: "Kernels, separated by commas, each in a process of its own. Default: those of A1_KERNELS.")
    var kernels: String?
    @Flag(help: "Float32 activations, keys and values: the mathematics of the dequantised weights.")
    var exact = false
    @Flag(help: "Keep each thread on a processor of its own, of those that the process may run on (taskset).")
    var pinThreads = false
    @Flag(help: "All sequences have the same prompt, computed once.")
    var sharedPrompt = false
    @Option(name: .customLong("repeat"), help: "Timed runs of each cell.")
    var repeats = 3
    @Flag(help: "Print JSON.")
    var json = false
    /// What the machine can do, as `a1 bench machine --json` says it: for a process that measures some kernels.
    @Option(help: .hidden)
    var machine: String?
    @Flag(help: .hidden)
    var endWithInput = false

    private static let mostTokens = 1 << 20
    private static let mostSequences = 4_096

    func validate() throws {
        for (flag, value) in [("--prompt", prompt), ("--generate", generate), ("--repeat", repeats)] {
            try require(flag, value, "from 1 to \(Self.mostTokens)", 1...Self.mostTokens ~= value)
        }
        _ = (try sequenceCounts(), try threadCounts(threads), try kernelChoices())
    }

    private func sequenceCounts() throws -> [Int] {
        try distinctList("--sequences", sequences, "a number from 1 to \(Self.mostSequences)") { text in
            Int(text).flatMap { (1...Self.mostSequences).contains($0) ? $0 : nil }
        }
    }

    private func kernelChoices() throws -> [KernelChoice]? {
        let available = KernelChoice.available
        let names = available.map(\.rawValue).joined(separator: ", ")
        return try kernels.map { text in
            try distinctList("--kernels", text, "something that this processor can run, one of \(names)") { name in
                KernelChoice(rawValue: name).flatMap { available.contains($0) ? $0 : nil }
            }
        }
    }

    func run() throws {
        if endWithInput { EndWithInput.watch() }
        let path = try modelPath(model, manifest: manifest)
        let plan = EngineBenchPlan(
            prompt: prompt, generate: generate, sequences: try sequenceCounts(), repeats: repeats, isExact: exact,
            pinsThreads: pinThreads, hasSharedPrompt: sharedPrompt)
        try plan.check(openModel(path))
        let current: KernelChoice
        do { current = try KernelChoice.current() } catch { throw fail(.usage, "\(error)") }
        let progress = isatty(STDERR_FILENO) == 1 ? ProgressLine() : nil
        progress?.show("what the machine can do")
        let machines = try self.machines()
        let cells: [EngineCell]
        if let choices = try kernelChoices() {
            cells = try choices.flatMap { try measureApart($0, machines) }
        } else {
            cells = try machines.flatMap { machine in
                progress?.show("\(current)  threads: \(machine.threads)  loading")
                let bench = try EngineBench(path: path, plan, kernels: current, machine: machine)
                return try plan.cells.map { cell in
                    progress?.show(
                        "\(current)  threads: \(machine.threads)  \(cell.kind)  sequences: \(cell.sequences)")
                    return try bench.measure(cell)
                }
            }
        }
        progress?.end()
        if json {
            try putJSON(Documented(Measured(cells: cells)))
            return
        }
        put(EngineCell.text(cells, processor: BenchConditions.processor), terminator: "")
    }

    private func machines() throws -> [MachineLine] {
        guard let machine else { return try MachineLine.measured(threads: try threadCounts(threads)) }
        return try decoded([MachineLine].self, from: Data(machine.utf8), "--machine", .usage)
    }

    /// By a process that was started with these kernels: they are chosen once a process.
    private func measureApart(_ kernels: KernelChoice, _ machines: [MachineLine]) throws -> [EngineCell] {
        var arguments = [
            "bench", "engine", "--model", model, "--prompt", "\(prompt)", "--generate", "\(generate)",
            "--sequences", sequences, "--threads", threads, "--repeat", "\(repeats)", "--json", "--end-with-input",
            "--machine", String(decoding: try JSONEncoder().encode(machines), as: UTF8.self),
        ]
        if let manifest { arguments += ["--manifest", manifest] }
        if exact { arguments.append("--exact") }
        if pinThreads { arguments.append("--pin-threads") }
        if sharedPrompt { arguments.append("--shared-prompt") }
        let results = try ownResults(arguments, environment: ["A1_KERNELS": kernels.rawValue])
        return try decoded(
            Measured<EngineCell>.self, from: results, "what a1 bench engine printed", .software
        ).cells
    }
}

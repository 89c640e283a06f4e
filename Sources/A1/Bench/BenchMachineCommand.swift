import ArgumentParser
import Evaluation
import Foundation
import Runtime
import Tensors

/// What the machine does at most with so many threads, as it is printed.
struct MachineLine: Codable {
    var threads: Int
    var readGBPerSecond: Double
    var floatGFLOPPerSecond: Double
    var byteGOPPerSecond: Double
    var byteInstructions: String

    enum CodingKeys: String, CodingKey {
        case threads
        case readGBPerSecond = "read_gb_per_second"
        case floatGFLOPPerSecond = "float32_gflop_per_second"
        case byteGOPPerSecond = "int8_gop_per_second"
        case byteInstructions = "int8_instructions"
    }

    var peaks: MachinePeaks {
        MachinePeaks(
            readBytesPerSecond: readGBPerSecond * 1e9, floatOperationsPerSecond: floatGFLOPPerSecond * 1e9,
            byteOperationsPerSecond: byteGOPPerSecond * 1e9)
    }

    /// Measured by a process of its own, so that the memory it takes is not this one's.
    static func measured(threads: [Int]) throws -> [MachineLine] {
        let list = threads.map(String.init).joined(separator: ",")
        let results = try ownResults(["bench", "machine", "--threads", list, "--json", "--end-with-input"])
        return try decoded(
            Measured<MachineLine>.self, from: results, "what a1 bench machine printed", .software
        ).cells
    }
}

/// Numbers of threads, separated by commas.
func threadCounts(_ text: String) throws -> [Int] {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    return try distinctList("--threads", text, "a number from 1 to \(processors), the processors here") { part in
        Int(part).flatMap { (1...processors).contains($0) ? $0 : nil }
    }
}

struct BenchMachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "What this machine does at most: memory read, float32 and int8 operations a second.",
        discussion: """
            All threads at once, the best of some attempts. Memory is read from end to end, several times what the \
            caches hold; operations are done in registers by the best instructions of the processor (int8: AMX, \
            AVX-512 VNNI, AVX2, or plain C), a multiply-add counted as two. No program is faster; `a1 bench engine` \
            is measured by it.
            """)

    @Option(help: "Numbers of threads, separated by commas. Default: all processors.")
    var threads = "\(ProcessInfo.processInfo.activeProcessorCount)"
    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: .hidden)
    var endWithInput = false

    func validate() throws { _ = try threadCounts(threads) }

    func run() throws {
        if endWithInput { EndWithInput.watch() }
        let lines = try threadCounts(threads).map { count in
            let peaks: MachinePeaks
            do { peaks = try MachinePeaks.measured(threadCount: count) } catch { throw fail(.dataError, "\(error)") }
            return MachineLine(
                threads: count, readGBPerSecond: peaks.readBytesPerSecond / 1e9,
                floatGFLOPPerSecond: peaks.floatOperationsPerSecond / 1e9,
                byteGOPPerSecond: peaks.byteOperationsPerSecond / 1e9,
                byteInstructions: MachinePeaks.byteInstructions)
        }
        if json {
            try putJSON(Documented(Measured(cells: lines)))
            return
        }
        var table = TextTable(columns: [
            ("THREADS", .right), ("READ GB/S", .right), ("FLOAT32 GFLOP/S", .right), ("INT8 GOP/S", .right),
            ("INT8 BY", .left),
        ])
        for line in lines {
            table.addRow([
                "\(line.threads)", String(format: "%.1f", line.readGBPerSecond),
                String(format: "%.0f", line.floatGFLOPPerSecond), String(format: "%.0f", line.byteGOPPerSecond),
                line.byteInstructions,
            ])
        }
        put(table)
    }
}

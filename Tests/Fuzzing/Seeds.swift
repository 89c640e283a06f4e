import Foundation

/// Writes seeds, by name, into the folder that `A1_FUZZ_SEEDS` names.
func writeSeeds(_ seeds: [String: [UInt8]]) {
    guard let folder = ProcessInfo.processInfo.environment["A1_FUZZ_SEEDS"] else { return }
    for (name, bytes) in seeds {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: folder).appendingPathComponent(name))
        } catch { fatalError("the seed \(name) cannot be written: \(error)") }
    }
}

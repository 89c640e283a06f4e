import Domain
import Foundation
import Glibc
import Settings

/// Waits until workers have come. No clock ends it: a model may take its time to load. It ends when a worker that is
/// missing has ended for good.
struct WorkersWait {
    let client: Client
    let folder: ClusterFolder
    let names: [String]

    private static let intervalMicroseconds: UInt32 = 100_000
    /// A worker that has ended so often since the waiting began will hardly come.
    private static let endsTolerated = 3

    func untilReady() throws {
        let shown = ProgressLine()
        let endsBefore = Dictionary(uniqueKeysWithValues: Set(names).map { ($0, ends(of: $0)) })
        while true {
            let workers = try client.status().workers
            let missing = names.filter { name in !workers.contains { $0.name == name && $0.state == .live } }
            if missing.isEmpty {
                shown.end()
                return
            }
            let states = missing.map { name in state(of: name, workers.first { $0.name == name }) }
            shown.show("waiting for \(states.joined(separator: ", "))")
            for (name, state) in zip(missing, states) {
                let ended = ends(of: name) - (endsBefore[name] ?? 0)
                guard !isKept(name) || ended >= Self.endsTolerated else { continue }
                shown.end()
                throw fail(
                    .unavailable, "worker \(state) and does not come up; `a1 logs \(name)` and "
                        + "\(output(of: name)) say why. Missing: \(missing.joined(separator: ", "))")
            }
            usleep(Self.intervalMicroseconds)
        }
    }

    private func state(of name: String, _ worker: WorkerStatus?) -> String {
        guard let worker else { return isKept(name) ? "\(name) (loading its model)" : "\(name) (not running)" }
        return "\(name) (\(worker.state.rawValue)\(worker.reason.map { ": \($0)" } ?? ""))"
    }

    /// Whether cluster/keep.sh keeps it alive.
    private func isKept(_ name: String) -> Bool {
        guard let text = try? String(contentsOfFile: folder.processID(of: name), encoding: .utf8),
            let keeper = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return false }
        return kill(keeper, 0) == 0 || errno == EPERM
    }

    private func output(of name: String) -> String { "\(folder.logs)/\(name).out" }

    /// How often it has ended, by what cluster/keep.sh wrote.
    private func ends(of name: String) -> Int {
        guard let data = FileManager.default.contents(atPath: output(of: name)) else { return 0 }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").count { $0.hasPrefix("ended with code") }
    }
}

import ArgumentParser
import Domain
import Foundation
import Settings

/// What a shell offers for an argument. Names are looked up when they are asked for, and nothing is offered where that
/// fails or takes long.
extension CompletionKind {
    static var models: CompletionKind {
        .custom { _, _, _ in (try? modelStore())?.manifest.entries.map(\.name) ?? [] }
    }

    /// Of the cluster that commands without --cluster speak to.
    static var runs: CompletionKind {
        .custom { _, _, _ in
            guard let folder = lastCluster, let client = try? Client(folder: folder), !client.coordinatorIsGone,
                case .status(let status) = try? client.ask(.status, patienceMs: 500)
            else { return [] }
            return status.runs.map(\.run.rawValue)
        }
    }

    /// Workers and the coordinator.
    static var processes: CompletionKind {
        .custom { _, _, _ in
            guard let folder = lastCluster,
                let configuration = try? ClusterConfiguration.load(path: folder.configuration)
            else { return [] }
            return ["coordinator"] + configuration.workers.map(\.name)
        }
    }

    static var banks: CompletionKind {
        .custom { _, _, _ in lastCluster.map(BankFile.names) ?? [] }
    }

    static var yaml: CompletionKind { .file(extensions: ["yaml", "yml"]) }

    /// The values of a setting that has a few.
    static func values<Value: CaseIterable & RawRepresentable<String>>(_ type: Value.Type) -> CompletionKind {
        .list(type.allCases.map(\.rawValue))
    }

    private static var lastCluster: ClusterFolder? { try? ClusterOptions.last() }
}

import Foundation
@testable import Settings

/// A configuration that is right, for tests to spoil.
let rightConfiguration = """
    cluster:
      name: mine
    models:
      small: { prompt: "Q: {problem}", slots: 8 }
      large: { path: models/large.gguf, template: chatml, system: "Be brief.", context: 512, kv_memory_mib: 64 }
    workers:
      - { name: draft-0, role: draft, model: small }
      - { name: target-0, role: target, model: large, threads: 2, slots: 4 }
    run:
      paths: 4
      rejection_rate: 0.25
      strata: round+problem
      draft_sampling: { temperature: 0, top_k: 40 }
    logs: { level: debug }
    """

/// Reads a text as the file `cluster.yaml` in `/etc/a1`, with a home and nothing else set.
func parse(
    _ text: String, environment: [String: String] = ["HOME": "/home/someone"]
) throws(SettingsError) -> ClusterConfiguration {
    try ClusterConfiguration.parse(
        Array(text.utf8), file: "cluster.yaml", folder: "/etc/a1", environment: environment)
}

/// The reasons for refusing a text, each with its place; empty when it is not refused.
func problems(_ text: String, environment: [String: String] = ["HOME": "/home/someone"]) -> [String] {
    do throws(SettingsError) {
        _ = try parse(text, environment: environment)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

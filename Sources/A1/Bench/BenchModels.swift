import ArgumentParser
import Domain
import Foundation
import ModelStore
import Runtime
import Settings

/// The configuration that a comparison runs with, by name or by path.
struct BenchModels {
    /// Of the configuration.
    let path: String
    /// The folder of the manifest of models, where configurations with a name are.
    let configs: String
    let configuration: ClusterConfiguration

    private static let otherFiles: Set<String> = ["models.yaml", "datasets.yaml"]

    init(_ name: String) throws {
        do {
            configs = URL(fileURLWithPath: try ModelManifest.find()).standardizedFileURL
                .deletingLastPathComponent().path
        } catch {
            throw fail(.configuration, "\(error)")
        }
        path = name.contains("/") || name.hasSuffix(".yaml") ? name : "\(configs)/\(name).yaml"
        guard FileManager.default.fileExists(atPath: path) else {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: configs)) ?? []
            let known = names.filter { $0.hasSuffix(".yaml") && !Self.otherFiles.contains($0) }
                .map { String($0.dropLast(5)) }.sorted().joined(separator: ", ")
            throw fail(
                .noInput, "--models \(name): there is no configuration \(path); give a path, or one of \(known)")
        }
        do {
            configuration = try ClusterConfiguration.load(path: path)
        } catch {
            throw refuseConfiguration(error)
        }
    }

    /// The batch of a comparison that names none: problems that the models were made for.
    static func batch(for configuration: ClusterConfiguration) throws -> String {
        let own = ["builtin": "stories-200", "small": "arithmetic-200"]
        guard let name = own[configuration.name] else { return "gsm8k" }
        do {
            let manifest = URL(fileURLWithPath: try ModelManifest.find())
            return manifest.deletingLastPathComponent().appendingPathComponent("batches/\(name).jsonl").path
        } catch {
            throw fail(.configuration, "\(error)")
        }
    }
}

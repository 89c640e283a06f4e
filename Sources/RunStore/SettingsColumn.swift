import Domain
import Foundation

/// A run's settings as the JSON in its row.
enum SettingsColumn {
    static func text(_ settings: RunSettings) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(settings), as: UTF8.self)
    }

    /// Settings that did not exist when the run was stored get their defaults.
    static func settings(_ text: String) throws -> RunSettings {
        let data = Data(text.utf8)
        if let settings = try? JSONDecoder().decode(RunSettings.self, from: data) { return settings }
        let standard = try JSONSerialization.jsonObject(with: JSONEncoder().encode(RunSettings()))
        let merged = merge(standard, try JSONSerialization.jsonObject(with: data))
        return try JSONDecoder().decode(RunSettings.self, from: JSONSerialization.data(withJSONObject: merged))
    }

    private static func merge(_ base: Any, _ over: Any) -> Any {
        guard let base = base as? [String: Any], let over = over as? [String: Any] else { return over }
        return base.merging(over) { merge($0, $1) }
    }
}

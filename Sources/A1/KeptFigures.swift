import Domain
import Foundation
import Planning
import Settings

/// What `a1 plan` has measured on a cluster and keeps in its folder: times of passes by workers, and what texts are
/// like by models and settings. `a1 submit` reads it for `strategy: auto`.
struct KeptFigures: Codable {
    /// Times of all workers that were there at once.
    struct Passes: Codable {
        let key: String
        /// One after the other, and all at the same time.
        let alone: [MeasuredWorker]
        let together: [MeasuredWorker]
    }

    struct Texts: Codable {
        let key: String
        /// The name of the batch that they were taken from.
        let batch: String
        let facts: TextFacts
    }

    private static let version = 1
    /// Of each kind: the oldest go.
    private static let kept = 32

    private var version = Self.version
    private(set) var passes: [Passes] = []
    private(set) var texts: [Texts] = []

    private static func path(_ folder: ClusterFolder) -> String { "\(folder.path)/figures.json" }

    /// What is kept; nothing where there is no file, or one of another version.
    static func load(_ folder: ClusterFolder) -> KeptFigures {
        guard let data = FileManager.default.contents(atPath: path(folder)),
            let figures = try? JSONDecoder().decode(KeptFigures.self, from: data), figures.version == version,
            figures.texts.allSatisfy({ $0.facts.fault == nil })
        else { return KeptFigures() }
        return figures
    }

    func save(_ folder: ClusterFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try encoder.encode(self).write(to: URL(fileURLWithPath: Self.path(folder)), options: .atomic)
        } catch {
            throw fail(.cannotCreate, "\(Self.path(folder)): \(error)")
        }
    }

    mutating func keep(_ new: Passes) {
        passes = Array((passes.filter { $0.key != new.key } + [new]).suffix(Self.kept))
    }

    mutating func keep(_ new: Texts) {
        texts = Array((texts.filter { $0.key != new.key || $0.batch != new.batch } + [new]).suffix(Self.kept))
    }

    /// Of these workers as they are; nil where they were never measured together.
    func passes(of workers: [WorkerStatus]) -> Passes? {
        let key = Self.key(of: workers)
        return passes.last { $0.key == key }
    }

    /// Of these models and settings: the batch's own, else the latest of any.
    func facts(of workers: [WorkerStatus], _ settings: RunSettings, batch: String?) -> TextFacts? {
        let fitting = fitting(workers, settings)
        return (fitting.last { $0.batch == batch } ?? fitting.last)?.facts
    }

    private func fitting(_ workers: [WorkerStatus], _ settings: RunSettings) -> [Texts] {
        let key = Self.key(of: workers, settings)
        return texts.filter { $0.key == key }
    }

    /// Whether texts of this batch were looked at; of any, where none is named.
    func knows(_ workers: [WorkerStatus], _ settings: RunSettings, batch: String?) -> Bool {
        fitting(workers, settings).contains { batch == nil || $0.batch == batch }
    }

    /// What decides the times of passes: models, kernels, machines, threads, slots.
    static func key(of workers: [WorkerStatus]) -> String {
        workers.filter { $0.state == .live }
            .map { worker in
                [worker.role.rawValue, worker.modelDigest, worker.kernels ?? "", worker.host, "\(worker.threads)",
                 "\(worker.slots)", worker.proposesByLookup == true ? "lookup" : ""].joined(separator: " ")
            }
            .sorted().joined(separator: "\n")
    }

    /// What decides how long blocks and paths are and how much of them stands.
    static func key(of workers: [WorkerStatus], _ settings: RunSettings) -> String {
        let models = Set(
            workers.filter { $0.state == .live }.map {
                "\($0.role.rawValue) \($0.modelDigest)\($0.proposesByLookup == true ? " lookup" : "")"
            })
        let sampling = "\(settings.draftSampling) \(settings.targetSampling)"
        let blocks = "\(settings.boundary) \(settings.doubtShare) \(settings.draftTokens) \(settings.targetTokens)"
        return (models.sorted() + [sampling, blocks, "\(settings.afterMismatch)", "\(settings.pathTokens)"])
            .joined(separator: "\n")
    }
}

extension KeptFigures {
    /// The cost model of these workers; nil where they were never measured.
    func model(of workers: [WorkerStatus]) -> CostModel? {
        guard let passes = passes(of: workers), let target = Self.station(.target, passes.alone),
            let busyTarget = Self.station(.target, passes.together)
        else { return nil }
        return CostModel(draft: Self.station(.draft, passes.together), target: target, busyTarget: busyTarget)
    }

    private static func station(_ role: Role, _ measured: [MeasuredWorker]) -> CostModel.Station? {
        let workers = measured.filter { $0.role == role }
        guard !workers.isEmpty,
            let times = PassTimes(workers.flatMap(\.probes), workers.flatMap(\.seconds))
        else { return nil }
        return CostModel.Station(
            times: times, workers: workers.count, slots: workers.map(\.slots).max() ?? 1)
    }

    /// What a run of `strategy: auto` begins by; nil where nothing is known.
    func forecast(
        of workers: [WorkerStatus], _ settings: RunSettings, batch: String, problems: Int
    ) -> RunForecast? {
        guard let model = model(of: workers), let facts = facts(of: workers, settings, batch: batch) else { return nil }
        let forecast = Planner(model, facts, settings, problems: problems).forecast()
        return forecast.fault == nil ? forecast : nil
    }
}

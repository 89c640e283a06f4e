import ArgumentParser
import Domain

/// What a comparison varies: lists, separated by commas.
struct BenchGrid: ParsableArguments {
    @Option(help: "Which strategies, of async, sync, random, draft and target.")
    var strategies = "async,sync,random,draft,target"
    @Option(help: "m: paths of a problem.")
    var paths = "1,4,16"
    @Option(help: "r, for the strategies that judge.")
    var rejectionRate = "0.25,0.4"
    @Option(help: "W of async, each one a row. Default: what the configuration says.")
    var runAhead: String?

    func validate() throws {
        _ = (try strategyList(), try pathsList(), try rateList(), try runAheadList())
    }

    func strategyList() throws -> [Strategy] {
        let names = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
        return try distinctList("--strategies", strategies, "one of \(names)") { Strategy(rawValue: $0) }
    }

    func pathsList() throws -> [Int] {
        try distinctList("--paths", paths, "a number from 1") { Int($0).flatMap { $0 >= 1 ? $0 : nil } }
    }

    func rateList() throws -> [Double] {
        try distinctList("--rejection-rate", rejectionRate, "a share from 0 to 1") {
            Double($0).flatMap { (0...1).contains($0) ? $0 : nil }
        }
    }

    func runAheadList() throws -> [Int]? {
        try runAhead.map { text in
            try distinctList("--run-ahead", text, "a number from 0") { Int($0).flatMap { $0 >= 0 ? $0 : nil } }
        }
    }
}

/// The values of an option that takes a list, separated by commas.
///
/// - Parameter wanted: what each is, for the error.
func commaList<Value>(
    _ option: String, _ text: String, _ wanted: String, _ read: (String) -> Value?
) throws -> [Value] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let value = read(String(part)) else {
            throw ValidationError("\(option): '\(part)' is not \(wanted); values are separated by commas")
        }
        return value
    }
}

/// The same, each value once, where it stands first.
func distinctList<Value: Hashable>(
    _ option: String, _ text: String, _ wanted: String, _ read: (String) -> Value?
) throws -> [Value] {
    var seen: Set<Value> = []
    return try commaList(option, text, wanted, read).filter { seen.insert($0).inserted }
}

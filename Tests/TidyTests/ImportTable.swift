/// Who may import whom: the table of the architecture as data. A new edge is a decision and gets a note in
/// `docs/decisions/`.
enum ImportTable {
    struct Row: Sendable {
        /// Modules of this project and of others.
        let modules: Set<String>
        /// Modules of the platform.
        let platform: Set<String>
        /// Values in, values out: no clock, no randomness, no input, no output.
        let isPure: Bool
        /// Files that may import more than the rest, by name.
        let exceptions: [String: Set<String>]
    }

    /// The C library under its names on different systems, for `exp`, `log` and the like.
    private static let mathematics: Set<String> = ["Glibc", "Musl", "Darwin"]
    private static let wholePlatform = mathematics.union([
        "Foundation", "FoundationEssentials", "Dispatch", "Synchronization",
    ])

    private static func pure(
        _ modules: Set<String> = [], platform: Set<String> = [], exceptions: [String: Set<String>] = [:]
    ) -> Row {
        Row(modules: modules, platform: platform, isPure: true, exceptions: exceptions)
    }

    private static func shell(_ modules: Set<String>) -> Row {
        Row(modules: modules, platform: wholePlatform, isPure: false, exceptions: [:])
    }

    static let rows: [String: Row] = [
        "Domain": pure(),
        "Conformal": pure(["Domain"], platform: mathematics),
        "Coordination": pure(["Conformal", "Domain", "Evaluation"]),
        "Comparison": pure(["Domain", "Evaluation"]),
        "Planning": pure(["Domain"]),
        // JSON between commands and coordinator, and what generated code needs, come from Foundation.
        "Wire": pure(["Domain", "SwiftProtobuf"], platform: ["Foundation", "FoundationEssentials"]),
        "Evaluation": pure(["BigInt"], platform: mathematics, exceptions: ["BatchReader.swift": ["Foundation"]]),
        "Tokenizers": pure(platform: mathematics.union(["Synchronization"])),
        "ModelFiles": pure(),
        "Batching": pure(),
        "WorkerCore": pure(["Domain", "Evaluation", "Tokenizers", "Wire"], platform: mathematics),
        "Simulation": pure(["Coordination", "Domain", "Tokenizers", "Wire", "WorkerCore"]),
        "Tensors": shell(["CKernels", "CMappings", "COpenBLAS", "ModelFiles"]),
        "Transformer": shell(["CKernels", "ModelFiles", "Tensors", "Tokenizers"]),
        "Engine": shell(["Batching", "Tensors", "Tokenizers", "Transformer"]),
        "Runtime": shell(["Domain"]),
        "Transport": shell(["CZeroMQ", "Domain", "Runtime"]),
        // CYaml is libyaml, a target of the package Yams.
        "Settings": shell(["CYaml", "Domain", "Evaluation", "Yams"]),
        "Logs": shell(["Domain", "Logging"]),
        "RunStore": shell(["Domain", "GRDB"]),
        "ModelStore": shell(["COpenSSL", "Yams"]),
        "CoordinatorService": shell([
            "Coordination", "Domain", "Evaluation", "Logging", "Logs", "RunStore", "Runtime", "Settings", "Transport",
            "Wire",
        ]),
        "WorkerService": shell([
            "Domain", "Engine", "Logging", "Logs", "ModelFiles", "ModelStore", "Runtime", "Settings", "Tensors",
            "Tokenizers", "Transformer", "Transport", "Wire", "WorkerCore",
        ]),
        "A1": shell([
            "ArgumentParser", "Batching", "CAllocations", "Comparison", "Conformal", "Coordination",
            "CoordinatorService", "Domain", "Engine", "Evaluation", "Logging", "Logs", "ModelFiles", "ModelStore",
            "Planning", "RunStore", "Runtime", "Settings", "Simulation", "Tensors", "Tokenizers", "Transformer",
            "Transport", "Wire", "WorkerService",
        ]),
    ]

    /// C modules and system library maps: no Swift in them.
    static let withoutSwift: Set<String> = [
        "CAllocations", "CKernels", "CMappings", "COpenBLAS", "COpenSSL", "CZeroMQ",
    ]
}

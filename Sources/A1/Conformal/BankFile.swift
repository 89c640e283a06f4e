import Domain
import Foundation
import Glibc
import ModelStore
import Runtime
import Settings

/// Named calibration banks, a file each in the cluster's folder: a line `a1-bank 1 SHA256` and JSON, of which the
/// digest is.
enum BankFile {
    private static let magic = "a1-bank 1 "

    static func folder(_ cluster: ClusterFolder) -> String { "\(cluster.path)/banks" }

    /// Where the bank of a name is; a path is itself.
    static func path(_ name: String, folder cluster: ClusterFolder) -> String {
        name.contains("/") ? name : "\(folder(cluster))/\(name).bank"
    }

    static func exists(_ name: String, folder: ClusterFolder) -> Bool {
        FileManager.default.fileExists(atPath: path(name, folder: folder))
    }

    /// - Throws: a command's failure, for a file that is not there, cut short or changed.
    static func load(_ name: String, folder: ClusterFolder) throws -> CalibrationBank {
        let path = path(name, folder: folder)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw fail(.noInput, "there is no bank \(path): a1 calibrate makes one, a1 bank lists those that are there")
        }
        func bad(_ reason: String) -> any Error {
            fail(.dataError, "\(path): \(reason); make it anew with a1 calibrate")
        }
        guard let end = data.firstIndex(of: 0x0A), data.starts(with: Data(magic.utf8)) else {
            throw bad("this is no calibration bank")
        }
        let body = Data(data[data.index(after: end)...])
        let digest = String(decoding: data[data.startIndex..<end].dropFirst(magic.utf8.count), as: UTF8.self)
        guard TextDigest.sha256([UInt8](body)) == digest else {
            throw bad("the file was cut short or changed: its digest is not the one it begins with")
        }
        guard let bank = try? JSONDecoder().decode(CalibrationBank.self, from: body) else {
            throw bad("another version of A1 wrote it")
        }
        if let fault = bank.fault { throw bad(fault) }
        return bank
    }

    /// Writes a bank whole or not at all.
    ///
    /// - Parameter replaces: whether one of the same name may be lost.
    /// - Returns: its path.
    static func save(_ bank: CalibrationBank, folder cluster: ClusterFolder, replaces: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(Documented(bank))
        let path = path(bank.name, folder: cluster)
        do {
            try FileManager.default.createDirectory(
                atPath: folder(cluster), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let data = Data("\(magic)\(TextDigest.sha256([UInt8](body)))\n".utf8) + body
            let place = replaces ? path : "\(path).\(ProcessFacts.randomName())"
            try data.write(to: URL(fileURLWithPath: place), options: .atomic)
            guard !replaces else { return path }
            defer { unlink(place) }
            // Unlike a renaming, this fails where there is one.
            guard link(place, path) == 0 else {
                throw fail(
                    .cannotCreate, errno == EEXIST
                        ? "a bank \(bank.name) was made meanwhile: replace it with --replace"
                        : "cannot write \(path): \(String(cString: strerror(errno)))")
            }
            return path
        } catch let error as Failure {
            throw error
        } catch {
            throw fail(.cannotCreate, "cannot write \(path): \(error.localizedDescription)")
        }
    }

    /// The names of the cluster's banks.
    static func names(_ cluster: ClusterFolder) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder(cluster))) ?? []
        return files.filter { $0.hasSuffix(".bank") }.map { String($0.dropLast(5)) }.sorted()
    }
}

import Domain
import Foundation

/// A file that people write settings into, as bytes.
enum SettingsFile {
    /// - Throws: why it cannot be read; a folder, a pipe and what is larger than any configuration are not.
    static func bytes(of path: String) throws(SettingsError) -> [UInt8] {
        func refusal(_ reason: String) -> SettingsError {
            SettingsError(file: path, problems: [SettingsProblem(line: nil, column: nil, reason: reason)])
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw refusal("cannot be read: \(String(cString: strerror(errno)))")
        }
        // Reading a pipe or a folder would wait for ever or fail oddly.
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal("is not a file") }
        let maximum = Limits.standard.configBytes
        guard status.st_size <= maximum else {
            throw refusal("has \(status.st_size) bytes, \(maximum) is the most that is read")
        }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw refusal("cannot be read: \(error.localizedDescription)")
        }
    }
}

import Foundation
import TestSupport
import Testing

/// RELIABILITY.md G3: files made to cost memory are refused cheaply, by the real command.
@Suite struct HostileModelTests {
    /// GGUF 3 without tensors: keys, and their bytes.
    private static func file(keys: UInt64, _ parts: [[UInt8]], byteCount: Int? = nil) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "hostile-\(UUID().uuidString).gguf")
        let head = Array("GGUF".utf8) + bytes(UInt32(3)) + bytes(UInt64(0)) + bytes(keys) + parts.joined()
        try Data(head).write(to: url)
        // What is not written takes no room on the disk and reads as zeros.
        if let byteCount { #expect(truncate(url.path, off_t(byteCount)) == 0) }
        return url
    }

    private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + text.utf8 }

    private static func array(_ type: UInt32, _ count: Int) -> [UInt8] {
        text("k") + bytes(UInt32(9)) + bytes(type) + bytes(UInt64(count))
    }

    /// Name, file, what the message says.
    private static let cases: [String: (make: @Sendable () throws -> URL, says: String)] = [
        "2^26 bytes": ({ try file(keys: 1, [array(0, 1 << 26)], byteCount: 70 << 20) }, "'k' at offset 49"),
        "2^26 strings": ({ try file(keys: 1, [array(8, 1 << 26)], byteCount: 600 << 20) }, "'k' at offset 49"),
        "a string of 64 MiB": ({
            try file(keys: 1, [text("k"), bytes(UInt32(8)), bytes(UInt64(64 << 20))], byteCount: 70 << 20)
        }, "'k' at offset 45"),
        // Read whole, and refused for what follows.
        "60 MiB of bytes": ({ try file(keys: 2, [array(0, 60 << 20)], byteCount: 61 << 20) }, "metadata key 1"),
        "7 million empty strings": ({
            try file(keys: 2, [array(8, 7_000_000)], byteCount: 60 << 20)
        }, "metadata key 1"),
        "65,537 keys": ({ try file(keys: 65_537, [], byteCount: 70 << 20) }, "65537 metadata keys"),
        "60,000 keys of 1,000 bytes": ({
            let keys = (0..<60_000).map { number in
                text(String(repeating: "k", count: 995) + "\(10_000 + number % 59_999)") + bytes(UInt32(0)) + [1]
            }
            return try file(keys: 60_000, keys)
        }, "stands twice"),
    ]

    /// 192 MiB of data and at most 64 MiB of the file make 256; the limit of time counts whole seconds of a processor.
    @Test(arguments: cases.keys.sorted()) func aFileMadeToCostMemoryIsRefusedCheaply(name: String) throws {
        let (make, says) = try #require(Self.cases[name])
        let url = try make()
        defer { try? FileManager.default.removeItem(at: url) }
        let shell = "ulimit -d 196608 && ulimit -t 2 && exec \"$0\" model inspect \"$1\" 2>&1"
        let child = try ChildProcess(
            URL(fileURLWithPath: "/bin/sh"), ["-c", shell, TestCluster.executable.path, url.path], output: .piped)
        let output = String(decoding: try child.readToEnd(), as: UTF8.self)
        #expect(try child.wait() == 65)
        #expect(output.contains(url.path) && output.contains(says), "\(output.prefix(300))")
    }
}

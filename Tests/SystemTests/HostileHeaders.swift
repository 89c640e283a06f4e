import ModelFiles
import TestSupport

/// RELIABILITY.md G1 to G3: headers, metadata and tensor tables.
extension HostileFile {
    /// G1: the list that llama.cpp refuses.
    static let headers: [HostileFile] = [
        HostileFile("another magic", names: "GGUF", content: .bytes { Array("GGML0000000000000000000000".utf8) }),
        file("version 0", names: "version 0", version: 0),
        file("version 1", names: "version 1", version: 1),
        file("a version of the future", names: "version 4", version: 4),
        file("2^64 - 1 tensors", names: "18446744073709551615 tensors", tensors: .max),
        file("2^64 - 1 keys", names: "18446744073709551615 metadata keys", keys: .max),
        file("more keys than bytes", names: "offset 24", keys: 1_000),
        file("more tensors than bytes", names: "offset 24", tensors: 1_000),
        file("a key of 2^64 - 1 bytes", names: "key 0", keys: 1) { $0.integer(UInt64.max) },
        file("an empty key", names: "key 0", keys: 1) { $0.integer(UInt64(0)) },
        file("a key that is not UTF-8", names: "key 0", keys: 1) {
            $0.integer(UInt64(1))
            $0.bytes.append(0xff)
        },
        file("a type of value that does not exist", names: "'k'", keys: 1) { $0.key("k", type: 13) },
        file("the same key twice", names: "'k'", keys: 2) {
            $0.key("k", uint32: 1)
            $0.key("k", uint32: 1)
        },
        file("a bool of 7", names: "'k'", keys: 1) {
            $0.key("k", type: 7)
            $0.bytes.append(7)
        },
        file("alignment 0", names: "general.alignment", keys: 1) { $0.key("general.alignment", uint32: 0) },
        file("alignment 13", names: "general.alignment", keys: 1) { $0.key("general.alignment", uint32: 13) },
        file("alignment of another type", names: "general.alignment", keys: 1) {
            $0.key("general.alignment", type: 10)
            $0.integer(UInt64(32))
        },
        file("a name of 65 bytes", names: "tensor 0", tensors: 1) {
            $0.tensor(String(repeating: "n", count: 65), shape: [4])
        },
        file("a name of 2^64 - 1 bytes", names: "tensor 0", tensors: 1) { $0.integer(UInt64.max) },
        file("five dimensions", names: "'w'", tensors: 1) { $0.tensor("w", shape: [1, 1, 1, 1, 1]) },
        file("no dimension", names: "'w'", tensors: 1) { $0.tensor("w", shape: []) },
        file("an extent of 0", names: "'w'", tensors: 1) { $0.tensor("w", shape: [4, 0]) },
        file("a negative extent", names: "'w'", tensors: 1) { $0.tensor("w", shape: [UInt64(bitPattern: -4)]) },
        file("more elements than 63 bits", names: "'w'", tensors: 1) {
            $0.tensor("w", shape: [1 << 32, 1 << 32])
        },
        file("more bytes than 63 bits", names: "'w'", tensors: 1) { $0.tensor("w", shape: [1 << 62]) },
        file("an unknown type of tensor", names: "'w'", tensors: 1) { $0.tensor("w", shape: [32], type: 99) },
        file("a negative type of tensor", names: "'w'", tensors: 1) { $0.tensor("w", shape: [32], type: .max) },
        file("a part of a block", names: "'w'", tensors: 1) { $0.tensor("w", shape: [48], type: 8) },
        file("a misaligned offset", names: "'w'", tensors: 1) {
            $0.tensor("w", shape: [4], offset: 8)
            $0.data(64)
        },
        file("the same tensor twice", names: "'w'", tensors: 2) {
            $0.tensor("w", shape: [8])
            $0.tensor("w", shape: [8], offset: 32)
            $0.data(64)
        },
        file("an offset that another alignment made", names: "'v'", tensors: 2, keys: 1) {
            $0.key("general.alignment", uint32: 64)
            $0.tensor("w", shape: [8])
            $0.tensor("v", shape: [8], offset: 32)
            $0.data(128)
        },
        file("not enough data", names: "'w'", tensors: 1, filler: 0) {
            $0.tensor("w", shape: [8])
            $0.data(31)
        },
        file("two tensors of 2^63 - 64 bytes", names: "'w'", tensors: 2) {
            $0.tensor("w", shape: [(1 << 62) - 32], type: 1)
            $0.tensor("v", shape: [(1 << 62) - 32], type: 1, offset: (1 << 63) - 64)
        },
    ]

    /// G2: places outside of the file, and sizes that only exist on paper.
    static let places: [HostileFile] = {
        let last = UInt64.max - 31
        let tensors: [(String, shape: [UInt64], type: UInt32, offset: UInt64)] = [
            ("one value more than there is", [1_025], 0, 0), ("the end one row behind the file", [1_024], 0, 32),
            ("an offset at the end", [4], 0, 4_096), ("an offset behind the end", [4], 0, 4_128),
            ("an offset of 2^40", [4], 0, 1 << 40), ("offset plus size wraps", [8], 0, last),
            ("offset plus size wraps to inside", [1 << 60], 0, (1 << 63) - 64),
            ("an exabyte", [1 << 58], 0, 0), ("an exabyte of matrix", [1 << 29, 1 << 29], 0, 0),
            ("eight exabytes, quantised", [1 << 61, 2], 8, 0), ("a gap before the first", [4], 0, 32),
        ]
        var files = tensors.map { name, shape, type, offset in
            file(name, names: "'w'", tensors: 1, filler: 0) {
                $0.tensor("w", shape: shape, type: type, offset: offset)
                $0.data(4_096)
            }
        }
        let second: [(String, offset: UInt64)] = [("two tensors in one place", 0), ("two tensors that overlap", 64)]
        for (name, offset) in second {
            files.append(
                file(name, names: "'v'", tensors: 2, filler: 0) {
                    $0.tensor("w", shape: [24])
                    $0.tensor("v", shape: [4], offset: offset)
                    $0.data(4_096)
                })
        }
        return files
    }()

    private static func array(of type: UInt32, count: UInt64) -> [UInt8] {
        var builder = FileBuilder(keys: 1)
        builder.key("k", type: 9)
        builder.integer(type)
        builder.integer(count)
        return builder.bytes
    }

    private static func string(of count: UInt64) -> [UInt8] {
        var builder = FileBuilder(keys: 1)
        builder.key("k", type: 8)
        builder.integer(count)
        return builder.bytes
    }

    /// G3: values of absurd sizes, claimed and really there; files that stop. What may be there is then refused for
    /// having no architecture.
    static let sizes: [HostileFile] = claimed + present + stopped

    private static let stopped: [HostileFile] = [
        file("big-endian", names: "big-endian", version: UInt32(3).byteSwapped),
        HostileFile("nothing", names: "empty", content: .bytes { [] }),
        HostileFile("a header alone", names: "architecture", content: .bytes { FileBuilder().bytes }),
        HostileFile("half a model", names: "offset", content: .bytes {
            let bytes = TinyModel().writer().bytes()
            return Array(bytes[..<(bytes.count / 2)])
        }),
        HostileFile("a model without its last bytes", names: "'blk.1.ffn_down.weight'", content: .bytes {
            Array(TinyModel().writer().bytes().dropLast(64))
        }),
    ]

    private static let claimed: [HostileFile] = [
        HostileFile("a string of 2^30", names: "'k'", content: .bytes { string(of: 1 << 30) }),
        HostileFile("an array of 2^30", names: "'k'", content: .bytes { array(of: 4, count: 1 << 30) }),
        HostileFile("an array of arrays", names: "'k'", content: .bytes {
            array(of: 9, count: 4) + [UInt8](repeating: 0, count: 99)
        }),
    ]

    private static let present: [HostileFile] = {
        var files: [HostileFile] = []
        func add(_ name: String, _ start: [UInt8], _ size: UInt64) {
            files.append(
                HostileFile(
                    name + " that is there", names: "'k'", "architecture", content: .sparse(start, size: size)))
        }
        add("a string of 2^30", string(of: 1 << 30), 2 << 30)
        add("a string of 64 MiB", string(of: 64 << 20), 128 << 20)
        add("an array of 2^30", array(of: 4, count: 1 << 30), 5 << 30)
        add("2^26 bytes", array(of: 0, count: 1 << 26), 128 << 20)
        add("2^26 bools", array(of: 7, count: 1 << 26), 128 << 20)
        add("2^26 doubles", array(of: 12, count: 1 << 26), 1 << 30)
        add("2^26 empty strings", array(of: 8, count: 1 << 26), 1 << 30)
        return files + [millionKeys, millionTensors]
    }()

    private static let millionKeys = HostileFile("a million keys", names: "keys", "architecture", content: .bytes {
        var builder = FileBuilder(keys: 1_000_000)
        for index in 0..<1_000_000 { builder.key("key.\(index)", uint32: 1) }
        return builder.bytes
    })

    private static let millionTensors = HostileFile("a million tensors", names: "tensor", content: .bytes {
        var builder = FileBuilder(tensors: 1_000_000)
        for index in 0..<1_000_000 { builder.tensor("t\(index)", shape: [1], offset: UInt64(index) * 32) }
        builder.data(64)
        return builder.bytes
    })
}

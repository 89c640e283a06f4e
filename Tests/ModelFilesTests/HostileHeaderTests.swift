import ModelFiles
import TestSupport
import Testing

/// RELIABILITY.md G1 and G3: headers and metadata that no honest writer makes.
@Suite("Hostile headers and metadata")
struct HostileHeaderTests {
    private func refused(
        tensors: UInt64 = 0, keys: UInt64 = 1, _ build: (inout FileBuilder) -> Void
    ) -> ModelFileError? {
        var builder = FileBuilder(tensors: tensors, keys: keys)
        build(&builder)
        builder.filler(100)
        return refusal(builder.bytes)
    }

    @Test("magic and version")
    func magicAndVersion() {
        #expect(refusal(Array("GGML".utf8)) == .notGGUF(found: Array("GGML".utf8)))
        #expect(refusal([UInt8](repeating: 0, count: 64)) == .notGGUF(found: [0, 0, 0, 0]))
        for version: UInt32 in [0, 1, 4, .max] {
            #expect(refusal(FileBuilder(version: version).bytes) == .unsupportedVersion(version))
        }
        #expect(refusal(FileBuilder(version: UInt32(3).byteSwapped).bytes) == .bigEndian)
        #expect(refusal(FileBuilder(version: UInt32(2).byteSwapped).bytes) == .bigEndian)
        for version: UInt32 in [2, 3] { #expect(refusal(FileBuilder(version: version).bytes) == nil) }
    }

    @Test("nothing, and a header alone")
    func tiny() {
        #expect(refusal([]) == .truncated(reading: "the magic number", offset: 0, needed: 4, available: 0))
        #expect(refusal(FileBuilder().bytes) == nil)
    }

    @Test("counts: absurd, past the limit, and more than the file can hold")
    func counts() {
        let limit = 1 << 16
        for claimed in [UInt64.max, 1 << 63, UInt64(limit) + 1] {
            #expect(refused(keys: claimed) { _ in } == .tooManyKeys(claimed: claimed, limit: limit))
            #expect(refused(tensors: claimed, keys: 0) { _ in } == .tooManyTensors(claimed: claimed, limit: limit))
        }
        #expect(refused(keys: 1_000_000) { _ in } == .tooManyKeys(claimed: 1_000_000, limit: limit))
        #expect(refused(keys: 60_000) { _ in }
            == .truncated(reading: "the metadata", offset: 24, needed: 840_000, available: 100))
        #expect(refused(tensors: UInt64(limit), keys: 0) { _ in }
            == .truncated(reading: "the tensor table", offset: 24, needed: 33 << 16, available: 100))
    }

    @Test("keys: length 2^64 - 1, empty, too long, not UTF-8, twice")
    func keys() {
        for claimed: UInt64 in [.max, 0, 65_536] {
            #expect(refused { $0.integer(claimed) }
                == .keyLength(index: 0, offset: 24, claimed: claimed, limit: 65_535))
        }
        #expect(refused { $0.integer(UInt64(60_000)) }
            == .truncated(reading: "metadata key 0", offset: 32, needed: 60_000, available: 100))
        #expect(refused { builder in
            builder.integer(UInt64(2))
            builder.bytes += [0xc3, 0x28]
        } == .keyNotUTF8(index: 0, offset: 24))
        #expect(refused(keys: 2) { builder in
            builder.key("a", uint32: 1)
            builder.key("a", uint32: 2)
        } == .duplicateKey("a"))
    }

    @Test("value types that do not exist")
    func valueTypes() {
        for type: UInt32 in [13, 255, .max] {
            #expect(refused { $0.key("k", type: type) } == .unknownValueType(key: "k", type: type))
        }
        #expect(refused { builder in
            builder.key("k", type: 9)
            builder.integer(UInt32(77))
        } == .unknownValueType(key: "k", type: 77))
    }

    @Test("strings: 2^64 - 1, 2^30, longer than the file")
    func strings() {
        let limit = 64 << 20
        for claimed: UInt64 in [.max, 1 << 30, UInt64(limit) + 1] {
            #expect(refused { builder in
                builder.key("k", type: 8)
                builder.integer(claimed)
            } == .stringTooLong(key: "k", offset: 37, claimed: claimed, limit: limit))
        }
        #expect(refused { builder in
            builder.key("k", type: 8)
            builder.integer(UInt64(limit))
        } == .truncated(
            reading: "a string of metadata key 'k'", offset: 45, needed: UInt64(limit), available: 100))
    }

    @Test("arrays: 2^64 - 1, 2^30, longer than the file, nested, with a bad element")
    func arrays() {
        func array(
            _ type: UInt32, _ count: UInt64, _ build: (inout FileBuilder) -> Void = { _ in }
        ) -> ModelFileError? {
            refused { builder in
                builder.key("k", type: 9)
                builder.integer(type)
                builder.integer(count)
                build(&builder)
            }
        }
        let limit = 1 << 26
        for claimed: UInt64 in [.max, 1 << 30, UInt64(limit) + 1] {
            #expect(array(8, claimed) == .arrayTooLong(key: "k", claimed: claimed, limit: limit))
        }
        let reading = "the array of metadata key 'k'"
        for (type, size) in [(UInt32(0), 1), (3, 2), (6, 4), (7, 1), (8, 8), (11, 8), (12, 8)] {
            #expect(array(type, UInt64(limit))
                == .truncated(reading: reading, offset: 49, needed: UInt64(limit * size), available: 100))
        }
        #expect(array(9, 1) == .nestedArray(key: "k"))
        #expect(array(10, 1) { $0.integer(UInt64.max) } == .arrayNumberTooLarge(key: "k", index: 0))
        #expect(array(7, 2) { $0.bytes += [1, 2] } == .badBool(key: "k", offset: 50, byte: 2))
        #expect(array(8, 2) { $0.integer(UInt64.max) }
            == .stringTooLong(key: "k", offset: 49, claimed: .max, limit: 64 << 20))
    }

    @Test("a bool that is neither")
    func bools() {
        #expect(refused { builder in
            builder.key("k", type: 7)
            builder.bytes.append(7)
        } == .badBool(key: "k", offset: 37, byte: 7))
    }

    @Test("alignment: 0, 13, too large, of another type")
    func alignment() {
        for bytes: UInt32 in [0, 13, 1 << 21, .max] {
            #expect(refused { $0.key("general.alignment", uint32: bytes) } == .badAlignment(UInt64(bytes)))
        }
        #expect(refused { builder in
            builder.key("general.alignment", type: 10)
            builder.integer(UInt64(32))
        } == .wrongType(key: "general.alignment", wanted: "uint32", found: "uint64"))
        #expect(refused { $0.key("general.alignment", uint32: 64) } == nil)
    }
}

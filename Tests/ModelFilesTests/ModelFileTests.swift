import ModelFiles
import TestSupport
import Testing

@Suite("Model files")
struct ModelFileTests {
    /// A file of about 4 KiB with every kind of value and several tensors.
    private static let everything = ModelFileWriter(
        metadata: [
            ("a.uint8", .uint8(200)), ("a.int8", .int8(-5)), ("a.uint16", .uint16(60_000)),
            ("a.int16", .int16(-30_000)), ("a.uint32", .uint32(4_000_000_000)), ("a.int32", .int32(-2_000_000_000)),
            ("a.uint64", .uint64(1 << 63)), ("a.int64", .int64(-1 << 62)), ("a.float32", .float32(0.1)),
            ("a.float64", .float64(0.1)), ("a.yes", .bool(true)), ("a.no", .bool(false)),
            ("a.text", .string("Grüße, 世界")), ("a.bytes", .string([0xff, 0x00])),
            ("a.strings", .array(.strings((0..<100).map { Array("token \($0)".utf8) }))),
            ("a.ints", .array(.integers([1, -2, 1 << 40]))), ("a.shorts", .array(.integers([3, -4]))),
            ("a.floats", .array(.floats([0.5, -0.25]))), ("a.doubles", .array(.floats([0.1]))),
            ("a.bools", .array(.bools([true, false]))), ("a.none", .array(.strings([]))),
        ],
        tensors: [
            .init(name: "norm.weight", shape: [5], values: [1, 2, 3, 4, 5]),
            .init(name: "blk.0.w", shape: [32, 3], type: .q8_0, bytes: [UInt8](repeating: 7, count: 102)),
            .init(name: "blk.0.v", shape: [4, 2, 3, 2], values: [Float](repeating: 0.5, count: 48)),
        ])

    @Test("what the writer writes is read back", arguments: [2, 3] as [UInt32])
    func roundTrip(_ version: UInt32) throws {
        var writer = Self.everything
        writer.version = version
        let model = try parse(writer.bytes())
        #expect(model.version == version)
        #expect(model.metadata.keys == writer.metadata.map(\.0))
        for (key, value) in writer.metadata { #expect(model.metadata[key] == value) }
        #expect(model.tensors.map(\.name) == writer.tensors.map(\.name))
        #expect(model.tensors.map(\.shape) == writer.tensors.map(\.shape))
        for tensor in writer.tensors {
            let entry = try model.requiredTensor(tensor.name)
            #expect(entry.type == tensor.type)
            #expect(entry.offset % 32 == 0)
            #expect(Array(writer.bytes()[entry.offset..<entry.offset + entry.byteCount]) == tensor.bytes)
        }
        #expect(model.tensor("absent") == nil)
        #expect(throws: ModelFileError.missingTensor("absent")) { try model.requiredTensor("absent") }
    }

    @Test("alignments other than 32", arguments: [1, 8, 64, 4_096])
    func alignments(_ bytes: Int) throws {
        var writer = Self.everything
        writer.alignment = bytes
        writer.metadata.append(("general.alignment", .uint32(UInt32(bytes))))
        let model = try parse(writer.bytes())
        #expect(model.alignment == bytes)
        #expect(model.tensors.allSatisfy { $0.offset % bytes == 0 })
    }

    @Test("cut at every byte: refused by a typed error with words, or no different")
    func truncations() throws {
        var writer = Self.everything
        writer.tensors.append(.init(name: "last", shape: [512], values: [Float](repeating: 0, count: 512)))
        let bytes = writer.bytes()
        #expect(bytes.count > 4_096)
        let whole = try parse(bytes)
        for count in 0..<bytes.count {
            let error = refusal(Array(bytes[..<count]))
            #expect(error != nil, "\(count) bytes")
            if let error, count % 64 == 0 { #expect(error.description.contains("; ")) }
        }
        #expect(try parse(bytes + [1, 2, 3]).tensors == whole.tensors)
    }

    @Test("any byte changed: a value or a typed error, nothing else")
    func mutations() {
        let bytes = Self.everything.bytes()
        for offset in bytes.indices {
            for value: UInt8 in [0, 0x7f, 0xff] {
                var changed = bytes
                changed[offset] = value
                _ = refusal(changed)
            }
        }
    }

    @Test("random bytes behind a good header")
    func randomBytes() {
        var state: UInt64 = 1
        for round in 0..<2_000 {
            var builder = FileBuilder(tensors: UInt64(round % 3), keys: UInt64(round % 4))
            for _ in 0..<64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Mostly small numbers: lengths and types that lead on into the parser.
                builder.integer(round % 2 == 0 ? UInt32(state >> 60) : UInt32(truncatingIfNeeded: state >> 32))
            }
            _ = refusal(builder.bytes)
        }
    }

    @Test("every error says what is wrong and what to do")
    func descriptions() {
        let errors: [ModelFileError] = [
            .notGGUF(found: [1]), .bigEndian, .unsupportedVersion(9),
            .truncated(reading: "x", offset: 1, needed: 2, available: 3), .tooManyKeys(claimed: 1, limit: 2),
            .headTooLong(reading: "x", offset: 1, limit: 2),
            .tooManyTensors(claimed: 1, limit: 2), .keyLength(index: 0, offset: 1, claimed: 2, limit: 3),
            .keyNotUTF8(index: 0, offset: 1), .duplicateKey("k"), .unknownValueType(key: "k", type: 1),
            .nestedArray(key: "k"), .stringTooLong(key: "k", offset: 1, claimed: 2, limit: 3),
            .arrayTooLong(key: "k", claimed: 1, limit: 2), .arrayNumberTooLarge(key: "k", index: 0),
            .badBool(key: "k", offset: 0, byte: 2), .badAlignment(3),
            .tensorNameLength(index: 0, offset: 1, claimed: 2, limit: 3), .tensorNameNotUTF8(index: 0, offset: 1),
            .duplicateTensor("t"), .dimensionCount(tensor: "t", claimed: 5, limit: 4),
            .badDimension(tensor: "t", dimension: 0, extent: 0), .unsupportedTensorType(tensor: "t", type: 99),
            .partialBlock(tensor: "t", extent: 5, elementsPerBlock: 32), .tensorTooLarge(tensor: "t"),
            .misalignedTensor(tensor: "t", offset: 1, alignment: 32),
            .overlappingTensor(tensor: "t", offset: 0, expected: 32),
            .tensorGap(tensor: "t", offset: 64, expected: 32),
            .tensorBeyondEnd(tensor: "t", offset: 0, byteCount: 9, available: 8), .missingKey("k"),
            .wrongType(key: "k", wanted: "a", found: "b"), .notUTF8(key: "k"), .numberTooLarge(key: "k"),
            .missingTensor("t"),
        ]
        for error in errors {
            let parts = error.description.split(separator: ";")
            #expect(parts.count >= 2 && parts[0].count > 10, "\(error.description)")
        }
    }
}

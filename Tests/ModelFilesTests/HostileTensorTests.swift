import ModelFiles
import TestSupport
import Testing

/// RELIABILITY.md G1 and G2: tensor tables that lie about names, shapes, types and places.
@Suite("Hostile tensor tables")
struct HostileTensorTests {
    /// A file with the given tensor rows and 4 KiB of data.
    private func refused(
        _ count: UInt64 = 1, data: Int = 4_096, _ build: (inout FileBuilder) -> Void
    ) -> ModelFileError? {
        var builder = FileBuilder(tensors: count)
        build(&builder)
        builder.data(data)
        return refusal(builder.bytes)
    }

    @Test("names: 2^64 - 1, empty, 65 bytes, not UTF-8, twice")
    func names() {
        for claimed: UInt64 in [.max, 0, 65] {
            #expect(refused { $0.integer(claimed) }
                == .tensorNameLength(index: 0, offset: 24, claimed: claimed, limit: 64))
        }
        #expect(refused { $0.tensor(String(repeating: "n", count: 64), shape: [4]) } == nil)
        #expect(refused { builder in
            builder.integer(UInt64(1))
            builder.bytes.append(0xff)
        } == .tensorNameNotUTF8(index: 0, offset: 24))
        #expect(refused(2) { builder in
            builder.tensor("w", shape: [8])
            builder.tensor("w", shape: [8], offset: 32)
        } == .duplicateTensor("w"))
    }

    @Test("shapes: no dimension, five, 2^32 - 1, zero, negative")
    func shapes() {
        for claimed: UInt32 in [0, 5, .max] {
            #expect(refused { builder in
                builder.text("w")
                builder.integer(claimed)
            } == .dimensionCount(tensor: "w", claimed: claimed, limit: 4))
        }
        for extent: UInt64 in [0, 1 << 63, .max] {
            #expect(refused { $0.tensor("w", shape: [4, extent]) }
                == .badDimension(tensor: "w", dimension: 1, extent: extent))
        }
    }

    @Test("types: removed, unknown, negative; rows that are not whole blocks")
    func types() {
        for type: UInt32 in [4, 5, 31, 99, .max] {
            #expect(refused { $0.tensor("w", shape: [32], type: type) }
                == .unsupportedTensorType(tensor: "w", type: type))
        }
        #expect(refused { $0.tensor("w", shape: [48], type: 8) }
            == .partialBlock(tensor: "w", extent: 48, elementsPerBlock: 32))
        #expect(refused { $0.tensor("w", shape: [128, 2], type: 12) }
            == .partialBlock(tensor: "w", extent: 128, elementsPerBlock: 256))
    }

    @Test("types that are not read are listed where they are asked for")
    func unsupportedTypes() throws {
        func parsed(_ offsets: [UInt64]) throws -> ModelFile {
            var builder = FileBuilder(tensors: 3)
            builder.tensor("a", shape: [8], offset: offsets[0])
            builder.tensor("odd", shape: [256, 2], type: 16, offset: offsets[1])
            builder.tensor("b", shape: [8], offset: offsets[2])
            builder.data(4_096)
            return try builder.bytes.withUnsafeBytes { try ModelFile.parse($0, keepsUnsupported: true) }
        }
        // Nobody knows how long the middle one is: the next may lie anywhere behind it.
        for next: UInt64 in [64, 1_024, 4_064] {
            let file = try parsed([0, 32, next])
            #expect(file.tensors.map(\.name) == ["a", "b"])
            #expect(file.unsupportedTensors.map(\.name) == ["odd"])
            #expect(file.unsupportedTensors[0].shape == [256, 2])
            #expect(file.unsupportedTensors[0].typeName == "16 (IQ2_XXS)")
            #expect(file.unsupportedTensors[0].refusal == .unsupportedTensorType(tensor: "odd", type: 16))
        }
        #expect(throws: ModelFileError.overlappingTensor(tensor: "b", offset: 32, expected: 64)) {
            try parsed([0, 32, 32])
        }
        #expect(throws: ModelFileError.tensorGap(tensor: "odd", offset: 64, expected: 32)) { try parsed([0, 64, 96]) }
        #expect(throws: ModelFileError.self) { try parsed([0, 8_192, 96]) }
    }

    @Test("sizes that overflow 63 bits in elements or bytes")
    func overflows() {
        let big: UInt64 = 1 << 32
        #expect(refused { $0.tensor("w", shape: [big, big]) } == .tensorTooLarge(tensor: "w"))
        #expect(refused { $0.tensor("w", shape: [1 << 62]) } == .tensorTooLarge(tensor: "w"))
        #expect(refused { $0.tensor("w", shape: [4, 1 << 61]) } == .tensorTooLarge(tensor: "w"))
        #expect(refused { $0.tensor("w", shape: [UInt64(Int.max)], type: 1) } == .tensorTooLarge(tensor: "w"))
        let million: UInt64 = 1 << 20
        #expect(refused { $0.tensor("w", shape: [million, million, million, million]) }
            == .tensorTooLarge(tensor: "w"))
    }

    @Test("logical exabytes with 4 KiB of data; offset plus size past the end; sums that wrap")
    func places() {
        func beyond(_ offset: UInt64, _ byteCount: Int) -> ModelFileError {
            .tensorBeyondEnd(tensor: "w", offset: offset, byteCount: byteCount, available: 4_096)
        }
        #expect(refused { $0.tensor("w", shape: [1 << 58]) } == beyond(0, 1 << 60))
        #expect(refused { $0.tensor("w", shape: [1_025]) } == beyond(0, 4_100))
        #expect(refused { $0.tensor("w", shape: [1_024], offset: 32) } == beyond(32, 4_096))
        #expect(refused { $0.tensor("w", shape: [4], offset: 4_096) } == beyond(4_096, 16))
        #expect(refused { $0.tensor("w", shape: [4], offset: 4_128) } == beyond(4_128, 16))
        let last = UInt64.max - 31
        #expect(refused { $0.tensor("w", shape: [8], offset: last) } == beyond(last, 32))
        let half: UInt64 = (1 << 63) - 64
        #expect(refused { $0.tensor("w", shape: [1 << 60], offset: half) } == beyond(half, 1 << 62))
        #expect(refused { $0.tensor("w", shape: [1_024]) } == nil)
    }

    @Test("two tensors of 2^63 - 64 bytes: the sum of memory overflows")
    func totalOverflow() {
        let extent: UInt64 = ((1 << 63) - 64) / 2
        #expect(refused(2) { builder in
            builder.tensor("w", shape: [extent], type: 1)
            builder.tensor("v", shape: [extent], type: 1, offset: (1 << 63) - 64)
        } == .tensorBeyondEnd(tensor: "w", offset: 0, byteCount: Int.max - 63, available: 4_096))
    }

    @Test("offsets: misaligned, overlapping, out of order, with a gap, inconsistent with the alignment")
    func offsets() {
        #expect(refused { $0.tensor("w", shape: [4], offset: 8) }
            == .misalignedTensor(tensor: "w", offset: 8, alignment: 32))
        #expect(refused { $0.tensor("w", shape: [4], offset: 32) }
            == .tensorGap(tensor: "w", offset: 32, expected: 0))
        func second(_ offset: UInt64) -> ModelFileError? {
            refused(2) { builder in
                builder.tensor("w", shape: [24])
                builder.tensor("v", shape: [4], offset: offset)
            }
        }
        #expect(second(96) == nil)
        #expect(second(0) == .overlappingTensor(tensor: "v", offset: 0, expected: 96))
        #expect(second(64) == .overlappingTensor(tensor: "v", offset: 64, expected: 96))
        #expect(second(128) == .tensorGap(tensor: "v", offset: 128, expected: 96))
        var builder = FileBuilder(tensors: 2, keys: 1)
        builder.key("general.alignment", uint32: 64)
        builder.tensor("w", shape: [8])
        builder.tensor("v", shape: [8], offset: 32)
        builder.data(4_096)
        #expect(refusal(builder.bytes) == .misalignedTensor(tensor: "v", offset: 32, alignment: 64))
    }

    @Test("a table without its data, and data that is short by one byte")
    func missingData() {
        #expect(refused(data: 0) { $0.tensor("w", shape: [8]) }
            == .tensorBeyondEnd(tensor: "w", offset: 0, byteCount: 32, available: 0))
        #expect(refused(data: 31) { $0.tensor("w", shape: [8]) }
            == .tensorBeyondEnd(tensor: "w", offset: 0, byteCount: 32, available: 31))
    }
}

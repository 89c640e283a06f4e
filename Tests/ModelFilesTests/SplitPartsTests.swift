import ModelFiles
import Testing

/// Names and keys of split models.
@Suite("Split models")
struct SplitPartsTests {
    private static let first = "folder/big-Q4-00001-of-00003.gguf"

    private func keys(
        _ number: MetadataValue?, _ count: MetadataValue?, _ tensors: MetadataValue? = .int32(7)
    ) -> Metadata {
        let pairs = [("split.no", number), ("split.count", count), ("split.tensors.count", tensors)]
        return Metadata(pairs.compactMap { key, value in value.map { (key, $0) } })
    }

    private func refusal(_ path: String, _ metadata: Metadata) -> SplitError? {
        do throws(SplitError) {
            _ = try SplitParts(openedBy: path, metadata)
            return nil
        } catch { return error }
    }

    @Test("the parts are found beside the first, whatever integers the keys are")
    func names() throws {
        for (number, count) in [
            (MetadataValue.uint16(0), MetadataValue.uint16(3)), (.int8(0), .uint64(3)), (.int64(0), .uint8(3)),
        ] {
            let parts = try #require(try SplitParts(openedBy: Self.first, keys(number, count)))
            #expect(parts.count == 3)
            #expect(parts.tensorCount == 7)
            #expect(parts.paths == [
                Self.first, "folder/big-Q4-00002-of-00003.gguf", "folder/big-Q4-00003-of-00003.gguf",
            ])
        }
    }

    @Test("a file that holds its model whole may have any name", arguments: [nil, 0, 1] as [UInt16?])
    func whole(_ count: UInt16?) throws {
        for path in ["model.gguf", Self.first, "00001-of-00003.gguf"] {
            #expect(try SplitParts(openedBy: path, keys(.uint16(0), count.map { .uint16($0) })) == nil)
        }
    }

    @Test("names that are not of the pattern", arguments: [
        "model.gguf", "big-0001-of-00003.gguf", "big-00001-of-00003.bin", "big-00001-of-3.gguf",
        "big-00000-of-00003.gguf", "big-00004-of-00003.gguf", "big00001-of-00003.gguf", "big-00001_of-00003.gguf", "",
        "big--0001-of-00003.gguf", "big-٠٠٠٠١-of-00003.gguf",
    ])
    func badNames(_ path: String) {
        let error = refusal(path, keys(.uint16(0), .uint16(3)))
        #expect(error == .nameWithoutNumbers(path: path, count: 3))
        #expect(error?.description.contains("NAME-00001-of-00003.gguf") == true)
    }

    @Test("a part other than the first says which to open")
    func notFirst() {
        let path = "folder/big-Q4-00002-of-00003.gguf"
        let error = refusal(path, keys(.uint16(1), .uint16(3)))
        #expect(error == .notFirst(path: path, number: 2, first: Self.first))
        #expect(error?.description.contains("open it by its first part, \(Self.first)") == true)
    }

    @Test("keys that are missing, of another type, or at odds with the name")
    func badKeys() {
        let path = Self.first
        let three = MetadataValue.uint16(3)
        #expect(refusal(path, keys(nil, three)) == .badKey(path: path, .missingKey("split.no")))
        #expect(refusal(path, keys(.uint16(0), three, nil))
            == .badKey(path: path, .missingKey("split.tensors.count")))
        #expect(refusal(path, keys(.uint16(0), .string("3")))
            == .badKey(path: path, .wrongType(key: "split.count", wanted: "integer", found: "string")))
        #expect(refusal(path, keys(.uint16(1), three))
            == .wrongNumber(path: path, key: "split.no", found: 1, expected: 0))
        #expect(refusal(path, keys(.uint16(0), .uint16(4)))
            == .wrongNumber(path: path, key: "split.count", found: 4, expected: 3))
        for claimed in [-1, 4_097, .max] {
            #expect(refusal(path, keys(.uint16(0), .int64(Int64(claimed))))
                == .partCount(path: path, claimed: claimed, limit: 4_096))
        }
    }

    @Test("a part that says something else than the first")
    func parts() throws {
        let parts = try #require(try SplitParts(openedBy: Self.first, keys(.uint16(0), .uint16(3))))
        let path = parts.paths[1]
        func check(_ metadata: Metadata) -> SplitError? {
            do throws(SplitError) {
                try parts.check(part: 1, metadata)
                return nil
            } catch { return error }
        }
        #expect(check(keys(.uint16(1), .uint16(3))) == nil)
        #expect(check(keys(.uint16(2), .uint16(3)))
            == .wrongNumber(path: path, key: "split.no", found: 2, expected: 1))
        #expect(check(keys(.uint16(1), .uint16(2)))
            == .wrongNumber(path: path, key: "split.count", found: 2, expected: 3))
        #expect(check(keys(.uint16(1), .uint16(3), .int32(8)))
            == .wrongNumber(path: path, key: "split.tensors.count", found: 8, expected: 7))
        #expect(check(keys(.uint16(1), nil)) == .badKey(path: path, .missingKey("split.count")))
        for error in [
            SplitError.badKey(path: path, .missingKey("split.no")), .partCount(path: path, claimed: 9, limit: 8),
            .nameWithoutNumbers(path: path, count: 2), .duplicateTensor("t", path: path, earlier: "x"),
            .wrongTensorTotal(path: path, found: 1, expected: 2),
        ] {
            #expect(error.description.contains(path) && error.description.contains("; "), "\(error)")
        }
    }
}

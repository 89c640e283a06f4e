import ModelFiles
import TestSupport
import Testing

@Suite("Metadata")
struct MetadataTests {
    private let metadata = Metadata([
        ("int", .uint32(7)), ("huge", .uint64(.max)), ("float", .float32(0.5)), ("yes", .bool(true)),
        ("text", .string("hello")), ("bytes", .string([0xff])),
        ("strings", .array(.strings([[65]]))), ("ints", .array(.integers([1, 2]))),
        ("floats", .array(.floats([1.5]))),
    ])

    @Test("typed look-ups give values")
    func values() throws {
        #expect(try metadata.int("int") == 7)
        #expect(try metadata.float("float") == 0.5)
        #expect(try metadata.float("int") == 7)
        #expect(try metadata.bool("yes"))
        #expect(try metadata.string("text") == "hello")
        #expect(try metadata.strings("strings") == [[65]])
        #expect(try metadata.ints("ints") == [1, 2])
        #expect(try metadata.floats("floats") == [1.5])
        #expect(try metadata.optionalInt("absent") == nil)
        #expect(try metadata.optionalString("absent") == nil)
        #expect(try metadata.optionalFloat("absent") == nil)
        #expect(try metadata.optionalBool("absent") == nil)
        #expect(try metadata.optionalStrings("absent") == nil)
    }

    @Test("arrays of every width, as other writers make them")
    func widths() throws {
        func array(_ type: UInt32, _ values: (inout FileBuilder) -> Void) throws -> Metadata {
            var builder = FileBuilder(keys: 1)
            builder.key("k", type: 9)
            builder.integer(type)
            builder.integer(UInt64(2))
            values(&builder)
            return try parse(builder.bytes).metadata
        }
        func ints<Value: FixedWidthInteger>(_ type: UInt32, _ values: Value...) throws -> [Int64] {
            try array(type) { for value in values { $0.integer(value) } }.ints("k")
        }
        #expect(try ints(0, UInt8(200), 1) == [200, 1])
        #expect(try ints(1, Int8(-128), 1) == [-128, 1])
        #expect(try ints(2, UInt16(60_000), 1) == [60_000, 1])
        #expect(try ints(3, Int16(-30_000), 1) == [-30_000, 1])
        #expect(try ints(4, UInt32.max, 1) == [4_294_967_295, 1])
        #expect(try ints(5, Int32.min, 1) == [-2_147_483_648, 1])
        #expect(try ints(10, UInt64(Int64.max), 1) == [.max, 1])
        #expect(try ints(11, Int64.min, 1) == [.min, 1])
        let floats = try array(6) { builder in
            for value in [Float(0.5), -2] { builder.integer(value.bitPattern) }
        }
        #expect(try floats.floats("k") == [0.5, -2])
        let doubles = try array(12) { builder in
            for value in [0.1, -2] { builder.integer(value.bitPattern) }
        }
        #expect(try doubles.floats("k") == [0.1, -2])
        #expect(try array(7) { $0.bytes += [1, 0] }.optionalFlags("k") == [true, false])
        #expect(try array(2) { $0.bytes += [0, 1, 0, 0] }.optionalFlags("k") == [true, false])
        let texts = try array(8) { builder in
            builder.text("Grüße")
            builder.text("")
        }
        #expect(try texts.strings("k") == [Array("Grüße".utf8), []])
        #expect(try texts.optionalCount("k") == 2)
        #expect(throws: ModelFileError.wrongType(key: "k", wanted: "array of bools", found: "array of 2 strings")) {
            try texts.optionalFlags("k")
        }
    }

    @Test("absent, of another type, too large, not text: an error with the key")
    func errors() {
        #expect(throws: ModelFileError.missingKey("absent")) { try metadata.int("absent") }
        #expect(throws: ModelFileError.missingKey("absent")) { try metadata.strings("absent") }
        #expect(throws: ModelFileError.wrongType(key: "text", wanted: "integer", found: "string")) {
            try metadata.int("text")
        }
        #expect(throws: ModelFileError.wrongType(key: "float", wanted: "integer", found: "float32")) {
            try metadata.optionalInt("float")
        }
        #expect(throws: ModelFileError.wrongType(key: "yes", wanted: "float", found: "bool")) {
            try metadata.float("yes")
        }
        #expect(throws: ModelFileError.wrongType(key: "int", wanted: "bool", found: "uint32")) {
            try metadata.bool("int")
        }
        #expect(throws: ModelFileError.wrongType(
            key: "ints", wanted: "array of strings", found: "array of 2 integers")) {
            try metadata.strings("ints")
        }
        #expect(throws: ModelFileError.numberTooLarge(key: "huge")) { try metadata.int("huge") }
        #expect(throws: ModelFileError.notUTF8(key: "bytes")) { try metadata.string("bytes") }
    }
}

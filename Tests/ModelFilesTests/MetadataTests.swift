import ModelFiles
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

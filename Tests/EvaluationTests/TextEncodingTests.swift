import Testing

@testable import Evaluation

/// UTF-16 with a mark is read; what is not UTF-8 is refused with the command that converts it.
@Suite struct TextEncodingTests {
    private static let text = #"{"id":"a","problem":"Größe 😀?"}"# + "\n" + #"{"id":"b","problem":"q"}"# + "\n"

    private func wide(_ text: String, isBigEndian: Bool) -> [UInt8] {
        [UInt8](utf16: text, isBigEndian: isBigEndian)
    }

    private func wider(_ text: String, isBigEndian: Bool) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            let bytes = [24, 16, 8, 0].map { UInt8(scalar.value >> UInt32($0) & 255) }
            return isBigEndian ? bytes : bytes.reversed()
        }
    }

    @Test(arguments: [false, true]) func aMarkTellsUTF16(isBigEndian: Bool) throws {
        let mark: [UInt8] = isBigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
        let batch = try BatchReader.read(mark + wide(Self.text, isBigEndian: isBigEndian))
        #expect(batch.problems.map(\.text) == ["Größe 😀?", "q"])
        let table = try BatchTable.read(mark + wide("id\tproblem\ra\tπ 😀\r", isBigEndian: isBigEndian))
        #expect(table.problems.map(\.text) == ["π 😀"])
    }

    @Test(arguments: [Self.text, "id,problem\na,Größe\n"]) func otherEncodingsAreNamed(text: String) {
        let all: [([UInt8], TextEncoding)] = [
            (wide(text, isBigEndian: false), .utf16LittleEndian), (wide(text, isBigEndian: true), .utf16BigEndian),
            (wider(text, isBigEndian: false), .utf32LittleEndian), (wider(text, isBigEndian: true), .utf32BigEndian),
            ([0xFF, 0xFE, 0, 0] + wider(text, isBigEndian: false), .utf32LittleEndian),
            ([0, 0, 0xFE, 0xFF] + wider(text, isBigEndian: true), .utf32BigEndian),
        ]
        for (bytes, encoding) in all {
            #expect(throws: BatchError.encoding(encoding)) { try BatchReader.read(bytes) }
            #expect(throws: BatchError.encoding(encoding)) { try BatchTable.read(bytes) }
        }
        #expect(
            BatchError.encoding(.utf16LittleEndian).description
                == "the text is UTF-16LE, which is not read; convert it: iconv -f UTF-16LE -t UTF-8 FILE > NEW")
    }

    @Test func halfASurrogatePairIsABadRowAtItsPlace() throws {
        let lines = Self.text.split(separator: "\n").map(String.init)
        let start = wide(lines[0] + "\n" + #"{"id":"c","problem":""#, isBigEndian: true)
        for half: [UInt8] in [[0xD8, 0x3D], [0xDE, 0x00], [0xD8, 0x3D, 0xD8, 0x3D]] {
            let bytes = [0xFE, 0xFF] + start + half + wide("\"}\n" + lines[1], isBigEndian: true)
            let batch = try BatchReader.read(bytes, onBadLine: .skip)
            #expect(batch.problems.map(\.id) == ["a", "b"])
            #expect(batch.badLines == [BadLine(number: 2, reason: .loneSurrogate(offset: 21))])
        }
        let cut = try BatchReader.read([0xFE, 0xFF] + wide(Self.text, isBigEndian: true) + [0], onBadLine: .skip)
        #expect(cut.badLines == [BadLine(number: 3, reason: .invalidUTF16)])
        let high = [0xFF, 0xFE] + wide(Self.text, isBigEndian: false) + [0x3D, 0xD8]
        #expect(
            try BatchReader.read(high, onBadLine: .skip).badLines
                == [BadLine(number: 3, reason: .loneSurrogate(offset: 0))])
    }

    @Test func aByteOfLatin1IsNamedWithTheCommand() throws {
        let bytes = Array(#"{"id":"a","problem":"Gr"#.utf8) + [0xF6, 0xDF] + Array(#"e, caf"#.utf8) + [0xE9]
            + Array("\"}\n{\"id\":\"b\",\"problem\":\"é\"}".utf8)
        let batch = try BatchReader.read(bytes, onBadLine: .skip)
        #expect(batch.badLines == [BadLine(number: 1, reason: .otherEncoding(offset: 31, byte: 0xE9))])
        #expect(batch.problems.map(\.text) == ["é"])
        #expect("\(batch.badLines[0])".contains("iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"))
        let table = try BatchTable.read(
            Array("id;problem\na;".utf8) + [0x80] + Array("5\nb;\"x\n".utf8) + [0xFC] + Array("\"\nc;q\n".utf8),
            onBadLine: .skip)
        #expect(
            table.badLines == [
                BadLine(number: 2, reason: .otherEncoding(offset: 2, byte: 0x80)),
                BadLine(number: 4, reason: .otherEncoding(offset: 0, byte: 0xFC)),
            ])
        #expect(table.problems.map(\.id) == ["c"])
        let header = #expect(throws: BatchError.self) { try BatchTable.read(Array("id,Pr".utf8) + [0xFC, 0x0A]) }
        #expect("\(header!)".contains("WINDOWS-1252"))
    }

    /// Python's surrogatepass has the same bytes for halves.
    @Test func everyScalarComesThrough() {
        for isBigEndian in [false, true] {
            var scalars = String.UnicodeScalarView()
            for value in stride(from: UInt32(1), to: 0x110000, by: 97) {
                if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
            }
            let text = String(scalars)
            var decoder = UTF16Decoder(isBigEndian: isBigEndian)
            var bytes: [UInt8] = []
            let source = wide(text, isBigEndian: isBigEndian)
            for start in stride(from: 0, to: source.count, by: 5) {
                bytes += decoder.decode(source[start..<min(start + 5, source.count)])
            }
            #expect(bytes + decoder.finish() == Array(text.utf8))
        }
    }
}

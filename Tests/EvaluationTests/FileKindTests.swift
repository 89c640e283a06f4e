import Foundation
import Testing

@testable import Evaluation

/// Files that are no batch are named as what they are, whatever they are called.
@Suite struct FileKindTests {
    /// The first bytes as the formats' specifications have them.
    private static let heads: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x02], .zstandard), ([0x51, 0x2A, 0x4D, 0x18, 1, 0, 0, 0], .zstandard),
        ([0x04, 0x22, 0x4D, 0x18, 0x64], .lz4), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], .sevenZip),
        (Array("Rar!".utf8) + [0x1A, 7, 1, 0], .rar), (Array("PAR1".utf8) + [0x15, 4], .parquet),
        (Array("ARROW1".utf8) + [0, 0], .arrowFile), ([0xFF, 0xFF, 0xFF, 0xFF, 0x90, 2, 0, 0, 0x10], .arrowStream),
        (Array("FEA1".utf8), .feather), (Array("ORC".utf8) + [0x0A, 0], .orc), (Array("Obj".utf8) + [1, 4], .avro),
        ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], .hdf5), ([0x93] + Array("NUMPY".utf8) + [1, 0], .numpy),
        (Array("GGUF".utf8) + [3, 0, 0, 0], .gguf), (Array("%PDF-1.7\n".utf8), .pdf),
        (Array("{\\rtf1\\ansi".utf8), .richText), ([0x89] + Array("PNG\r\n".utf8), .image),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .olderOfficeDocument),
        (Array("\u{FEFF}\n <!DOCTYPE html><html>".utf8), .html), (Array("<html lang='de'>".utf8), .html),
        (Array("<?xml version=\"1.0\"?><rows/>".utf8), .xml),
        (Array("version https://git-lfs.example/spec/v1\noid sha256:".utf8), .gitLFSPointer),
    ]

    @Test(arguments: heads) func aHeadTellsTheKind(bytes: [UInt8], kind: FileKind) {
        #expect(throws: BatchError.foreign(kind)) { try BatchReader.read(bytes) }
        #expect(throws: BatchError.foreign(kind)) { try BatchTable.read(bytes + [UInt8](repeating: 7, count: 600)) }
    }

    @Test func whatPythonWritesIsTold() throws {
        for file in BatchForms.fixture.kinds {
            let bytes = [UInt8](file.bytes)
            let error = #expect(throws: BatchError.self) { try BatchReader.read(bytes) }
            guard case .foreign(let kind)? = error else {
                Issue.record("\(file.kind): \(String(describing: error))")
                continue
            }
            #expect("\(kind)" == file.kind)
        }
    }

    @Test func everyKindSaysWhatItIsAndWhatToDo() {
        for kind in FileKind.allCases {
            let text = BatchError.foreign(kind).description
            #expect(text.hasPrefix("the batch is a") && text.contains("; ") && text.count > 40, "\(text)")
        }
    }

    @Test(arguments: ["ORCID,problem\na,b\n", "PK,problem\na,b\n", "id,problem\na,<html>\n", "Obj,problem\na,b\n"])
    func textThatBeginsAlikeIsRead(text: String) throws {
        #expect(try BatchTable.read(Array(text.utf8), name: "t").problems.count == 1)
    }

    @Test func aFileInAGzipFileIsToldAsWell() throws {
        let twice = try #require(BatchForms.fixture.kinds.first { $0.kind == "gzip" })
        #expect(throws: BatchError.foreign(.gzip)) { try BatchTable.read([UInt8](twice.bytes)) }
    }
}

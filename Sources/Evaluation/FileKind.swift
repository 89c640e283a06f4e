/// A kind of file that holds no lines of text, told by its first bytes.
///
/// The numbers are those of the formats' own specifications.
public enum FileKind: Equatable, Sendable, CaseIterable {
    case zip, excel, openDocumentSpreadsheet, wordDocument, officeDocument, olderOfficeDocument
    case gzip, zstandard, bzip2, xz, lz4, sevenZip, rar, tar
    case parquet, arrowFile, arrowStream, feather, orc, avro, hdf5, sqlite
    case pickle, pytorch, numpy, numpyArchive, gguf
    case pdf, richText, html, xml, gitLFSPointer, image

    /// Bytes from the start of a file that tell every kind, if the file has so many. The names within a zip archive may
    /// stand far behind its beginning.
    static let headBytes = 16_384

    /// What the file is, with its article.
    public var name: String {
        switch self {
        case .zip: "a zip archive"
        case .excel: "an Excel workbook (.xlsx)"
        case .openDocumentSpreadsheet: "an OpenDocument spreadsheet (.ods)"
        case .wordDocument: "a Word document (.docx)"
        case .officeDocument: "an office document in a zip archive"
        case .olderOfficeDocument: "an older office document (.xls, .doc)"
        case .gzip: "a gzip file within a gzip file"
        case .zstandard: "a Zstandard file"
        case .bzip2: "a bzip2 file"
        case .xz: "an xz file"
        case .lz4: "an LZ4 file"
        case .sevenZip: "a 7z archive"
        case .rar: "a RAR archive"
        case .tar: "a tar archive"
        case .parquet: "a Parquet file"
        case .arrowFile: "an Arrow file"
        case .arrowStream: "an Arrow stream"
        case .feather: "a Feather file"
        case .orc: "an ORC file"
        case .avro: "an Avro file"
        case .hdf5: "an HDF5 file"
        case .sqlite: "an SQLite database"
        case .pickle: "a Python pickle"
        case .pytorch: "a PyTorch file"
        case .numpy: "a NumPy array"
        case .numpyArchive: "an archive of NumPy arrays"
        case .gguf: "a GGUF model"
        case .pdf: "a PDF document"
        case .richText: "a rich text document"
        case .html: "an HTML page"
        case .xml: "an XML document"
        case .gitLFSPointer: "a pointer of Git LFS, and the file itself is not here"
        case .image: "an image"
        }
    }

    /// What makes lines of text of it: a command, where there is a common one.
    public var remedy: String {
        switch self {
        case .excel, .openDocumentSpreadsheet, .olderOfficeDocument:
            "save the sheet as CSV: libreoffice --headless --convert-to csv FILE"
        case .wordDocument, .officeDocument, .richText:
            "put the problems into a table and save it as CSV, or: libreoffice --headless --convert-to txt FILE"
        case .zip: "unpack it and name the file in it: unzip FILE"
        case .gzip: "unpack it once: gunzip FILE"
        case .zstandard: "unpack it first: zstd -d FILE"
        case .bzip2: "unpack it first: bunzip2 -k FILE"
        case .xz: "unpack it first: xz -dk FILE"
        case .lz4: "unpack it first: lz4 -d FILE"
        case .sevenZip: "unpack it and name the file in it: 7z x FILE"
        case .rar: "unpack it and name the file in it: unrar x FILE"
        case .tar: "unpack it and name the file in it: tar -xf FILE"
        case .parquet: "make JSON lines of it: " + Self.pandas("read_parquet('FILE')")
        case .arrowFile, .feather: "make JSON lines of it: " + Self.pandas("read_feather('FILE')")
        case .orc: "make JSON lines of it: " + Self.pandas("read_orc('FILE')")
        case .arrowStream:
            "make JSON lines of it: python3 -c \"import datasets; "
                + "datasets.Dataset.from_file('FILE').to_json('NEW.jsonl')\""
        case .avro: "make JSON lines of it: avro-tools tojson FILE > NEW.jsonl"
        case .hdf5: "make JSON lines of it: " + Self.pandas("read_hdf('FILE')")
        case .sqlite: "make a table of it: sqlite3 -csv -header FILE 'SELECT * FROM TABLE' > NEW.csv"
        case .pickle:
            "if you trust it (loading a pickle runs what is in it), make JSON lines of it: "
                + Self.pandas("read_pickle('FILE')")
        case .pytorch, .numpy, .numpyArchive, .gguf, .image: "a batch is JSON lines or a table of problems"
        case .pdf: "put the problems into a table; pdftotext -layout FILE gives the text"
        case .html:
            "if it is a page of an error or a sign-in, download the file again; if it has the table: "
                + "python3 -c \"import pandas; pandas.read_html('FILE')[0].to_csv('NEW.csv', index=False)\""
        case .xml:
            "make a table of it: python3 -c \"import pandas; pandas.read_xml('FILE').to_csv('NEW.csv', index=False)\""
        case .gitLFSPointer: "fetch it in its repository: git lfs pull"
        }
    }

    private static func pandas(_ reading: String) -> String {
        "python3 -c \"import pandas; pandas.\(reading).to_json('NEW.jsonl', orient='records', lines=True)\""
    }
}

extension FileKind {
    private static let magics: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x1F, 0x8B], .gzip),
        ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
        ([0x04, 0x22, 0x4D, 0x18], .lz4),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
        (Array("Rar!".utf8) + [0x1A, 0x07], .rar),
        (Array("PAR1".utf8), .parquet), (Array("PARE".utf8), .parquet),
        (Array("ARROW1".utf8), .arrowFile), (Array("FEA1".utf8), .feather),
        (Array("Obj".utf8) + [0x01], .avro),
        ([0x89] + Array("HDF".utf8), .hdf5),
        (Array("SQLite format 3".utf8) + [0x00], .sqlite),
        ([0x93] + Array("NUMPY".utf8), .numpy),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .olderOfficeDocument),
        (Array("{\\rtf".utf8), .richText),
        (Array("version https://git-lfs".utf8), .gitLFSPointer),
        ([0x89] + Array("PNG".utf8), .image), ([0xFF, 0xD8, 0xFF], .image),
        (Array("GIF87a".utf8), .image), (Array("GIF89a".utf8), .image),
    ]
    /// Words that a text may begin with as well; such files hold NUL bytes.
    private static let words: [(bytes: [UInt8], kind: FileKind)] = [
        (Array("ORC".utf8), .orc), (Array("GGUF".utf8), .gguf),
    ]

    /// The kind of a file that is no text; nil for text.
    ///
    /// - Parameter head: the first bytes of the file, all of them or at least `headBytes`.
    static func of(head: ArraySlice<UInt8>) -> FileKind? {
        let head = Array(head)
        if let found = magics.first(where: { head.starts(with: $0.bytes) }) { return found.kind }
        if let found = words.first(where: { head.starts(with: $0.bytes) }), head.contains(0) { return found.kind }
        if isBzip2(head) { return .bzip2 }
        if isTar(head) { return .tar }
        if isZip(head) { return ofZip(head) }
        // A frame that decoders skip (RFC 8878, 3.1.2) stands before the first one with content.
        if head.count >= 4, head[0] & 0xF0 == 0x50, head[1...3].elementsEqual([0x2A, 0x4D, 0x18]) { return .zstandard }
        if head.count >= 2, head[0] == 0x80, (2...5).contains(head[1]) { return .pickle }
        // A message of the stream format begins with a marker and the length of its metadata.
        if head.count >= 8, head.starts(with: [0xFF, 0xFF, 0xFF, 0xFF]), head[6] == 0, head[7] == 0 {
            return .arrowStream
        }
        return ofMarkup(head)
    }

    /// `BZh`, the size of the blocks, and the number that the first block or the end begins with.
    private static func isBzip2(_ head: [UInt8]) -> Bool {
        guard head.count >= 10, head.starts(with: Array("BZh".utf8)), (0x31...0x39).contains(head[3]) else {
            return false
        }
        return head[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || head[4..<10].elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
    }

    /// The header of the first file (POSIX.1-1988) has its mark at a fixed place.
    private static func isTar(_ head: [UInt8]) -> Bool {
        head.count >= 262 && head[257..<262].elementsEqual(Array("ustar".utf8))
    }

    /// A page or a document in markup, after blanks and a byte order mark.
    private static func ofMarkup(_ head: [UInt8]) -> FileKind? {
        var text = head.prefix(1_024)
        if text.starts(with: TextEncoding.utf8Mark) { text = text.dropFirst(3) }
        text = text.drop { $0.isWhiteSpace }
        // Some bytes may stand before a PDF's header.
        if text.starts(with: Array("%PDF-".utf8)) { return .pdf }
        guard text.first == UInt8(ascii: "<") else { return nil }
        let words = text.prefix(64).map(\.lowercased)
        let pages = ["<!doctype html", "<html", "<head", "<body", "<table", "<!--"]
        if pages.contains(where: { words.starts(with: Array($0.utf8)) }) { return .html }
        return words.starts(with: Array("<?xml".utf8)) || words.starts(with: Array("<!doctype".utf8)) ? .xml : nil
    }
}

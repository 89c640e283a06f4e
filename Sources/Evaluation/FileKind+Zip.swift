/// What a zip archive is a container of, told by the names of the files in it.
extension FileKind {
    private static let localHeader: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    private static let otherStarts: [[UInt8]] = [[0x50, 0x4B, 0x05, 0x06], [0x50, 0x4B, 0x07, 0x08]]
    /// The file's name stands behind the fields of fixed size of its header (APPNOTE.TXT, 4.3.7).
    private static let nameOffset = 30

    static func isZip(_ head: [UInt8]) -> Bool {
        head.starts(with: localHeader) || otherStarts.contains { head.starts(with: $0) }
    }

    static func ofZip(_ head: [UInt8]) -> FileKind {
        var isOffice = false
        for place in headers(in: head) {
            let (name, content) = file(at: place, in: head)
            if name.starts(with: "xl/".utf8) { return .excel }
            if name.starts(with: "word/".utf8) { return .wordDocument }
            if name.elementsEqual("mimetype".utf8) {
                let sheet = "application/vnd.oasis.opendocument.spreadsheet"
                return content.starts(with: sheet.utf8) ? .openDocumentSpreadsheet : .officeDocument
            }
            if name.elementsEqual("data.pkl".utf8) || ends(name, with: "/data.pkl") { return .pytorch }
            if ends(name, with: ".npy") { return .numpyArchive }
            if name.elementsEqual("[Content_Types].xml".utf8) { isOffice = true }
        }
        return isOffice ? .officeDocument : .zip
    }

    private static func headers(in head: [UInt8]) -> [Int] {
        guard head.count >= nameOffset else { return [] }
        return (0...head.count - nameOffset).filter { head[$0] == 0x50 && head[$0...].starts(with: localHeader) }
    }

    private static func file(at place: Int, in head: [UInt8]) -> (name: ArraySlice<UInt8>, content: ArraySlice<UInt8>) {
        func number(_ offset: Int) -> Int { Int(head[place + offset]) | Int(head[place + offset + 1]) << 8 }
        let start = place + nameOffset
        let end = min(start + number(26), head.count)
        return (head[start..<end], head[min(end + number(28), head.count)...])
    }

    private static func ends(_ name: ArraySlice<UInt8>, with end: String) -> Bool {
        name.suffix(end.utf8.count).elementsEqual(end.utf8)
    }
}

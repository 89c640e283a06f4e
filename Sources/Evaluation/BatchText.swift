/// Makes UTF-8 text of a batch's file from chunks of bytes: unpacks gzip, decodes UTF-16 that has a byte order mark,
/// drops the mark, and refuses files of other kinds by their first bytes.
///
/// Of a gzip file the packed bytes are kept in memory, of all others at most `FileKind.headBytes`.
struct BatchText {
    /// Takes text in pieces that may end anywhere, and whether it was UTF-16 in the file.
    typealias Take = (_ piece: ArraySlice<UInt8>, _ isUTF16: Bool) throws(BatchError) -> Void

    private enum State {
        /// What kind of file it is is not known yet.
        case head
        case utf8
        case utf16(UTF16Decoder)
        case gzip
    }

    private let limits: BatchLimits
    private let isUnpacked: Bool
    private var state = State.head
    private var kept: [UInt8] = []
    private var byteCount = 0

    /// - Parameter isUnpacked: the bytes come out of a gzip file.
    init(limits: BatchLimits, isUnpacked: Bool = false) {
        self.limits = limits
        self.isUnpacked = isUnpacked
    }

    /// The text of a whole file.
    static func whole(_ bytes: [UInt8], limits: BatchLimits) throws(BatchError) -> (text: [UInt8], isUTF16: Bool) {
        var decoder = BatchText(limits: limits)
        var text: [UInt8] = []
        var isUTF16 = false
        let take: Take = { piece, isWide throws(BatchError) in
            text += piece
            isUTF16 = isWide
        }
        try decoder.feed(bytes[...], take)
        try decoder.finish(take)
        return (text, isUTF16)
    }

    /// Reads the next bytes of the file.
    mutating func feed(_ chunk: ArraySlice<UInt8>, _ take: Take) throws(BatchError) {
        byteCount += chunk.count
        guard byteCount <= limits.maximumFileBytes else { throw .tooManyBytes(limit: limits.maximumFileBytes) }
        switch state {
        case .head:
            kept += chunk
            if kept.count >= FileKind.headBytes { try begin(take) }
        case .utf8: try take(chunk, false)
        case .utf16(var decoder):
            let text = decoder.decode(chunk)
            state = .utf16(decoder)
            try take(text[...], true)
        case .gzip: kept += chunk
        }
    }

    /// Hands on what is left after the last bytes.
    mutating func finish(_ take: Take) throws(BatchError) {
        if case .head = state { try begin(take) }
        switch state {
        case .head, .utf8: return
        case .utf16(var decoder): try take(decoder.finish()[...], true)
        case .gzip:
            var inner = BatchText(limits: limits, isUnpacked: true)
            try Gzip.unpack(kept) { piece throws(BatchError) in try inner.feed(piece, take) }
            try inner.finish(take)
        }
    }

    /// Decides by the first bytes, and hands on their text.
    private mutating func begin(_ take: Take) throws(BatchError) {
        if let kind = FileKind.of(head: kept[...]) {
            guard kind == .gzip, !isUnpacked else { throw .foreign(kind) }
            state = .gzip
            return
        }
        let (marked, markBytes) = TextEncoding.marked(kept[...])
        if markBytes == 0, let encoding = TextEncoding.guessed(kept[...]) { throw .encoding(encoding) }
        let rest = kept[markBytes...]
        kept = []
        switch marked {
        case nil:
            state = .utf8
            try take(rest, false)
        case .utf16LittleEndian, .utf16BigEndian:
            var decoder = UTF16Decoder(isBigEndian: marked == .utf16BigEndian)
            let text = decoder.decode(rest)
            state = .utf16(decoder)
            try take(text[...], true)
        case .utf32LittleEndian?, .utf32BigEndian?, .windows1252?: throw .encoding(marked ?? .windows1252)
        }
    }
}

/// A symbol of a word before or between merges: a token id, or a number from the vocabulary's size on for a
/// stretch of text that is no token by itself.
typealias Symbol = Int32

/// What a vocabulary says about merging; the merge procedures know nothing else about it.
///
/// `text[start..<end]` is always the text of the symbols asked about.
protocol MergeModel: Sendable {
    /// Ranks are below this number.
    var rankCount: Int { get }

    /// The symbol a word begins with before any merge: a byte or a character.
    func firstSymbol(_ text: [UInt8], _ position: Int, _ end: Int) -> Symbol

    /// Bytes of text a symbol covers.
    func byteCount(of symbol: Symbol) -> Int

    /// What two neighbours become.
    func merge(_ left: Symbol, _ right: Symbol, _ text: [UInt8], _ start: Int, _ end: Int) -> Merge

    /// Appends the tokens a symbol ends as.
    func emit(_ symbol: Symbol, _ text: [UInt8], _ start: Int, _ end: Int, to output: inout [Int32])

    /// The token that a whole word is, when the vocabulary takes it without asking the merges.
    func wholeWord(_ text: [UInt8], _ start: Int, _ end: Int) -> Int32?
}

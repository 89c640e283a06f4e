/// Encodes the words of one text: remembers those it has seen, merges the others.
///
/// What is remembered are places in the text and in the output, a fixed number of them; a word seen again must be
/// in the same text, at places that still hold the same bytes.
struct WordEncoder<Model: MergeModel>: PieceTaker {
    private struct Memory {
        var textStart = 0
        var outputStart = 0
        var byteCount: Int32 = 0
        var tokenCount: Int32 = 0
    }

    private let model: Model
    private var memories: [Memory]
    private var short = ShortMerger()
    private var long: LongMerger
    private(set) var output: [Int32] = []

    /// An encoder for a text of about `textByteCount` bytes. Short texts repeat too little to remember words.
    init(model: Model, textByteCount: Int) {
        self.model = model
        long = LongMerger(rankCount: model.rankCount)
        let capacity = textByteCount < 1_024 ? 0 : textByteCount < 65_536 ? 1_024 : 16_384
        memories = [Memory](repeating: Memory(), count: capacity)
        output.reserveCapacity(min(textByteCount, 1 << 20) / 3)
    }

    /// Appends a token that is not from text.
    mutating func append(_ token: Int32) { output.append(token) }

    mutating func take(_ text: [UInt8], _ start: Int, _ end: Int) {
        var position = start
        while end - position > TokenizerLimits.wordBytes {
            encode(text, position, position + TokenizerLimits.wordBytes)
            position += TokenizerLimits.wordBytes
        }
        if position < end { encode(text, position, end) }
    }

    private mutating func encode(_ text: [UInt8], _ start: Int, _ end: Int) {
        guard end - start <= TokenizerLimits.rememberedWordBytes, !memories.isEmpty else {
            return merge(text, start, end)
        }
        let slot = Int(byteHash(text, start, end)) & (memories.count - 1)
        let memory = memories[slot]
        if isRemembered(memory, text, start, end) {
            for index in memory.outputStart..<memory.outputStart + Int(memory.tokenCount) {
                output.append(output[index])
            }
            return
        }
        let outputStart = output.count
        merge(text, start, end)
        memories[slot] = Memory(
            textStart: start, outputStart: outputStart, byteCount: Int32(end - start),
            tokenCount: Int32(output.count - outputStart))
    }

    @inline(__always)
    private func isRemembered(_ memory: Memory, _ text: [UInt8], _ start: Int, _ end: Int) -> Bool {
        guard Int(memory.byteCount) == end - start else { return false }
        var step = 0
        while step < end - start {
            if text[memory.textStart + step] != text[start + step] { return false }
            step += 1
        }
        return true
    }

    private mutating func merge(_ text: [UInt8], _ start: Int, _ end: Int) {
        if let token = model.wholeWord(text, start, end) { return output.append(token) }
        if short.encode(text, start, end, with: model, to: &output) { return }
        long.encode(text, start, end, with: model, to: &output)
    }
}

import Foundation
import Testing
import Tokenizers

/// The ids of 638 texts for each pretrained vocabulary, against those of the established implementation.
@Suite struct ReferenceTokenTests {
    @Test(.enabled(if: ReferenceModel.qwen.hasTokens, ReferenceModel.missingTokens))
    func qwen() throws { try compare(.qwen) }

    @Test(.enabled(if: ReferenceModel.smolLM.hasTokens, ReferenceModel.missingTokens))
    func smolLM() throws { try compare(.smolLM) }

    @Test(.enabled(if: ReferenceModel.gemma.hasTokens, ReferenceModel.missingTokens))
    func gemma() throws { try compare(.gemma) }

    private func compare(_ model: ReferenceModel) throws {
        let tokenizer = try model.tokenizer()
        let lines = try ReferenceFiles.lines(of: model.tokensFile, as: ReferenceTokens.self)
        #expect(lines.count == 638)
        for line in lines {
            // Qwen's own tokenizer composes a text, which the established implementation does not.
            let composed = line.text.precomposedStringWithCanonicalMapping
            if model == .qwen, !composed.utf8.elementsEqual(line.text.utf8) {
                for special in [false, true] {
                    let ids = tokenizer.encode(line.text, special: special)
                    #expect(ids == tokenizer.encode(composed, special: special), "\(line.text.debugDescription)")
                    #expect(tokenizer.decode(ids, special: true) == Array(composed.utf8))
                }
                continue
            }
            let plain = tokenizer.encode(line.text, special: false)
            let special = tokenizer.encode(line.text, special: true)
            #expect(plain == line.ids, "\(line.text.debugDescription)")
            #expect(special == line.idsSpecial, "\(line.text.debugDescription)")
            #expect(tokenizer.decode(plain) == Array(line.text.utf8), "\(line.text.debugDescription)")
            #expect(tokenizer.decode(special, special: true) == Array(line.text.utf8), "\(line.text.debugDescription)")
        }
    }
}

import Testing

@testable import Evaluation

@Suite struct AnswerScannerTests {
    /// The text up to the byte that completes its answer; nil if none does.
    private func complete(_ text: String) -> String? {
        var scanner = AnswerScanner()
        var read: [UInt8] = []
        for byte in text.utf8 {
            read.append(byte)
            if scanner.completes(byte) { return String(decoding: read, as: UTF8.self) }
        }
        return nil
    }

    @Test(arguments: [
        ("so \\boxed{4}.", "so \\boxed{4}."), ("$\\boxed{4}$\nand on.", "$\\boxed{4}$\n"),
        ("\\boxed{3}, \\boxed{5} and \\boxed{7}. More.", "\\boxed{3}, \\boxed{5} and \\boxed{7}."),
        ("\\boxed{3} or \\boxed{x = \\boxed{5}}! x.", "\\boxed{3} or \\boxed{x = \\boxed{5}}!"),
        ("1.5 is no end. \\boxed{2}?", "1.5 is no end. \\boxed{2}?"), ("答え \\boxed{2}。次", "答え \\boxed{2}。"),
        ("\\boxed{1.5 \\text{a. b.}}.", "\\boxed{1.5 \\text{a. b.}}."),
    ])
    func theSentenceOfTheBoxEndsIt(text: String, expected: String) { #expect(complete(text) == expected) }

    @Test(arguments: [
        "\\boxed{4}", "\\boxed{4}$", "\\boxed{}.", "\\\\boxed{3}.", "no box. None.", "\\boxed{3}, \\boxed{5",
    ])
    func withoutAnEndThereIsNone(text: String) { #expect(complete(text) == nil) }

    @Test func patienceEnds() {
        let text = "\\boxed{3} " + String(repeating: "x", count: 100)
        #expect(complete(text)?.utf8.count == 9 + 48)
        // Boxes and what stands in them do not count.
        let long = "\\boxed{3}, \\boxed{" + String(repeating: "x", count: 100) + "}."
        #expect(complete(long) == long)
    }

    /// After an answer another one may come, of a box of its own.
    @Test func anotherAnswerNeedsAnotherBox() {
        var scanner = AnswerScanner()
        let found = ["\\boxed{3}.", "No. Wait!\n", "\\boxed{4}."].map { scanner.completes(in: Array($0.utf8)) }
        #expect(found == [true, false, true] && scanner.hasBox)
    }

    /// Wherever a text is cut in two, its second part is complete where the whole is.
    @Test(arguments: [
        "so \\boxed{4{1}2}. no.", "\\\\boxed{3}.", "\\\\\\boxed{5} x\n", "a \\boxed {7} \\boxed{8}.", "\\boxe{1} }.",
        "\\boxed{3}, \\boxed{}. x", "\\boxed{3}\\boxed.", "x\\boxed{1}\n\\boxed{2}\n",
    ])
    func whereBlocksBeginDoesNotCount(text: String) {
        let bytes = Array(text.utf8)
        var whole = AnswerScanner()
        let places = bytes.indices.filter { whole.completes(bytes[$0]) }
        for cut in 0...bytes.count {
            var before = AnswerScanner()
            for byte in bytes[..<cut] { _ = before.completes(byte) }
            let first = (cut..<bytes.count).first { AnswerStop.isReached(before, Array(bytes[cut...$0])) }
            #expect(first == places.first { $0 >= cut }, "cut at \(cut)")
        }
    }
}

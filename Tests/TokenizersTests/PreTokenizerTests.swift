import Testing
@testable import Tokenizers

/// What each family of pre-tokenizers cuts a text into.
@Suite struct PreTokenizerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var pieces: [String]

        init(_ text: String, _ pieces: String...) {
            self.text = text
            self.pieces = pieces
        }

        var testDescription: String { text.debugDescription }
    }

    @Test(arguments: [
        Case("Hello world", "Hello", " world"), Case("a  b", "a", " ", " b"), Case("a\n\nb", "a", "\n", "\n", "b"),
        Case("it's IT'S", "it", "'s", " IT", "'", "S"), Case("1234 56", "1234", " 56"),
        Case("x == y", "x", " ==", " y"),
        Case("end  ", "end", "  "), Case("héé ññ", "héé", " ññ"), Case("\u{3000}あ", "\u{3000}", "あ"),
        Case("'", "'"), Case("'l 'll", "'", "l", " '", "ll"), Case("we'll", "we", "'ll"),
        Case("a\u{301}b", "a", "\u{301}", "b"),
    ])
    func gpt2(_ example: Case) { check(.gpt2, example) }

    @Test(arguments: [
        Case("a 12", "a", " ", "1", "2"), Case("x12y", "x", "1", "2", "y"), Case("  7", "  ", "7"),
        Case("hello world's", "hello", " world", "'s"), Case("½²", "½", "²"), Case("a  b", "a", " ", " b"),
    ])
    func smolLM(_ example: Case) {
        check(.smolLM, example)
        check(.commandR, example)
    }

    @Test(arguments: [
        Case("a 12", "a", " ", "1", "2"), Case("IT'S we'LL", "IT", "'S", " we", "'LL"),
        Case("a\n\n b", "a", "\n\n", " b"), Case("(word", "(word"), Case(" (word", " (", "word"), Case("\tx", "\tx"),
        Case("x;\n\ny", "x", ";\n\n", "y"),
        Case("a   b", "a", "  ", " b"), Case(" \n \n  z", " \n \n", " ", " z"), Case("\u{3000}あ", "\u{3000}あ"),
        Case("end \r\n", "end", " \r\n"), Case("don'x", "don", "'x"), Case("a'", "a", "'"),
        Case("!?. ok", "!?.", " ok"),
        Case("a\u{301}b", "a", "\u{301}b"), Case("👍🏽 ok", "👍🏽", " ok"),
        // The long s folds to s.
        Case("it'ſX 'ſ", "it", "'ſ", "X", " '", "ſ"), Case("a'ŀ", "a", "'ŀ"), Case("a'å", "a", "'å"),
    ])
    func qwen2(_ example: Case) { check(.qwen2, example) }

    @Test(arguments: [
        Case("12345", "123", "45"), Case("a 1234", "a", " ", "123", "4"), Case("x=10\n", "x", "=", "10", "\n"),
        Case("it's", "it", "'s"), Case("  a", " ", " a"),
    ])
    func llama3(_ example: Case) {
        check(.llama3, example)
        check(.cl100k, example)
    }

    @Test(arguments: [
        Case("a b\n\nc", "a", " b", "\n", "\n", "c"), Case("x = 12", "x", " =", " ", "1", "2"), Case("  a", " ", " a"),
        Case("end  ", "end", "  "), Case("a  \nb", "a", "  ", "\n", "b"), Case("你好abc", "你好", "abc"),
        Case("hello, world!", "hello", ",", " world", "!"), Case("1234", "1", "2", "3", "4"), Case("ǅ ռ", "ǅ", " ռ"),
    ])
    func deepSeekLLM(_ example: Case) { check(.deepSeekLLM, example) }

    @Test(arguments: [
        Case("a b\nc", "a", " b", "\n", "c"), Case("x=12", "x", "=", "1", "2"), Case("f(x)", "f", "(", "x", ")"),
        Case("a  (", "a", " ", " ("), Case("你好", "你好"),
    ])
    func deepSeekCoder(_ example: Case) { check(.deepSeekCoder, example) }

    @Test(arguments: [
        Case("12345", "123", "45"), Case("a 12", "a", " ", "12"), Case(".foo", ".foo"), Case(" .foo", " .", "foo"),
        Case("(foo)", "(foo", ")"), Case("a+b", "a", "+b"), Case("你好abc", "你好", "abc"), Case("かな", "かな"),
        Case("a;\n\nb", "a", ";\n\n", "b"), Case("a\u{301}b", "a\u{301}b"), Case("  a", " ", " a"),
        Case("\u{1}a", "\u{1}a"), Case("\u{1}\u{2}.", "\u{1}\u{2}", "."), Case("x \n y", "x", " \n", " y"),
    ])
    func deepSeekV3(_ example: Case) { check(.deepSeekV3, example) }

    @Test(arguments: [
        Case("a, b", "a", ",", " b"), Case("1234567", "123", "456", "7"), Case("x == 12", "x", " ", "==", " ", "12"),
        Case("it's", "it", "'", "s"),
    ])
    func unnamed(_ example: Case) { check(.unnamed, example) }

    @Test func namesAreOfOneFamilyEach() {
        let names = PreTokenizerFamily.allCases.flatMap(\.names)
        #expect(Set(names).count == names.count)
        for name in ["qwen2", "smollm", "gpt-2", "gpt2", "llama-bpe", "deepseek-llm", "deepseek-r1-qwen"] {
            #expect(PreTokenizerFamily(name: name) != nil)
        }
        #expect(PreTokenizerFamily(name: "") == .unnamed)
        #expect(PreTokenizerFamily(name: "tekken") == nil)
    }

    private func check(_ family: PreTokenizerFamily, _ example: Case) {
        let pieces = PieceList.pieces(of: Array(example.text.utf8), family)
        #expect(pieces.map { String(decoding: $0, as: UTF8.self) } == example.pieces)
    }
}

/// Gathers pieces.
struct PieceList: PieceTaker {
    var pieces: [[UInt8]] = []

    mutating func take(_ text: [UInt8], _ start: Int, _ end: Int) { pieces.append(Array(text[start..<end])) }

    static func pieces(of text: [UInt8], _ family: PreTokenizerFamily) -> [[UInt8]] {
        var list = PieceList()
        PreTokenizer(family: family).cut(text, 0, text.count, to: &list)
        return list.pieces
    }
}

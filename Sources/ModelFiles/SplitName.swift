/// The name of one part of a split model: `PREFIX-00002-of-00005.gguf`, parts counted from 1.
struct SplitName: Equatable {
    /// Everything before the numbers, folders included.
    let prefix: String
    /// From 1 to `count`.
    let number: Int
    let count: Int

    private static let digits = 5

    init(prefix: String, number: Int, count: Int) {
        self.prefix = prefix
        self.number = number
        self.count = count
    }

    /// Nil if the path does not end as the pattern asks.
    init?(path: String) {
        var rest = Substring(path)
        guard Self.take(".gguf", from: &rest), let count = Self.takeNumber(from: &rest),
            Self.take("-of-", from: &rest), let number = Self.takeNumber(from: &rest),
            Self.take("-", from: &rest), (1...max(1, count)).contains(number)
        else { return nil }
        self.init(prefix: String(rest), number: number, count: count)
    }

    /// The path of another part.
    func path(ofPart number: Int) -> String {
        "\(prefix)-\(Self.text(number))-of-\(Self.text(count)).gguf"
    }

    private static func text(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func take(_ ending: String, from rest: inout Substring) -> Bool {
        guard rest.hasSuffix(ending) else { return false }
        rest.removeLast(ending.count)
        return true
    }

    private static func takeNumber(from rest: inout Substring) -> Int? {
        let text = rest.suffix(digits)
        let decimals = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard text.count == digits, text.utf8.allSatisfy(decimals.contains) else { return nil }
        rest.removeLast(digits)
        return Int(text)
    }
}

/// One line of a batch, from bytes to named values.
enum BatchLine {
    /// - Parameters:
    ///   - end: what errors call the end of the row.
    ///   - isUTF16: the bytes were UTF-16 in their file.
    /// - Returns: an object.
    static func row(
        _ line: [UInt8], maximumDepth: Int, end: String = "the end of the line", isUTF16: Bool = false
    ) throws(BadLineError) -> JSONValue {
        if let offset = line.firstIndex(of: 0) { throw BadLineError(.nul(offset: offset)) }
        guard String(validating: line, as: UTF8.self) != nil else {
            throw BadLineError(notUTF8(line, isUTF16: isUTF16))
        }
        let value = try json(line, maximumDepth: maximumDepth, end: end)
        guard case .object = value else { throw BadLineError(.notAnObject) }
        return value
    }

    static func json(
        _ line: [UInt8], maximumDepth: Int, end: String = "the end of the line"
    ) throws(BadLineError) -> JSONValue {
        do throws(JSONError) {
            return try JSONReader.read(line, maximumDepth: maximumDepth, end: end)
        } catch {
            throw BadLineError(BadLineReason(error))
        }
    }

    /// What bytes are that are not UTF-8.
    static func notUTF8(_ line: [UInt8], isUTF16: Bool) -> BadLineReason {
        // The number of half a surrogate pair, written as if it were a character.
        let half = line.indices.dropLast().first { line[$0] == 0xED && (0xA0...0xBF).contains(line[$0 + 1]) }
        if let half { return .loneSurrogate(offset: half) }
        if isUTF16 { return .invalidUTF16 }
        if let (offset, byte) = TextEncoding.firstOfOneByte(in: line) {
            return .otherEncoding(offset: offset, byte: byte)
        }
        return .invalidUTF8
    }
}

extension BadLineReason {
    /// A line that is no JSON.
    init(_ error: JSONError) {
        self =
            switch error {
            case .invalidUTF8: .invalidUTF8
            case .unexpected(let offset, let found, let expected):
                .notJSON(offset: offset, found: found, expected: expected)
            case .tooDeep(let limit): .tooDeep(limit: limit)
            case .loneSurrogate(let offset): .loneSurrogate(offset: offset)
            case .nul(let offset): .nul(offset: offset)
            case .repeatedKey(let key): .repeatedKey(key)
            }
    }
}

/// A reason on its way out of the reading of a line.
struct BadLineError: Error {
    let reason: BadLineReason

    init(_ reason: BadLineReason) {
        self.reason = reason
    }
}

/// One line of a batch, from bytes to named values.
enum BatchLine {
    /// - Returns: an object.
    static func row(_ line: [UInt8], maximumDepth: Int) throws(BadLineError) -> JSONValue {
        if let offset = line.firstIndex(of: 0) { throw BadLineError(.nul(offset: offset)) }
        guard String(validating: line, as: UTF8.self) != nil else { throw BadLineError(.invalidUTF8) }
        let value = try json(line, maximumDepth: maximumDepth)
        guard case .object = value else { throw BadLineError(.notAnObject) }
        return value
    }

    static func json(_ line: [UInt8], maximumDepth: Int) throws(BadLineError) -> JSONValue {
        do throws(JSONError) {
            return try JSONReader.read(line, maximumDepth: maximumDepth)
        } catch {
            throw BadLineError(BadLineReason(error))
        }
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

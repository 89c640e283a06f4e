/// The rows in an object that is no row itself: `{"data": [...]}`.
enum JSONOutline {
    enum Rows: Equatable {
        /// The object has none, or is a row.
        case none
        /// The place of the only list of objects, brackets included.
        case list(Range<Int>)
        case fault(BadLineReason)
    }

    private struct Member {
        let name: String
        /// The place of a list whose first element is an object.
        var list: Range<Int>?
    }

    /// - Parameter bytes: an object whose brackets close.
    static func rows(in bytes: [UInt8], form: ProblemForm, limits: BatchLimits) -> Rows {
        let members = members(of: bytes)
        let ownNames = form.problem + ProblemForm.own.problem + ["custom_id"]
        let isRow = members.contains { member in
            ownNames.contains { FieldName.folded($0) == FieldName.folded(member.name) }
        }
        let lists = members.filter { $0.list != nil }
        guard !isRow, let list = lists.first?.list else { return .none }
        guard lists.count == 1 else { return .fault(.severalLists(fields: lists.map(\.name))) }
        // What stands around the list must be JSON as well.
        let around = bytes[..<list.lowerBound] + [.openBracket, .closeBracket] + bytes[list.upperBound...]
        guard around.count <= limits.maximumLineBytes else { return .none }
        do throws(BadLineError) {
            _ = try BatchLine.row(Array(around), maximumDepth: limits.maximumDepth, end: "the end of the object")
        } catch {
            guard let offset = error.reason.offset, offset > list.lowerBound else { return .fault(error.reason) }
            return .fault(error.reason.moved(to: offset + list.count - 2))
        }
        return .list(list)
    }

    private static func members(of bytes: [UInt8]) -> [Member] {
        var members: [Member] = []
        var depth = 0
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case .quote:
                let end = endOfText(in: bytes, from: place)
                if depth == 1, let name = name(in: bytes, from: place, to: end) {
                    members.append(Member(name: name))
                }
                place = end
                continue
            case .openBrace, .openBracket:
                if depth == 1, byte == .openBracket, !members.isEmpty, isObject(in: bytes, after: place) {
                    members[members.count - 1].list = place..<place
                }
                depth += 1
            case .closeBrace, .closeBracket:
                depth -= 1
                if depth == 1, let last = members.last, let list = last.list, list.isEmpty {
                    members[members.count - 1].list = list.lowerBound..<place + 1
                }
            case _: break
            }
            place += 1
        }
        return members
    }

    /// Behind the closing quote of the text that begins at a place.
    private static func endOfText(in bytes: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < bytes.count, bytes[place] != .quote { place += bytes[place] == .backslash ? 2 : 1 }
        return min(place + 1, bytes.count)
    }

    /// The text, if a colon follows.
    private static func name(in bytes: [UInt8], from start: Int, to end: Int) -> String? {
        guard bytes[end...].first(where: { !$0.isWhiteSpace }) == UInt8(ascii: ":") else { return nil }
        let text = Array(bytes[start..<end])
        guard case .string(let name)? = try? JSONValue.read(text, allowsNUL: true) else {
            return String(decoding: text, as: UTF8.self)
        }
        return name
    }

    private static func isObject(in bytes: [UInt8], after place: Int) -> Bool {
        bytes[(place + 1)...].first { !$0.isWhiteSpace } == .openBrace
    }
}

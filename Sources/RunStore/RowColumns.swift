import Domain
import Foundation
import GRDB

/// A row that does not hold what its table promises.
struct RowError: Error, CustomStringConvertible {
    let table: String
    let column: Int
    let wanted: String
    var description: String { "table \(table), column \(column) of a row is not \(wanted)" }
}

/// A row's columns one after the other, each checked: a damaged file must give an error, not a crash.
struct RowColumns {
    private let row: Row
    private let table: String
    private var next = 0

    init(_ row: Row, table: String) {
        self.row = row
        self.table = table
    }

    mutating func integer() throws -> Int64 { try value("a whole number") }

    mutating func int() throws -> Int {
        guard let value = Int(exactly: try integer()) else { throw error("a whole number") }
        return value
    }

    /// Stored as the signed number with the same bits.
    mutating func unsigned() throws -> UInt64 { UInt64(bitPattern: try integer()) }

    mutating func real() throws -> Double { try value("a number") }

    mutating func text() throws -> String { try value("a text") }

    /// A text that people or models wrote, selected as bytes: GRDB reads texts only up to a zero byte.
    mutating func written() throws -> String {
        guard let text = try optionalWritten() else { throw error("a text") }
        return text
    }

    mutating func optionalWritten() throws -> String? {
        let found: DatabaseValue = row[next]
        next += 1
        if found.isNull { return nil }
        guard let data = Data.fromDatabaseValue(found), let text = String(bytes: data, encoding: .utf8) else {
            throw error("a text in UTF-8")
        }
        return text
    }

    mutating func optionalText() throws -> String? {
        let found: DatabaseValue = row[next]
        next += 1
        if found.isNull { return nil }
        guard let text = String.fromDatabaseValue(found) else { throw error("a text or nothing") }
        return text
    }

    mutating func truth() throws -> Bool { try value("a truth value") }

    mutating func optionalInteger() throws -> Int64? {
        let found: DatabaseValue = row[next]
        next += 1
        if found.isNull { return nil }
        guard let number = Int64.fromDatabaseValue(found) else { throw error("a whole number or nothing") }
        return number
    }

    mutating func optionalReal() throws -> Double? {
        let found: DatabaseValue = row[next]
        next += 1
        if found.isNull { return nil }
        guard let number = Double.fromDatabaseValue(found) else { throw error("a number or nothing") }
        return number
    }

    mutating func optionalTruth() throws -> Bool? {
        let found: DatabaseValue = row[next]
        next += 1
        if found.isNull { return nil }
        guard let truth = Bool.fromDatabaseValue(found) else { throw error("a truth value or nothing") }
        return truth
    }

    mutating func bytes() throws -> [UInt8] {
        let data: Data = try value("bytes")
        return [UInt8](data)
    }

    /// Token ids, four bytes each, the lowest first.
    mutating func tokens() throws -> [Int32] {
        let data: Data = try value("bytes")
        guard data.count % 4 == 0 else { throw error("token ids") }
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { place in
                Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place * 4, as: Int32.self))
            }
        }
    }

    mutating func choice<Choice: RawRepresentable>(_ type: Choice.Type) throws -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try text()) else { throw error("one of the known words") }
        return choice
    }

    private mutating func value<Value: DatabaseValueConvertible>(_ wanted: String) throws -> Value {
        let found: DatabaseValue = row[next]
        next += 1
        guard let value = Value.fromDatabaseValue(found) else { throw error(wanted) }
        return value
    }

    private func error(_ wanted: String) -> RowError { RowError(table: table, column: next, wanted: wanted) }
}

extension String {
    /// What `CAST(? AS TEXT)` makes this text of, zero bytes included.
    var writtenData: Data { Data(utf8) }
}

extension [Int32] {
    /// As `RowColumns.tokens` reads them.
    var tokenData: Data {
        map(\.littleEndian).withUnsafeBytes { Data($0) }
    }
}

/// GRDB has a class of this name; here the word is ours. Signatures that others see spell it out.
typealias Record = Domain.Record

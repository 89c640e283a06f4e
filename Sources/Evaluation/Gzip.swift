/// Unpacks gzip files (RFC 1952): one member or several, one after another.
enum Gzip {
    private static let method: UInt8 = 8

    private struct Flags: OptionSet {
        let rawValue: UInt8

        static let checksum = Flags(rawValue: 1 << 1)
        static let extra = Flags(rawValue: 1 << 2)
        static let name = Flags(rawValue: 1 << 3)
        static let comment = Flags(rawValue: 1 << 4)
        static let known = Flags(rawValue: 0b1_1111)
    }

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - take: is given the content, piece by piece; it bounds how much that may be.
    /// - Throws: `gzip`, or what `take` throws.
    static func unpack(
        _ bytes: [UInt8], _ take: (ArraySlice<UInt8>) throws(BatchError) -> Void
    ) throws(BatchError) {
        var place = 0
        repeat {
            place = try content(of: bytes, from: place)
            var inflate = Inflate(bytes, from: place)
            var checksum = CRC32()
            var length: UInt32 = 0
            try inflate.run { piece throws(BatchError) in
                checksum.add(piece)
                length &+= UInt32(truncatingIfNeeded: piece.count)
                try take(piece)
            }
            place = inflate.place
            guard place + 8 <= bytes.count else { throw .gzip(.cutOff) }
            guard number(bytes, place) == checksum.value, number(bytes, place + 4) == length else {
                throw .gzip(.checksum(offset: place))
            }
            place += 8
            // Tapes fill their last block with zeros.
        } while bytes[place...].contains { $0 != 0 }
    }

    /// Four bytes, the lowest first.
    private static func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }

    /// Where the data of the member at a place begin.
    private static func content(of bytes: [UInt8], from start: Int) throws(BatchError) -> Int {
        guard bytes.count - start >= 10 else {
            throw .gzip(bytes[start...].starts(with: [0x1F]) ? .cutOff : .header(offset: start))
        }
        let flags = Flags(rawValue: bytes[start + 3])
        guard bytes[start...].starts(with: [0x1F, 0x8B, method]), flags.isSubset(of: .known) else {
            throw .gzip(.header(offset: start))
        }
        var place = start + 10
        if flags.contains(.extra) {
            guard place + 2 <= bytes.count else { throw .gzip(.cutOff) }
            place += 2 + Int(bytes[place]) + Int(bytes[place + 1]) << 8
        }
        for text in [Flags.name, .comment] where flags.contains(text) {
            guard place < bytes.count, let end = bytes[place...].firstIndex(of: 0) else { throw .gzip(.cutOff) }
            place = end + 1
        }
        guard place <= bytes.count else { throw .gzip(.cutOff) }
        if flags.contains(.checksum) {
            guard place + 2 <= bytes.count else { throw .gzip(.cutOff) }
            var checksum = CRC32()
            checksum.add(bytes[start..<place])
            guard UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 == checksum.value & 0xFFFF else {
                throw .gzip(.checksum(offset: place))
            }
            place += 2
        }
        return place
    }
}

/// The checksum of gzip (ISO 3309, RFC 1952, 8).
struct CRC32 {
    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
        (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private var register: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~register }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes { register = Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ (register >> 8) }
    }
}

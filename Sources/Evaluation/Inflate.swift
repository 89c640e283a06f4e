/// Why a gzip file cannot be unpacked; offsets count its bytes.
public enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file ends within a member.
    case cutOff
    /// No header (RFC 1952, 2.3) stands where a member begins.
    case header(offset: Int)
    /// The compressed data keep no rule of RFC 1951.
    case data(offset: Int)
    /// The checksum or the length of a member is another than that of its content.
    case checksum(offset: Int)

    public var description: String {
        switch self {
        case .cutOff: "the gzip file is cut off: copy it again"
        case .header(let offset): "the gzip file has no member at byte \(offset), but other data: copy it again"
        case .data(let offset): "the gzip file is damaged at byte \(offset): copy it again"
        case .checksum(let offset): "the gzip file is damaged: its checksum at byte \(offset) is wrong; copy it again"
        }
    }
}

/// Unpacks a deflate stream (RFC 1951) that lies in memory. What comes out is handed on in pieces, so that it may be
/// larger than memory.
struct Inflate {
    /// Distances reach back so far.
    private static let windowBytes = 1 << 15
    private static let pieceBytes = 1 << 16

    private let bytes: [UInt8]
    /// The next byte that is not among `bits`.
    private(set) var place: Int
    private var bits: UInt64 = 0
    private var bitCount = 0
    /// The window, and what was not handed on yet behind it.
    private var output: [UInt8] = []
    private var handedOn = 0

    init(_ bytes: [UInt8], from place: Int) {
        self.bytes = bytes
        self.place = place
    }

    /// Unpacks one stream; afterwards `place` is behind its last byte.
    ///
    /// - Parameter take: is given the content, piece by piece.
    /// - Throws: `GzipError` as `.failure`, or what `take` throws.
    mutating func run(_ take: (ArraySlice<UInt8>) throws(BatchError) -> Void) throws(BatchError) {
        var isLast = false
        while !isLast {
            isLast = try read(1) == 1
            switch try read(2) {
            case 0: try stored(take)
            case 1: try block(Self.fixedLengths, Self.fixedDistances, take)
            case 2:
                let (lengths, distances) = try codes()
                try block(lengths, distances, take)
            case _: throw damaged
            }
        }
        try handOn(take)
        // Whole bytes that were read ahead.
        place -= bitCount / 8
        bitCount = 0
        bits = 0
    }

    private var damaged: BatchError { .gzip(.data(offset: place)) }

    // MARK: Bits

    /// Reads ahead as many whole bytes as fit.
    private mutating func fill() {
        while bitCount <= 56, place < bytes.count {
            bits |= UInt64(bytes[place]) << UInt64(bitCount)
            bitCount += 8
            place += 1
        }
    }

    private mutating func drop(_ count: Int) {
        bits >>= UInt64(count)
        bitCount -= count
    }

    private mutating func read(_ count: Int) throws(BatchError) -> Int {
        if bitCount < count { fill() }
        guard bitCount >= count else { throw .gzip(.cutOff) }
        let value = Int(bits & ((1 << UInt64(count)) - 1))
        drop(count)
        return value
    }

    // MARK: Codes

    /// A code of Huffman: for each pattern of `width` bits the symbol that it begins with, and its length; 0: none.
    private struct Code {
        static let longest = 15

        let width: Int
        let symbols: [UInt16]
        let lengths: [UInt8]

        /// - Parameter lengths: of the symbols' codes; 0: the symbol is not used.
        /// - Returns: nil if there are more codes than patterns; or fewer, unless it is a single one or none.
        init?(_ lengths: [UInt8]) {
            let width = max(1, Int(lengths.max() ?? 0))
            var symbols = [UInt16](repeating: 0, count: 1 << width)
            var found = [UInt8](repeating: 0, count: 1 << width)
            var next = 0
            var used = 0
            for length in 1...width {
                for (symbol, own) in lengths.enumerated() where Int(own) == length {
                    guard next < 1 << length else { return nil }
                    // Codes are packed from their highest bit, everything else from the lowest.
                    var reversed = 0
                    for bit in 0..<length where next >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
                    for pattern in stride(from: reversed, to: 1 << width, by: 1 << length) {
                        symbols[pattern] = UInt16(symbol)
                        found[pattern] = own
                    }
                    next += 1
                    used += 1
                }
                next <<= 1
            }
            guard next == 2 << width || used <= 1 else { return nil }
            (self.width, self.symbols, self.lengths) = (width, symbols, found)
        }
    }

    private mutating func symbol(_ code: Code) throws(BatchError) -> Int {
        if bitCount < Code.longest { fill() }
        let pattern = Int(bits & ((1 << UInt64(code.width)) - 1))
        let length = Int(code.lengths[pattern])
        guard length > 0 else { throw bitCount == 0 ? .gzip(.cutOff) : damaged }
        guard length <= bitCount else { throw .gzip(.cutOff) }
        drop(length)
        return Int(code.symbols[pattern])
    }

    private static let fixedLengths = Code(
        [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 8, count: 8))
    private static let fixedDistances = Code([UInt8](repeating: 5, count: 32))

    /// In which order the lengths of the code of code lengths stand (RFC 1951, 3.2.7).
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// The codes that a block brings.
    private mutating func codes() throws(BatchError) -> (lengths: Code?, distances: Code?) {
        let (lengthCount, distanceCount) = (try read(5) + 257, try read(5) + 1)
        let orderCount = try read(4) + 4
        guard lengthCount <= 286, distanceCount <= 30 else { throw damaged }
        var lengths = [UInt8](repeating: 0, count: 19)
        for place in 0..<orderCount { lengths[Self.order[place]] = UInt8(try read(3)) }
        guard let code = Code(lengths) else { throw damaged }
        var all: [UInt8] = []
        while all.count < lengthCount + distanceCount {
            let symbol = try symbol(code)
            switch symbol {
            case ..<16: all.append(UInt8(symbol))
            case 16:
                guard let last = all.last else { throw damaged }
                all += [UInt8](repeating: last, count: 3 + (try read(2)))
            case 17: all += [UInt8](repeating: 0, count: 3 + (try read(3)))
            case _: all += [UInt8](repeating: 0, count: 11 + (try read(7)))
            }
        }
        // A block without an end would have none.
        guard all.count == lengthCount + distanceCount, all[256] > 0 else { throw damaged }
        return (Code(Array(all[..<lengthCount])), Code(Array(all[lengthCount...])))
    }

    // MARK: Blocks

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537, 2_049, 3_073,
        4_097, 6_145, 8_193, 12_289, 16_385, 24_577,
    ]

    private mutating func block(
        _ lengths: Code?, _ distances: Code?, _ take: (ArraySlice<UInt8>) throws(BatchError) -> Void
    ) throws(BatchError) {
        guard let lengths, let distances else { throw damaged }
        while true {
            let symbol = try symbol(lengths)
            if symbol < 256 {
                output.append(UInt8(symbol))
            } else if symbol == 256 {
                return
            } else {
                guard symbol - 257 < Self.lengthBases.count else { throw damaged }
                let length = Self.lengthBases[symbol - 257] + (try read(Self.lengthBits[symbol - 257]))
                let far = try self.symbol(distances)
                guard far < Self.distanceBases.count else { throw damaged }
                let distance = Self.distanceBases[far] + (try read(max(0, far / 2 - 1)))
                guard distance <= output.count else { throw damaged }
                for _ in 0..<length { output.append(output[output.count - distance]) }
            }
            if output.count - handedOn >= Self.pieceBytes { try handOn(take) }
        }
    }

    private mutating func stored(_ take: (ArraySlice<UInt8>) throws(BatchError) -> Void) throws(BatchError) {
        drop(bitCount % 8)
        let length = try read(16)
        guard try read(16) == length ^ 0xFFFF else { throw damaged }
        for _ in 0..<length { output.append(UInt8(try read(8))) }
        if output.count - handedOn >= Self.pieceBytes { try handOn(take) }
    }

    private mutating func handOn(_ take: (ArraySlice<UInt8>) throws(BatchError) -> Void) throws(BatchError) {
        try take(output[handedOn...])
        if output.count > Self.windowBytes { output.removeFirst(output.count - Self.windowBytes) }
        handedOn = output.count
    }
}

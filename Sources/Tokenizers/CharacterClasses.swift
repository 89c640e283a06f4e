/// The properties of a character that the pre-tokenizers ask about.
struct CharacterClass: OptionSet, Sendable {
    let rawValue: UInt8

    static let letter = CharacterClass(rawValue: 1)
    static let number = CharacterClass(rawValue: 2)
    static let space = CharacterClass(rawValue: 4)
    static let mark = CharacterClass(rawValue: 8)
    static let punctuation = CharacterClass(rawValue: 16)
    static let symbol = CharacterClass(rawValue: 32)
    static let lineBreak = CharacterClass(rawValue: 64)
    /// Not its own composed form (NFC), or joined or reordered with what stands before it.
    static let unstable = CharacterClass(rawValue: 128)

    static let letterOrNumber: CharacterClass = [.letter, .number]
    static let wordOrSpace: CharacterClass = [.letter, .number, .space]

    @inline(__always)
    func has(_ other: CharacterClass) -> Bool { rawValue & other.rawValue != 0 }
}

/// Class of every scalar in two stages: page of 256, then entry; equal pages are kept once (about 30 kB).
struct CharacterClasses: Sendable {
    private var pageOfBlock: [UInt16] = []
    private var entries: [UInt8] = []

    /// Built once, from the Unicode data of the standard library.
    static let shared = CharacterClasses()

    private init() {
        var known: [[UInt8]: UInt16] = [:]
        for block in 0..<0x1100 {
            // Planes 4 to 13 are unassigned and 15, 16 private: all their blocks equal the empty one.
            let isEmpty = (0x400..<0xE00).contains(block) || block >= 0xF00
            let page = isEmpty ? [UInt8](repeating: 0, count: 256) : Self.page(of: block)
            if let number = known[page] {
                pageOfBlock.append(number)
            } else {
                let number = UInt16(known.count)
                known[page] = number
                pageOfBlock.append(number)
                entries.append(contentsOf: page)
            }
        }
    }

    private static func page(of block: Int) -> [UInt8] {
        (0..<256).map { low in
            guard let scalar = Unicode.Scalar(UInt32(block << 8 | low)) else { return 0 }
            return classify(scalar).rawValue
        }
    }

    private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
        var result: CharacterClass = scalar.properties.isWhitespace ? .space : []
        if scalar == "\r" || scalar == "\n" { result.insert(.lineBreak) }
        if scalar.properties.isFullCompositionExclusion || isVowelOrFinalOfHangul(scalar) { result.insert(.unstable) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            result.insert(.letter)
        case .decimalNumber, .letterNumber, .otherNumber:
            result.insert(.number)
        case .nonspacingMark, .spacingMark, .enclosingMark:
            result.formUnion([.mark, .unstable])
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            result.insert(.punctuation)
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            result.insert(.symbol)
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse,
            .unassigned:
            break
        @unknown default:
            break
        }
        return result
    }

    /// The letters that follow another one in a syllable. Beside marks, only they are joined to what stands before.
    private static func isVowelOrFinalOfHangul(_ scalar: Unicode.Scalar) -> Bool {
        (0x1161...0x1175).contains(scalar.value) || (0x11A8...0x11C2).contains(scalar.value)
    }

    /// The class of a scalar; `scalar` is at most U+10FFFF.
    @inline(__always)
    subscript(scalar: UInt32) -> CharacterClass {
        let page = Int(pageOfBlock[Int(scalar >> 8)])
        return CharacterClass(rawValue: entries[page << 8 | Int(scalar & 0xFF)])
    }

    /// The class of an ASCII character: block 0 is page 0.
    @inline(__always)
    subscript(ascii byte: UInt8) -> CharacterClass { CharacterClass(rawValue: entries[Int(byte)]) }
}

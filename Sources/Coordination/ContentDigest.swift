import Domain

/// Tells a repeated submission from another one under the same key. Guards against mistakes, not against malice.
enum ContentDigest {
    /// FNV-1a, 64 bits (Fowler, Noll, Vo), over every field, each closed by a byte that UTF-8 never has.
    static func of(_ spec: RunSpec, _ problems: [ProblemSpec]) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        func add(_ text: String) {
            for byte in text.utf8 { add(byte) }
            add(0xFF)
        }
        add(spec.name)
        add("\(spec.settings)")
        if let bank = spec.bank {
            add(bank.name)
            add("\(bank.models) \(bank.draftTokens) \(bank.boundary) \(bank.draftSampling)")
            for round in bank.rounds {
                add("\(round.round)")
                // As bits: a bank may have too many scores to write each as text at every start.
                for score in round.scores {
                    for shift in stride(from: 0, to: 64, by: 8) {
                        add(UInt8(truncatingIfNeeded: score.bitPattern >> shift))
                    }
                }
            }
        }
        for problem in problems {
            add(problem.id)
            add(problem.text)
            if let answer = problem.answer { add(answer) }
            for turn in problem.turns { add("\(turn.speaker.rawValue): \(turn.text)") }
            if let settings = problem.settings { add("\(settings)") }
            add(0xFE)
        }
        return digest
    }
}

/// The scores that a stratum ranks among: all of them, or the latest ones.
struct ScoreWindow: Sendable {
    private(set) var bank: ScoreBank
    /// How many scores stay at most; nil is no bound.
    private(set) var capacity: Int?
    /// Whether the order of arrival is known, which a bound needs, now or later: 8 bytes a score.
    private let keepsOrder: Bool
    /// In order of arrival, those before `first` being gone.
    private var arrivals: [Double] = []
    private var first = 0

    /// - Parameters:
    ///   - scores: what is there from the beginning, in order of arrival.
    ///   - isOrdered: whether a bound may come later.
    init(_ scores: [Double] = [], capacity: Int? = nil, isOrdered: Bool = false) {
        bank = ScoreBank(scores)
        keepsOrder = isOrdered || capacity != nil
        self.capacity = capacity
        if keepsOrder { arrivals = scores }
        trim()
    }

    mutating func add(_ score: Double) {
        bank.insert(score)
        guard keepsOrder else { return }
        arrivals.append(score)
        trim()
    }

    mutating func removeAll() {
        bank = ScoreBank()
        arrivals = []
        first = 0
    }

    /// Keeps the latest scores only, from now on. Needs the order of arrival.
    mutating func bound(to capacity: Int) {
        precondition(keepsOrder, "the order of arrival is not known")
        self.capacity = min(capacity, self.capacity ?? capacity)
        trim()
    }

    private mutating func trim() {
        guard let capacity else { return }
        while bank.count > capacity {
            bank.remove(arrivals[first])
            first += 1
        }
        if first > max(64, arrivals.count / 2) {
            arrivals.removeFirst(first)
            first = 0
        }
    }

    var description: String { "\(bank.sortedScores) capacity=\(capacity.map(String.init) ?? "none")" }
}

/// Drift alarms as people read them: `1, after problem 37 of 200`.
///
/// - Parameters:
///   - count: how many there were; at least one.
///   - problems: how many problems had been looked at when the first was raised; nil where an earlier version raised
///     it, which looked at verdicts.
///   - total: the problems of the batch.
func driftAlarms(_ count: Int, after problems: Int?, of total: Int) -> String {
    guard let problems else { return "\(count) (by the rule of an earlier version)" }
    return "\(count), \(count > 1 ? "the first " : "")after problem \(problems) of \(total)"
}

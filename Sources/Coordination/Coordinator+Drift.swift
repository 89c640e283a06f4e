import Conformal
import Domain

/// From alarms about scores that drift to their records.
extension Coordinator {
    /// Records the alarms of a run that are not recorded yet.
    mutating func tellDrift(_ run: Int) {
        let recorded = runs[run].driftRecords.count { $0.problems != nil }
        for alarm in runs[run].alarms.dropFirst(recorded) { tell(alarm, run) }
    }

    private mutating func tell(_ alarm: DriftAlarm, _ run: Int) {
        let spec = runs[run].spec
        commit(
            .driftFound(
                DriftRecord(
                    run: spec.id, problems: alarm.problems, verdicts: alarm.verdicts, recordedWallMs: now.wallMs)))
        log(
            .warning, "the scores have drifted", run: spec.id,
            fields: [
                .init("after_problem", alarm.problems), .init("problems", runs[run].problems.count),
                .init("verdicts", alarm.verdicts), .init("response", spec.settings.onDrift.rawValue),
            ])
    }
}

import Domain
import Testing
@testable import Settings

@Suite struct RunSettingsTests {
    @Test func flagsReplaceSettings() throws {
        let settings = try RunSettings().overriding([
            ("strategy", "target"), ("paths", "3"), ("rejection_rate", "1"), ("p_value", "paper"),
            ("draft_sampling.top_p", "0.5"), ("target_sampling.min_p", "0.1"), ("vote", "all"),
            ("seed", "18446744073709551615"), ("takeover", "resample"), ("boundary", "step"), ("paths", "5"),
        ])
        #expect(settings.strategy == .target)
        #expect(settings.paths == 5)
        #expect(settings.rejectionRate == 1)
        #expect(settings.pValue == .paper)
        #expect(settings.draftSampling.topP == 0.5)
        #expect(settings.targetSampling.minP == 0.1)
        #expect(settings.vote == .all)
        #expect(settings.seed == .max)
        #expect(settings.takeover == .resample)
        #expect(settings.boundary == .step)
    }

    @Test func everyWrongFlagIsTold() {
        do throws(SettingsError) {
            _ = try RunSettings().overriding([("pahts", "1"), ("rounds", "x"), ("rejection_rate", "7")])
            Issue.record("wrong flags were taken")
        } catch {
            #expect(error.problems.count == 3)
            #expect(error.description.contains("command line: unknown setting 'pahts': did you mean 'paths'?"))
            #expect(error.description.contains("command line: rounds: expected a whole number, found 'x'"))
            #expect(error.description.contains("command line: rejection_rate: 7.0 is not possible"))
        }
    }

    @Test func everySettingHasAField() {
        let settings = Mirror(reflecting: RunSettings()).children.compactMap(\.label).count - 2
        let sampling = Mirror(reflecting: SamplingSettings()).children.count
        #expect(RunSettings.fieldNames.count == settings + 2 * sampling)
    }

    @Test func checkedRefusesWhatNoComparisonHolds() {
        var settings = RunSettings()
        settings.rejectionRate = .nan
        settings.draftSampling.topP = .nan
        settings.targetSampling.temperature = .infinity
        #expect(settings.problems().map(\.field) == [
            "rejection_rate", "draft_sampling.top_p", "target_sampling.temperature",
        ])
        #expect(throws: RunSettingsError.self) { try settings.checked() }
        #expect(throws: Never.self) { try RunSettings().checked() }
    }
}

import Domain
import Foundation
import Testing
@testable import RunStore

@Suite struct RoundTripTests {
    @Test(arguments: 0..<8) func recordsComeBackInTheirOrder(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var maker = RecordMaker(seed: seed)
        let runs = (0..<4).map { maker.run(problems: 3, paths: 2, rounds: 3, isEnded: $0 % 2 == 1) }
        // Several runs at once: their records alternate.
        var appended: [Record] = []
        var rests = runs.map { $0[...] }
        while let index = rests.indices.filter({ !rests[$0].isEmpty }).randomElement(using: &maker.generator) {
            appended.append(rests[index].removeFirst())
        }
        let store = try RunStore(path: folder.database)
        for transaction in appended.transactions(&maker.generator) { try store.append(transaction) }
        #expect(try store.records(ofOpenRunsOnly: false) == appended)
        let open = Set([runs[0], runs[2]].map { RecordMaker.path($0[0]).run })
        let expected = appended.filter { open.contains(RecordMaker.path($0).run) }
        #expect(try store.records(ofOpenRunsOnly: true) == expected)
        try store.close()

        let reopened = try RunStore(path: folder.database)
        #expect(try reopened.records(ofOpenRunsOnly: false) == appended)
        let more = maker.run(problems: 1, paths: 1, rounds: 1, isEnded: false)
        try reopened.append(more)
        #expect(try reopened.records(ofOpenRunsOnly: false) == appended + more)
    }

    @Test func epochsCountUpDurably() throws {
        let folder = try TemporaryFolder()
        for epoch in UInt64(1)...5 {
            let store = try RunStore(path: folder.database)
            #expect(try store.nextEpoch() == epoch)
        }
    }

    @Test func anOpenBusyMeasureComesBack() throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        var maker = RecordMaker(seed: 7)
        let records = maker.run(problems: 1, paths: 1, rounds: 1, isEnded: true).dropLast()
        try store.append(Array(records))
        #expect(try store.records(ofOpenRunsOnly: true) == Array(records))
    }

    @Test func textsAreComparedAsBytes() throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        let spec = RunSpec(id: RunID("0a"), submissionKey: "k", name: "n", settings: RunSettings())
        let problems = ["\u{E9}", "e\u{301}"].map { ProblemSpec(id: $0, text: $0) }
        try store.append([.runSubmitted(spec, problems: problems, recordedWallMs: 1)])
        guard case .runSubmitted(_, let found, _) = try store.records(ofOpenRunsOnly: true)[0] else {
            Issue.record("no submission came back")
            return
        }
        #expect(found.map { Array($0.id.utf8) } == problems.map { Array($0.id.utf8) })
    }

    @Test func settingsOfAnEarlierVersionGetDefaults() throws {
        var settings = RunSettings()
        settings.paths = 3
        settings.draftSampling.topK = 5
        let whole = try SettingsColumn.text(settings)
        #expect(try SettingsColumn.settings(whole) == settings)
        let older = #"{"paths":3,"draftSampling":{"topK":5}}"#
        #expect(try SettingsColumn.settings(older) == settings)
        #expect(throws: (any Error).self) { try SettingsColumn.settings("[]") }
    }
}

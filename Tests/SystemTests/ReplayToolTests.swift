import Foundation
import Testing

/// `a1 replay` as scripts use it.
extension RealProcesses {
    @Suite struct ReplayToolTests {
        private struct Report: Decodable {
            struct Round: Decodable {
                var round: Int
                var verdicts: Int
                var rate: Double
            }

            var rate: Double
            var verdicts: Int
            var rounds: [Round]
            var alarms: Int
            var interval: [Double]
            var overlap: Double
        }

        private static let shared =
            ProcessInfo.processInfo.environment["A1_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? TestCluster.root.deletingLastPathComponent().appending(path: "shared")
        private static let traces = shared.appending(path: "reference/traces")
        private static let trace = traces.appending(path: "math500-ct0.csv").path
        private static let calibration = traces.appending(path: "math500-ct0.calibration.csv").path
        private static let hasTraces = FileManager.default.fileExists(atPath: trace)

        private func replay(_ arguments: String...) throws -> Tool { try Tool(["replay"] + arguments) }

        /// A replay of a trace of this text.
        private func replay(text: String, _ flags: String...) throws -> Tool {
            let file = FileManager.default.temporaryDirectory.appending(path: "a1-trace-\(UUID().uuidString).csv")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try Tool(["replay", file.path] + flags)
        }

        /// The published rule on the published data: every percentile, every takeover.
        @Test(.enabled(if: hasTraces, "no ../shared/reference/traces"))
        func thePublishedDecisionsComeOutAgain() throws {
            let output = try replay(
                Self.trace, "--p-value", "paper", "--strata", "marginal", "--calibration", Self.calibration, "--each")
            #expect(output.code == 0, "\(output.err)")
            let lines = String(decoding: output.out, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.split(separator: ",") }
            let published = try String(contentsOfFile: Self.trace, encoding: .utf8)
                .split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
            #expect(published.count == 6_065)
            for (line, row) in zip(lines.dropFirst(), published) {
                #expect(line[0] == row[0] && line[1] == row[2] && line[3] == row[5])
                #expect(abs(try #require(Double(line[4])) - #require(Double(row[4]))) < 1e-12)
            }
        }

        /// The defaults on the same data, in both orders, at four rates.
        @Test(.enabled(if: hasTraces, "no ../shared/reference/traces"), arguments: [0.1, 0.25, 0.4, 0.6])
        func theDefaultsKeepTheRateAndTheRanking(rate: Double) throws {
            for order in [[], ["--interleave"]] {
                for seed in ["0", "1", "2"] {
                    let output = try Tool(
                        ["replay", Self.trace, "-r", "\(rate)", "--json", "--seed", seed] + order)
                    let report = try JSONDecoder().decode(Report.self, from: output.out)
                    #expect(output.code == 0)
                    #expect(report.verdicts == 6_065)
                    #expect(abs(report.rate - rate) <= 0.01)
                    #expect(report.interval[0] <= report.rate && report.rate <= report.interval[1])
                    #expect(report.interval[0] >= rate - 0.05 && report.interval[1] <= rate + 0.05)
                    #expect(report.alarms == 0)
                    for round in report.rounds where round.verdicts >= 75 {
                        #expect(abs(round.rate - rate) <= 0.05, "round \(round.round)")
                    }
                    if rate == 0.4 { #expect(report.overlap >= 0.85) }
                    if rate == 0.25 { #expect(report.overlap >= 0.8) }
                }
            }
        }

        @Test(arguments: [
            ("", "no header"), ("problem_index,question,round,ppl\n", "no rows"),
            ("problem_index,round,ppl\n0,0,1\n", "no column 'question'"),
            ("problem_index,question,round,ppl\n0,a,0,nan\n", "line 2: ppl is nan"),
            ("problem_index,question,round,ppl\n0,a,0,1\n0,a,1,inf\n", "line 3: ppl is inf"),
            ("problem_index,question,round,ppl\n0,a,0,-1\n", "line 2: ppl is -1"),
            ("problem_index,question,round,ppl\n0,a,0,\n", "line 2: ppl '' is not a number"),
            ("problem_index,question,round,ppl\n0,a,-2,1\n", "line 2: round '-2'"),
            ("problem_index,question,round,ppl\n0,a,0\n", "line 2: 3 cells"),
            ("problem_index,question,round,ppl\n0,\"a,0,1\n", "a quote is not closed"),
        ])
        func aBadTraceIsRefusedByItsLine(text: String, reason: String) throws {
            let output = try replay(text: text)
            #expect(output.code == 65)
            #expect(output.err.contains(reason), "\(output.err)")
            #expect(output.out.isEmpty)
        }

        @Test(arguments: [
            ["--strata", "rounds"], ["--rejection-rate", "1.5"], ["--adaptive", "-1"], ["--frozen"],
            ["--bank-size", "-1"],
        ])
        func badFlagsAreUsageErrors(flags: [String]) throws {
            #expect(try Tool(["replay", "trace.csv"] + flags).code == 64)
        }

        /// Drift of whole problems: a question's first scores rise by far after 60 of 120 questions.
        @Test func aTraceThatDriftsSaysAfterWhichQuestion() throws {
            let rows = (0..<240).map { "\($0),q\($0 / 2),0,\(1 + Double($0 * 37 % 101) / 101 + ($0 < 120 ? 0 : 1))" }
            let text = (["problem_index,question,round,ppl"] + rows).joined(separator: "\n")
            struct Alarms: Decodable {
                var alarms: Int
                var alarms_after: [Int]
            }
            let report = try JSONDecoder().decode(Alarms.self, from: replay(text: text, "--json").out)
            #expect(report.alarms == 1 && report.alarms_after.count == 1)
            let after = try #require(report.alarms_after.first)
            #expect((61...100).contains(after))
            let shown = String(decoding: try replay(text: text).out, as: UTF8.self)
            #expect(shown.contains("1, after problem \(after) of 120"))
        }

        @Test func benchDriftCountsBatchesAndProblems() throws {
            struct Delays: Decodable {
                var false_alarm_share: Double
                var detected: Double
                var median_delay: Int
                var delay_of_nine_in_ten: Int
            }
            let flags = [
                "--batches", "2000", "--problems", "200", "--shifted", "200", "--before", "200", "--shift", "2",
            ]
            let tool = try Tool(["bench", "drift", "--json"] + flags)
            let found = try JSONDecoder().decode(Delays.self, from: tool.out)
            #expect(tool.code == 0)
            #expect(found.false_alarm_share <= 0.01 + 4 * (0.01 * 0.99 / 2_000).squareRoot())
            #expect(found.detected == 1)
            #expect(found.median_delay <= found.delay_of_nine_in_ten && found.delay_of_nine_in_ten <= 40)
            #expect(try Tool(["bench", "drift", "--problems", "0"]).code == 64)
        }

        /// The limit cases: nothing and everything.
        @Test(arguments: ["0", "1"])
        func rateZeroAndRateOne(rate: String) throws {
            let rows = (0..<40).map { "\($0),q\($0 / 4),0,\(1 + Double($0 % 7))" }
            let text = (["problem_index,question,round,ppl"] + rows).joined(separator: "\n")
            let output = try replay(text: text, "-r", rate, "--json")
            #expect(String(decoding: output.out, as: UTF8.self).contains("\"rate\" : \(rate)"))
        }
    }
}

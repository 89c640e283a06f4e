import Foundation
import TestSupport
import Testing

@testable import Transformer

/// Held against the formulas, written down plainly in double precision.
@Suite struct LogitComparisonTests {
    /// What the comparison of whole rows should give, from the definitions alone.
    private struct Twin {
        var divergences: [Double] = []
        var largest = 0.0
        var agreements = 0
        var nll: (first: [Double], second: [Double]) = ([], [])

        mutating func add(_ first: [Float], _ second: [Float], next: Int?) {
            let p = Self.logSoftmax(first)
            let q = Self.logSoftmax(second)
            divergences.append(zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) })
            for (p, q) in zip(p, q) where p > -20 { largest = max(largest, abs(p - q)) }
            agreements += first.firstIndex(of: first.max()!) == second.firstIndex(of: second.max()!) ? 1 : 0
            guard let next else { return }
            nll.first.append(-p[next])
            nll.second.append(-q[next])
        }

        static func logSoftmax(_ logits: [Float]) -> [Double] {
            let top = Double(logits.max()!)
            let sum = top + log(logits.reduce(0) { $0 + exp(Double($1) - top) })
            return logits.map { Double($0) - sum }
        }

        static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    }

    private func add(
        _ first: [Float], _ second: [Float], next: Int32?, to comparison: inout LogitComparison
    ) throws(LogitComparisonError) {
        // Rows of a pass may be changed by who gets them, so these are copies.
        let (a, b) = (UnsafeMutableBufferPointer<Float>.allocate(capacity: first.count),
            UnsafeMutableBufferPointer<Float>.allocate(capacity: second.count))
        defer {
            a.deallocate()
            b.deallocate()
        }
        _ = a.initialize(from: first)
        _ = b.initialize(from: second)
        try comparison.add(Logits(values: a), Logits(values: b), next: next)
    }

    @Test(arguments: [1, 2, 3, 17, 500]) func itIsWhatTheFormulasSay(vocabulary: Int) throws {
        var random = SeededGenerator(seed: UInt64(vocabulary))
        for spread: Float in [0.01, 1, 12, 80] {
            var comparison = LogitComparison()
            var twin = Twin()
            for position in 0..<40 {
                let first = (0..<vocabulary).map { _ in Float.random(in: -spread...spread, using: &random) }
                let second = first.map { $0 + Float.random(in: -spread / 10...spread / 10, using: &random) }
                let next = position % 5 == 4 ? nil : Int.random(in: 0..<vocabulary, using: &random)
                try add(first, second, next: next.map(Int32.init), to: &comparison)
                twin.add(first, second, next: next)
            }
            // The kernels' exponential is exact to float32.
            let close = { (found: Double?, wanted: Double) in
                abs((found ?? .nan) - wanted) <= 2e-6 * max(1, abs(wanted))
            }
            #expect(comparison.positions == 40)
            #expect(close(comparison.meanDivergence, Twin.mean(twin.divergences)), "spread \(spread)")
            #expect(close(comparison.largestDifference, twin.largest), "spread \(spread)")
            #expect(comparison.top1Agreement == Double(twin.agreements) / 40)
            #expect(close(comparison.meanNLL?.first, Twin.mean(twin.nll.first)), "spread \(spread)")
            #expect(close(comparison.meanNLL?.second, Twin.mean(twin.nll.second)), "spread \(spread)")
        }
    }

    @Test func aRowAgainstItselfIsNoDistanceAway() throws {
        var comparison = LogitComparison()
        try add([1, 5, -3], [1, 5, -3], next: 1, to: &comparison)
        #expect(comparison.meanDivergence == 0)
        #expect(comparison.largestDifference == 0)
        #expect(comparison.top1Agreement == 1)
    }

    @Test func aShiftOfAllLogitsChangesNothing() throws {
        var comparison = LogitComparison()
        try add([1, 5, -3], [101, 105, 97], next: 2, to: &comparison)
        #expect(try #require(comparison.meanDivergence) < 1e-12)
        #expect(comparison.largestDifference < 1e-5)
    }

    @Test func ofTheLikeliestTheFirstOfEqualsCounts() throws {
        var comparison = LogitComparison()
        try add([2, 2, 0], [2, 1, 0], next: nil, to: &comparison)
        try add([2, 2, 0], [1, 2, 0], next: nil, to: &comparison)
        #expect(comparison.top1Agreement == 0.5)
    }

    @Test func ofNothingThereIsNoMean() throws {
        var comparison = LogitComparison()
        #expect(comparison.meanDivergence == nil)
        #expect(comparison.top1Agreement == nil)
        try add([0, 0], [0, 0], next: nil, to: &comparison)
        #expect(comparison.meanNLL == nil)
        #expect(comparison.meanDivergence == 0)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
    func whatIsNoNumberIsAnErrorWithItsPlace(broken: Float) throws {
        for place in 0..<3 {
            var row: [Float] = [1, 2, 3]
            row[place] = broken
            var comparison = LogitComparison()
            try add([1, 2, 3], [1, 2, 3], next: 0, to: &comparison)
            let before = comparison.meanNLL?.first
            #expect(throws: LogitComparisonError.notFinite(.first, position: 1)) {
                try add(row, row, next: 0, to: &comparison)
            }
            #expect(throws: LogitComparisonError.notFinite(.second, position: 1)) {
                try add([1, 2, 3], row, next: 0, to: &comparison)
            }
            #expect(comparison.positions == 1)
            #expect(comparison.meanNLL?.first == before)
        }
    }
}

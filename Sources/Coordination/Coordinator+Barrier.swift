import Conformal
import Domain

/// A score that waits for those of the other paths.
struct PendingScore: Sendable, Hashable {
    let report: ScoreReport
    let score: BlockScore
    let worker: String
}

/// The barrier of `sync`: all paths of a problem finish a round before any begins the next, and their blocks are
/// judged together.
extension Coordinator {
    /// Lets on whoever waits for nobody any more.
    mutating func passBarrier(_ run: Int, _ problem: Int) {
        guard runs[run].isOpen, runs[run].policy.hasBarrier, runs[run].problems[problem].phase == .open else { return }
        let open = runs[run].problems[problem].paths.indices
            .map { PathReference(run: run, problem: problem, path: $0) }
            .filter { !self[$0].path.state.isEnded }
        if !open.isEmpty, open.allSatisfy({ self[$0].desk.score != nil }) {
            judgeTogether(open)
            return
        }
        guard let slowest = open.map({ self[$0].path.round }).min() else { return }
        for path in open where self[path].desk.due.place == .atBarrier && self[path].path.round == slowest {
            guard self[path].path.state == .opening else { continue }
            enqueue(PieceReference(path: path))
            updateWaiting(path)
        }
    }

    /// Takes over the worst of these blocks.
    private mutating func judgeTogether(_ paths: [PathReference]) {
        let run = paths[0].run
        let u = tieBreak(paths[0])
        let rulings = BarrierRanking.judge(
            paths.map { self[$0].desk.score!.score.value }, rejectionRate: runs[run].spec.settings.rejectionRate,
            uniform: u)
        for (path, ruling) in zip(paths, rulings) {
            let pending = self[path].desk.score!
            self[path].desk.score = nil
            reach(
                Ruling(
                    verdict: ruling.verdict, pValue: ruling.weight, tieBreak: u, stratum: "barrier",
                    bankCount: paths.count, rate: ruling.rate),
                on: path, pending)
        }
        // Each has its verdict before any goes on: whoever is ended by its own decides nothing for the others.
        for path in paths where runs[run].isOpen && runs[run].problems[path.problem].phase == .open {
            if !self[path].path.state.isEnded { proceed(path) }
        }
    }
}

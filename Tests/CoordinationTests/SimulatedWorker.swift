import Domain

@testable import Coordination

/// A scripted worker: what it writes depends on the order's seed alone, what it scores on the text alone. It really
/// keeps contexts and really lacks them.
struct SimulatedWorker {
    let name: String
    let role: Role
    let slots: Int
    var incarnation: UInt64
    var isAlive = true
    var isDraining = false
    /// Until when it neither works nor is heard.
    var pausedUntil: Int64 = 0
    var orders: [Order] = []
    var contexts: [PathKey: [Segment]] = [:]
    var progress: UInt64 = 0

    var peer: PeerID { PeerID(bytes: Array("\(name)#\(incarnation)".utf8)) }
    var hello: Hello { makeHello(name, role, incarnation: incarnation, slots: slots) }

    var heartbeat: Heartbeat { heartbeat(listedThrough: nil) }

    func heartbeat(listedThrough: OrderID?) -> Heartbeat {
        Heartbeat(
            progress: progress, activeOrders: orders.count, computeMs: Int64(progress) * 10, isDraining: isDraining,
            heldOrders: orders.map(\.tag.order), listedThrough: listedThrough)
    }

    /// Carries an order out.
    ///
    /// - Returns: the reply, and the standing text that it was about, if the context was there.
    mutating func carryOut(_ order: Order) -> (reply: Event, text: [UInt8]?) {
        orders.removeAll { $0.tag == order.tag }
        progress += 1
        guard var context = assembled(order) else {
            contexts[order.tag.path] = nil
            return (.orderFailed(peer, FailureReport(tag: order.tag, code: .contextLost, message: "gone")), nil)
        }
        let text = context.flatMap(\.text)
        defer { contexts[order.tag.path] = context }
        switch order.work {
        case .generate(let task):
            let report = block(order, task)
            context.append(report.block)
            return (.blockArrived(peer, report), text)
        case .score(let task):
            context.append(task.block)
            let sum = task.block.text.reduce(UInt64(17)) { Seeds.mix($0 ^ UInt64($1)) }
            let values = (0..<max(1, task.block.text.count)).map { -Float(Seeds.mix(sum &+ UInt64($0)) % 1000) / 250 }
            return (.scoreArrived(peer, makeScore(order, values)), text)
        }
    }

    private func assembled(_ order: Order) -> [Segment]? {
        let held = contexts[order.tag.path]
        switch order.context.base {
        case .problem: return order.context.segments
        case .prompt: return held == nil ? nil : order.context.segments
        case .segment(let last):
            guard let held, let index = held.firstIndex(where: { $0.id == last }) else { return nil }
            return held[...index] + order.context.segments
        }
    }

    private func block(_ order: Order, _ task: GenerateTask) -> BlockReport {
        var numbers = TestNumbers(seed: task.seed)
        let tokens = 1 + numbers.below(task.maximumTokens)
        let kind = numbers.below(20)
        let line = "step \(numbers.below(1000))\(numbers.oneIn(2) ? "\n" : " ")"
        let text = kind < 4 ? line + "so \\boxed{\(numbers.below(3))}" : line
        let finish: FinishReason = kind < 4 ? .answer : kind == 4 ? .endToken : .length
        let author: Author = role == .draft ? .draft : .target
        return BlockReport(
            tag: order.tag,
            block: Segment(
                id: task.segment, author: author, text: Array(text.utf8),
                tokens: (0..<Int32(tokens)).map { $0 }, vocabulary: "vocabulary-\(author.rawValue)"),
            finish: finish, timing: noTiming)
    }
}

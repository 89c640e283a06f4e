import CAllocations
import CKernels
import Glibc
import Synchronization
import Tensors
import Testing

@Suite("Compute pool")
struct ComputePoolTests {
    @Test("every index runs once, on a thread of the pool", arguments: [1, 2, 3, 8])
    func everyIndexOnce(_ threads: Int) {
        let pool = ComputePool(threadCount: threads)
        #expect(pool.threadCount == threads)
        for count in [0, 1, 2, 7, 1_000] {
            let seen = Mutex([Int](repeating: 0, count: count))
            let wrongThread = Atomic<Int>(0)
            pool.run(count: count) { index, thread in
                seen.withLock { $0[index] += 1 }
                if !(0..<threads).contains(thread) { wrongThread.add(1, ordering: .relaxed) }
            }
            #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
            #expect(wrongThread.load(ordering: .relaxed) == 0)
        }
    }

    @Test("thousands of short loops lose nothing")
    func manyShortLoops() {
        let pool = ComputePool(threadCount: 2)
        let total = Atomic<Int>(0)
        for _ in 0..<5_000 {
            pool.run(count: 3) { index, _ in total.add(index, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 15_000)
    }

    @Test("progress changes with every loop and every index, and stands still between", arguments: [1, 2, 4])
    func progress(threads: Int) {
        let pool = ComputePool(threadCount: threads)
        for count in [1, 2, 50] {
            let before = pool.progress
            let seen = Mutex<Set<UInt64>>([])
            pool.run(count: count) { _, _ in _ = seen.withLock { $0.insert(pool.progress) } }
            #expect(!seen.withLock { $0.contains(before) })
            // With one thread each index is seen; with more at least the loop.
            #expect(seen.withLock { $0.count } >= (threads == 1 ? count : 1))
            #expect(pool.progress != before)
            #expect(pool.progress == pool.progress)
        }
    }

    @Test("loops take no memory", .enabled(if: a1_allocations_are_counted()), arguments: [1, 2, 4])
    func allocations(threads: Int) {
        let pool = ComputePool(threadCount: threads)
        // Of each thread: what it had allocated when it was first seen, and when it was last.
        let first = UnsafeMutablePointer<UInt64>.allocate(capacity: pool.threadCount)
        let last = UnsafeMutablePointer<UInt64>.allocate(capacity: pool.threadCount)
        first.initialize(repeating: .max, count: pool.threadCount)
        last.initialize(repeating: .max, count: pool.threadCount)
        var sum = 0
        let before = a1_thread_allocation_count()
        for round in 0..<2000 {
            pool.run(count: 8) { index, thread in
                last[thread] = a1_thread_allocation_count()
                if first[thread] == .max { first[thread] = last[thread] }
                if index == round % 8 { sum += index }
            }
        }
        let after = a1_thread_allocation_count()
        #expect(after == before)
        #expect(sum == 7000)
        for thread in 0..<pool.threadCount { #expect(first[thread] == last[thread]) }
        first.deallocate()
        last.deallocate()
    }

    @Test("no two bodies share a thread number at one time, also with several callers")
    func threadNumbersAreExclusive() async {
        final class Shared: Sendable {
            let busy = Mutex([Bool](repeating: false, count: 3))
            let clashes = Atomic<Int>(0)

            func body(_ index: Int, _ thread: Int) {
                let taken = busy.withLock { flags in
                    defer { flags[thread] = true }
                    return flags[thread]
                }
                if taken { clashes.add(1, ordering: .relaxed) }
                busy.withLock { $0[thread] = false }
            }
        }
        let pool = ComputePool(threadCount: 3)
        let shared = Shared()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 { pool.run(count: 20, shared.body) }
                }
            }
        }
        #expect(shared.clashes.load(ordering: .relaxed) == 0)
    }

    /// Processors that the calling thread may run on.
    private static func allowed() -> [Int] {
        [Int32](unsafeUninitializedCapacity: 8_192) { buffer, count in
            count = Int(a1_allowed_processors(buffer.baseAddress, Int32(buffer.count)))
        }.map(Int.init)
    }

    @Test("pinned threads stay on a processor each, as long as there are enough")
    func pinning() throws {
        let before = Self.allowed()
        try #require(!before.isEmpty)
        // The test's own thread is one of the pool's.
        defer { _ = a1_keep_thread(pthread_self(), before.map(Int32.init), Int32(before.count)) }
        let pool = ComputePool(threadCount: min(2, before.count))
        let processors = pool.pin(caller: pthread_self())
        #expect(processors == Array(before.prefix(pool.threadCount)))
        let seen = Mutex([[Int]?](repeating: nil, count: pool.threadCount))
        while seen.withLock({ $0.contains { $0 == nil } }) {
            pool.run(count: 64) { _, thread in
                let own = Self.allowed()
                seen.withLock { $0[thread] = own }
            }
        }
        #expect(seen.withLock { $0 } == processors.map { [$0] })
    }

    @Test("too few processors pin nothing")
    func tooManyToPin() {
        let before = Self.allowed()
        let pool = ComputePool(threadCount: before.count + 1)
        #expect(pool.pin(caller: pthread_self()).isEmpty)
        #expect(Self.allowed() == before)
        pool.run(count: 1_000) { _, _ in
            if Self.allowed() != before { Issue.record("a helper is kept on \(Self.allowed())") }
        }
    }

    @Test("pools come and go")
    func lifetimes() {
        for threads in 1...20 {
            let pool = ComputePool(threadCount: threads % 4 + 1)
            if threads % 2 == 0 { pool.run(count: 5) { _, _ in } }
        }
    }
}

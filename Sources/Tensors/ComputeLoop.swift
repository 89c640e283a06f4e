/// The body of a loop, as its caller's stack holds it: valid until the call that was given the closure returns.
///
/// `withoutActuallyEscaping` would put a closure on the heap for every loop, of which a step makes hundreds. The two
/// words are taken apart and put together in C, by the calling convention of Swift (`loops.c`).
struct ComputeLoop: @unchecked Sendable {
    private let code: UnsafeRawPointer
    private let context: UnsafeRawPointer?

    /// Names `body`, which must not have returned while the loop is called.
    @inline(__always)
    static func of(_ body: (_ index: Int, _ thread: Int) -> Void) -> ComputeLoop { loop(from: body) }

    @inline(__always)
    func callAsFunction(_ index: Int, _ thread: Int) { call(code, context, index, thread) }
}

@_silgen_name("a1_loop_from")
private func loop(from body: (Int, Int) -> Void) -> ComputeLoop

@_silgen_name("a1_loop_call")
private func call(_ code: UnsafeRawPointer, _ context: UnsafeRawPointer?, _ index: Int, _ thread: Int)

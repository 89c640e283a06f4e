import CKernels

/// Which kernels compute: chosen once a process by `A1_KERNELS`, else the best the processor has.
///
/// All but `openblas` give the same bits where they are named. `openblas` differs in matrix products alone, which it
/// gives to the system's BLAS, always in float32. Where nothing is named, `FloatRule` says which matrices are
/// multiplied by OpenBLAS.
public enum KernelChoice: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avx512
    case avx512vnni
    case amx
    case openblas

    /// Whether it multiplies with bytes; else products are in float32, whatever was asked for.
    public var hasBytes: Bool { self != .openblas }

    /// Whether its float32 products are those of the AVX-512 family.
    var isAVX512: Bool { self == .avx512 || self == .avx512vnni || self == .amx }

    /// What this processor can run, best last, and `openblas`.
    public static var available: [KernelChoice] {
        allCases.filter { $0 == .openblas || a1_kernels_named($0.rawValue) != nil }
    }

    /// What this process uses. Throws if `A1_KERNELS` names something unknown or impossible here; a
    /// program checks this at start, since the kernels themselves then run with the best family.
    public static func current() throws(TensorError) -> KernelChoice {
        let choice = try requested()
        if choice == .openblas { try OpenBLASLibrary.checkThreads() }
        return choice
    }

    /// Whether `A1_KERNELS` says which.
    static var isNamed: Bool { a1_kernels_requested() != nil }

    private static func requested() throws(TensorError) -> KernelChoice {
        guard let request = a1_kernels_requested() else { return best }
        let name = String(cString: request)
        guard let choice = KernelChoice(rawValue: name), available.contains(choice) else {
            throw .kernelsUnavailable(requested: name)
        }
        return choice
    }

    /// The fastest family of own kernels here. On x86 without AVX2 that is OpenBLAS, because a
    /// multiply-add is a library call there; on other processors the plain family compiles to good vectors.
    static var best: KernelChoice {
        for choice in [KernelChoice.amx, .avx512vnni, .avx512, .avx2] where available.contains(choice) {
            return choice
        }
        #if arch(x86_64)
            return .openblas
        #else
            return .scalar
        #endif
    }
}

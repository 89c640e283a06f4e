import CKernels

/// Which kernels compute: chosen once a process by `A1_KERNELS`, else the best the processor has.
///
/// All but `openblas` give the same bits. `openblas` differs in matrix products alone, which it gives to
/// the system's BLAS; it is the twin the own kernels are checked against.
public enum KernelChoice: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avx512
    case openblas

    /// What this processor can run, best last.
    public static var available: [KernelChoice] {
        allCases.filter { $0 == .openblas || a1_kernels_named($0.rawValue) != nil }
    }

    /// What this process uses. Throws if `A1_KERNELS` names something unknown or impossible here; a
    /// program checks this at start, since the kernels themselves then run with the best family.
    public static func current() throws(TensorError) -> KernelChoice {
        guard let request = a1_kernels_requested() else { return best }
        let name = String(cString: request)
        guard let choice = KernelChoice(rawValue: name), available.contains(choice) else {
            throw .kernelsUnavailable(requested: name)
        }
        return choice
    }

    /// The fastest family of own kernels here; on a processor with none of them, OpenBLAS.
    static var best: KernelChoice {
        switch String(cString: a1_kernels().pointee.name) {
        case "avx512": .avx512
        case "avx2": .avx2
        default: .openblas
        }
    }
}

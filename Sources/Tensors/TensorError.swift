import ModelFiles

/// Why a tensor or a choice of kernels cannot be used.
public enum TensorError: Error, Equatable, Sendable, CustomStringConvertible {
    case notAMatrix(tensor: String, shape: [Int])
    case partialBlock(tensor: String, columns: Int, type: TensorType)
    case wrongByteCount(tensor: String, expected: Int, found: Int)
    case outsideFile(tensor: String, offset: Int, byteCount: Int, fileBytes: Int)
    case kernelsUnavailable(requested: String)
    /// OpenBLAS would compute with threads of its own, beside those of the pool.
    case openBLASThreads(count: Int)
    /// The system does not give the memory.
    case noMemory(byteCount: Int, purpose: String)

    /// Whether it is memory that is missing.
    public var isLackOfMemory: Bool {
        if case .noMemory = self { true } else { false }
    }

    /// Names the tensor and what to do.
    public var description: String {
        switch self {
        case .notAMatrix(let tensor, let shape):
            "tensor '\(tensor)' has shape \(shape), 1 or 2 dimensions expected; the model is of an unsupported kind"
        case .partialBlock(let tensor, let columns, let type):
            "rows of tensor '\(tensor)' have \(columns) values, not a multiple of the \(type.elementsPerBlock) "
                + "of a \(type.name) block; the file is damaged"
        case .wrongByteCount(let tensor, let expected, let found):
            "tensor '\(tensor)' has \(found) bytes, its shape needs \(expected); the file is damaged"
        case .outsideFile(let tensor, let offset, let byteCount, let fileBytes):
            "tensor '\(tensor)' (\(byteCount) bytes at offset \(offset)) is outside the file of \(fileBytes) bytes; "
                + "fetch the file again"
        case .noMemory(let byteCount, let purpose):
            "the system does not give \(byteCount) bytes for \(purpose)"
        case .openBLASThreads(let count):
            "OpenBLAS has \(count) threads of its own in this process, one is allowed; set OPENBLAS_NUM_THREADS=1 "
                + "before the process starts, or choose other kernels (A1_KERNELS)"
        case .kernelsUnavailable(let requested):
            "A1_KERNELS=\(requested) is not possible on this machine; available: "
                + KernelChoice.available.map(\.rawValue).joined(separator: ", ")
        }
    }
}

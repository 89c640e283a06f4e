/// The shape of all calls of OpenBLAS for a matrix. It picks kernels, and so the order of a sum, by the shape of a
/// call.
///
/// Within a call it may pick them by a row's place as well, if there are more than 8: its Haswell kernels take 12 at a
/// time and the rest in another order.
struct OpenBLASShape: Sendable, Equatable {
    /// Floats of a tile of weights: half a megabyte, half of the second-level cache of common servers.
    static let tileFloats = 131_072
    static let maximumTileRows = 64
    /// Up to so many multiplications a call the kernels for AVX-512 multiply without packing the weights first
    /// (OpenBLAS, kernel/x86_64/sgemm_small_kernel_permit_skylakex.c).
    private static let unpackedMultiplications = 1_000_000
    private static let unpackedCores: Set = ["SkylakeX", "Cooperlake", "SapphireRapids"]

    /// Whether calls are small enough for kernels that do not pack.
    let isUnpacked: Bool
    /// Token rows of a call; missing ones are zero.
    let tokens: Int

    /// Weight rows of a call.
    func tileRows(columns: Int) -> Int {
        let most = max(1, min(Self.maximumTileRows, Self.tileFloats / columns))
        guard isUnpacked else { return most }
        let rows = Self.unpackedMultiplications / (tokens * columns)
        return max(1, min(most, rows >= 8 ? rows / 8 * 8 : rows))
    }
}

extension OpenBLASShape {
    /// - Parameter core: what OpenBLAS' kernels are made for.
    init(core: String) {
        let isUnpacked = Self.unpackedCores.contains(core)
        self.init(isUnpacked: isUnpacked, tokens: isUnpacked ? 4 : 8)
    }
}

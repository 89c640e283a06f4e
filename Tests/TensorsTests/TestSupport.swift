import CKernels
import Glibc
import ModelFiles
import Tensors

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same everywhere.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [-1, 1).
    mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next() >> 40) - (1 << 23)) / Float(1 << 23) }

    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}

/// A file in a folder of its own that goes with this object.
final class TemporaryFile {
    let folder: String
    let path: String

    init(_ bytes: [UInt8]) {
        var template = Array("/tmp/a1-tensors-XXXXXX".utf8CString)
        folder = template.withUnsafeMutableBufferPointer { buffer in
            mkdtemp(buffer.baseAddress!).map { String(cString: $0) } ?? "/nonexistent"
        }
        path = folder + "/file"
        let file = fopen(path, "wb")
        if let file {
            _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
            fclose(file)
        }
    }

    deinit {
        unlink(path)
        rmdir(folder)
    }
}

/// A kernel family that this machine can run.
struct Family: CustomStringConvertible, Sendable {
    let name: String
    var description: String { name }
    var table: a1_kernel_table { a1_kernels_named(name)!.pointee }

    static let available = ["scalar", "avx2", "avx512"].filter { (name: String) in
        a1_kernels_named(name) != nil
    }.map(Family.init)
}

/// A one-tensor model file mapped from disk, and its matrix.
func mappedMatrix(rows: Int, columns: Int, type: TensorType, bytes: [UInt8]) throws -> WeightMatrix {
    let tensor = ModelFileWriter.Tensor(name: "w", shape: [columns, rows], type: type, bytes: bytes)
    let file = TemporaryFile(ModelFileWriter(tensors: [tensor]).bytes())
    let mapped = try MappedFile(path: file.path)
    let model = try ModelFile.parse(mapped.bytes)
    return try WeightMatrix(model.requiredTensor("w"), in: mapped)
}

/// A matrix of random float32 weights.
func randomMatrix(rows: Int, columns: Int, seed: UInt64) throws -> WeightMatrix {
    var random = SplitMix64(state: seed)
    let bytes = random.floats(rows * columns).flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    return try mappedMatrix(rows: rows, columns: columns, type: .f32, bytes: bytes)
}

/// A folder with the pretrained models of the manifest, or nil.
let modelFolder: String? = {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    let candidates = [
        variable("A1_MODELS"), variable("XDG_CACHE_HOME").map { $0 + "/a1/models" },
        variable("HOME").map { $0 + "/.cache/a1/models" },
    ]
    return candidates.compactMap { $0 }.first { access($0, R_OK) == 0 }
}()

/// Paths of the GGUF files in `modelFolder`.
let modelFiles: [String] = {
    guard let modelFolder, let directory = opendir(modelFolder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasSuffix(".gguf") { paths.append(modelFolder + "/" + name) }
    }
    return paths.sorted()
}()

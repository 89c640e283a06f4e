import ModelFiles

/// A model's file, or all files of a split one, mapped and parsed.
///
/// Each tensor belongs to the mapping of its own part; whoever takes one out holds that mapping with it.
public struct MappedModel: Sendable {
    /// One file with what it says of itself.
    public struct Part: Sendable {
        public let mapped: MappedFile
        public let file: ModelFile
    }

    /// All files, the first one first.
    public let parts: [Part]
    private let partOfTensor: [String: Int]

    /// Opens a model by its file, or by the first of its files; the others lie beside it.
    ///
    /// - Parameter keepsUnsupported: whether tensors of types that A1 does not read are listed, instead of refused.
    public init(path: String, keepsUnsupported: Bool = false) throws(MappedModelError) {
        let first = try Self.open(path, keepsUnsupported)
        let split: SplitParts?
        do { split = try SplitParts(openedBy: path, first.file.metadata) } catch { throw .split(error) }
        guard let split else {
            parts = [first]
            partOfTensor = [:]
            return
        }
        var parts = [first]
        for index in 1..<split.count {
            let part = try Self.open(split, part: index, keepsUnsupported)
            do { try split.check(part: index, part.file.metadata) } catch { throw .split(error) }
            parts.append(part)
        }
        self.parts = parts
        do { partOfTensor = try Self.index(parts, of: split) } catch { throw .split(error) }
    }

    /// The path it was opened by.
    public var path: String { parts[0].mapped.path }
    /// Keys and values; those of the first part count.
    public var metadata: Metadata { parts[0].file.metadata }
    /// Bytes of all files.
    public var byteCount: Int { parts.reduce(0) { $0 + $1.mapped.bytes.count } }
    /// Tensors of all parts, in the order of the files.
    public var tensors: [TensorEntry] { parts.flatMap(\.file.tensors) }

    /// Tensors of types that A1 does not read; none unless they were asked for.
    public var unsupportedTensors: [UnsupportedTensor] { parts.flatMap(\.file.unsupportedTensors) }

    /// The tensor of that name and the file it lies in, or nil.
    public func tensor(_ name: String) -> (entry: TensorEntry, file: MappedFile)? {
        let part = parts[partOfTensor[name] ?? 0]
        return part.file.tensor(name).map { ($0, part.mapped) }
    }

    private static func open(_ path: String, _ keepsUnsupported: Bool) throws(MappedModelError) -> Part {
        let mapped: MappedFile
        do { mapped = try MappedFile(path: path) } catch { throw .unreadable(error) }
        do {
            let file = try ModelFile.parse(mapped.bytes, keepsUnsupported: keepsUnsupported)
            // Metadata are copied out of the mapping, which may be as large again.
            mapped.forget(first: file.dataOffset)
            return Part(mapped: mapped, file: file)
        } catch { throw .malformed(path: path, error) }
    }

    private static func open(
        _ split: SplitParts, part index: Int, _ keepsUnsupported: Bool
    ) throws(MappedModelError) -> Part {
        do { return try open(split.paths[index], keepsUnsupported) } catch {
            guard case .unreadable(let reason) = error else { throw error }
            throw .missingPart(number: index + 1, count: split.count, first: split.paths[0], reason)
        }
    }

    private static func index(_ parts: [Part], of split: SplitParts) throws(SplitError) -> [String: Int] {
        var partOfTensor: [String: Int] = [:]
        for (index, part) in parts.enumerated() {
            for name in part.file.tensors.map(\.name) + part.file.unsupportedTensors.map(\.name) {
                guard let earlier = partOfTensor.updateValue(index, forKey: name) else { continue }
                throw .duplicateTensor(name, path: split.paths[index], earlier: split.paths[earlier])
            }
        }
        guard partOfTensor.count == split.tensorCount else {
            throw .wrongTensorTotal(
                path: split.paths[0], found: partOfTensor.count, expected: split.tensorCount)
        }
        return partOfTensor
    }
}

/// Why a model cannot be opened. Each case names the file.
public enum MappedModelError: Error, Sendable, CustomStringConvertible {
    case unreadable(MappedFileError)
    case malformed(path: String, ModelFileError)
    /// Part `number` of `count`, from 1, of the model that was opened by `first`.
    case missingPart(number: Int, count: Int, first: String, MappedFileError)
    case split(SplitError)

    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .malformed(let path, let error): "\(path): \(error)"
        case .missingPart(let number, let count, let first, let error):
            "\(error); it is part \(number) of \(count) of the model \(first), all of which must lie beside it"
        case .split(let error): error.description
        }
    }
}

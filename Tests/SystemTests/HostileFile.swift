import Foundation
import ModelFiles
import TestSupport

/// A model file that no honest writer makes, and what the tool that opens it must name.
struct HostileFile: Sendable, CustomStringConvertible {
    /// How it comes onto the disk.
    enum Content: Sendable {
        /// Made when it is wanted.
        case bytes(@Sendable () -> [UInt8])
        /// These bytes, then zeros up to the size: a file that is really there but takes no room.
        case sparse([UInt8], size: UInt64)
    }

    let description: String
    /// What the complaint must contain, one of them.
    let named: [String]
    let content: Content

    init(_ description: String, names named: String..., content: Content) {
        self.description = description
        self.named = named
        self.content = content
    }

    /// A file written byte by byte; some zeros behind it keep the checks of size from being the first to refuse.
    static func file(
        _ description: String, names named: String, tensors: UInt64 = 0, keys: UInt64 = 0, version: UInt32 = 3,
        filler: Int = 200, _ build: (inout FileBuilder) -> Void = { _ in }
    ) -> HostileFile {
        var builder = FileBuilder(version: version, tensors: tensors, keys: keys)
        build(&builder)
        builder.filler(filler)
        return HostileFile(description, names: named, content: .bytes { [bytes = builder.bytes] in bytes })
    }

    /// A whole small model in which something has been changed.
    static func model(
        _ description: String, names named: String, change: @Sendable @escaping (inout ModelFileWriter) -> Void
    ) -> HostileFile {
        HostileFile(description, names: named, content: .bytes {
            var writer = TinyModel().writer()
            change(&writer)
            return writer.bytes()
        })
    }

    func write(to path: URL) throws {
        switch content {
        case .bytes(let make): try Data(make()).write(to: path)
        case .sparse(let bytes, let size):
            try Data(bytes).write(to: path)
            let file = try FileHandle(forWritingTo: path)
            try file.truncate(atOffset: size)
            try file.close()
        }
    }
}

extension ModelFileWriter {
    /// Sets a key, or takes it out.
    mutating func set(_ key: String, _ value: MetadataValue?) {
        metadata.removeAll { $0.0 == key }
        if let value { metadata.append((key, value)) }
    }

    /// The tokens of the vocabulary.
    var tokens: [[UInt8]] {
        get {
            for case ("tokenizer.ggml.tokens", .array(let tokens)) in metadata { return tokens.strings ?? [] }
            return []
        }
        set { set("tokenizer.ggml.tokens", .array(.strings(newValue))) }
    }

    /// Changes a tensor of float32 in place.
    mutating func fill(_ name: String, with value: Float, count: Int) {
        guard let place = tensors.firstIndex(where: { $0.name == name }) else { return }
        let bytes = withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        for index in 0..<count { tensors[place].bytes.replaceSubrange(4 * index..<4 * index + 4, with: bytes) }
    }

    /// Gives a tensor another shape, full of zeros.
    mutating func reshape(_ name: String, _ shape: [Int]) {
        guard let place = tensors.firstIndex(where: { $0.name == name }) else { return }
        tensors[place] = Tensor(name: name, shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
    }
}

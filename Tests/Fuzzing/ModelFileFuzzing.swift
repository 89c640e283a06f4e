import Foundation
import ModelFiles

// Fuzz target of the reader of model files: any bytes are a file whose tensors lie inside it, or a typed error with
// words. Run by cluster/fuzz.sh.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModelFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do {
        check(try ModelFile.parse(bytes), byteCount: count)
    } catch {
        precondition(error.description.count > 30 && error.description.contains("; "), "an error without words")
    }
    return 0
}

private func check(_ file: ModelFile, byteCount: Int) {
    precondition(Set(file.metadata.keys).count == file.metadata.keys.count, "a key twice")
    for key in file.metadata.keys { precondition(file.metadata[key] != nil, "a key without a value") }
    lookUp(file.metadata)
    var end = file.dataOffset
    for tensor in file.tensors {
        let elements = tensor.shape.reduce(1, *)
        precondition(elements > 0 && elements % tensor.type.elementsPerBlock == 0, tensor.name)
        let bytesOfBlocks = elements / tensor.type.elementsPerBlock * tensor.type.bytesPerBlock
        precondition(bytesOfBlocks == tensor.byteCount, tensor.name)
        precondition(tensor.offset >= end && tensor.byteCount <= byteCount - tensor.offset, tensor.name)
        precondition((tensor.offset - file.dataOffset) % file.alignment == 0, tensor.name)
        precondition(file.tensor(tensor.name) == tensor, tensor.name)
        end = tensor.offset + tensor.byteCount
    }
}

/// Every kind of look-up of every key: a value or a typed error.
private func lookUp(_ metadata: Metadata) {
    for key in metadata.keys {
        _ = try? metadata.optionalString(key)
        _ = try? metadata.optionalInt(key)
        _ = try? metadata.optionalFloat(key)
        _ = try? metadata.optionalBool(key)
        _ = try? metadata.optionalStrings(key)
        _ = try? metadata.optionalInts(key)
        _ = try? metadata.optionalFloats(key)
    }
}

/// Writes the seeds into the folder that `A1_FUZZ_SEEDS` names.
@_cdecl("LLVMFuzzerInitialize")
public func writeModelFileSeeds(_ count: UnsafePointer<CInt>?, _ arguments: UnsafeRawPointer?) -> CInt {
    writeSeeds(seeds())
    return 0
}

private func seeds() -> [String: [UInt8]] {
    let values: [(String, MetadataValue)] = [
        ("a.uint8", .uint8(200)), ("a.int8", .int8(-5)), ("a.uint16", .uint16(60_000)), ("a.int16", .int16(-3)),
        ("a.uint32", .uint32(7)), ("a.int32", .int32(-7)), ("a.uint64", .uint64(1 << 63)), ("a.int64", .int64(-1)),
        ("a.float32", .float32(0.1)), ("a.float64", .float64(0.1)), ("a.yes", .bool(true)), ("a.text", .string("é")),
        ("a.strings", .array(.strings([[65], [66, 67], []]))), ("a.ints", .array(.integers([1, -2, 1 << 40]))),
        ("a.floats", .array(.floats([0.5, 0.1]))), ("a.bools", .array(.bools([true, false]))),
    ]
    let tensors: [ModelFileWriter.Tensor] = [
        .init(name: "norm.weight", shape: [5], values: [1, 2, 3, 4, 5]),
        .init(name: "blk.0.w", shape: [32, 3], type: .q8_0, bytes: [UInt8](repeating: 7, count: 102)),
        .init(name: "blk.0.v", shape: [2, 2, 1, 1], values: [1, 2, 3, 4]),
    ]
    var old = ModelFileWriter(metadata: values, tensors: tensors)
    old.version = 2
    var aligned = ModelFileWriter(metadata: [("general.alignment", .uint32(64))], tensors: tensors)
    aligned.alignment = 64
    return [
        "everything": ModelFileWriter(metadata: values, tensors: tensors).bytes(), "version-2": old.bytes(),
        "aligned": aligned.bytes(), "metadata": ModelFileWriter(metadata: values).bytes(),
        "tensors": ModelFileWriter(tensors: tensors).bytes(), "header": ModelFileWriter().bytes(),
        "one-value": ModelFileWriter(metadata: [values[0]]).bytes(),
        "one-tensor": ModelFileWriter(tensors: [tensors[0]]).bytes(), "model": TinyModel().writer().bytes(),
    ]
}

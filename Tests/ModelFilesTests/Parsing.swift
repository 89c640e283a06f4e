import ModelFiles

/// Parses bytes that are exactly as long as the memory they are in.
func parse(_ bytes: [UInt8]) throws(ModelFileError) -> ModelFile {
    // The exact allocation lets an address sanitiser see any read past the end.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try ModelFile.parse(UnsafeRawBufferPointer(copy))
}

/// The error of parsing, or nil.
func refusal(_ bytes: [UInt8]) -> ModelFileError? {
    do throws(ModelFileError) {
        _ = try parse(bytes)
        return nil
    } catch {
        return error
    }
}

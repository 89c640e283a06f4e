import Evaluation

// Fuzz target of the readers of batches: any bytes are a batch or a typed error with words, JSON and tables, in pieces
// of any size. Run by cluster/fuzz.sh.
//
// The first byte says how large the pieces are. What is left is the file.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBatch(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let file = Array(bytes.dropFirst())
    let whole = result { () throws(BatchError) in try BatchReader.read(file, name: "n", onBadLine: .skip) }
    let pieces = result { () throws(BatchError) in
        var reader = BatchReader(name: "n")
        let size = Int(bytes[0]) + 1
        for start in stride(from: 0, to: file.count, by: size) {
            try reader.feed(file[start..<min(start + size, file.count)])
        }
        return try reader.finish(onBadLine: .skip)
    }
    precondition(whole == pieces, "pieces of another size give another batch")
    check(whole, file, strict: result { () throws(BatchError) in try BatchReader.read(file, name: "n") })
    let table = result { () throws(BatchError) in try BatchTable.read(file, name: "n", onBadLine: .skip) }
    check(table, file, strict: result { () throws(BatchError) in try BatchTable.read(file, name: "n") })
    return 0
}

private func result(_ body: () throws(BatchError) -> Batch) -> Result<Batch, BatchError> { Result(catching: body) }

private func check(_ read: Result<Batch, BatchError>, _ file: [UInt8], strict: Result<Batch, BatchError>) {
    switch read {
    case .success(let batch):
        precondition(Set(batch.problems.map { Array($0.id.utf8) }).count == batch.problems.count, "an id twice")
        precondition(batch.badLines.allSatisfy { $0.number > 0 && !"\($0.reason)".isEmpty }, "a bad line without words")
        // Without bad lines nothing is skipped; with them the batch is refused for those lines.
        precondition(strict == (batch.badLines.isEmpty ? read : .failure(.badLines(batch.badLines))))
    case .failure(let error):
        precondition(error.description.count > 10, "an error without words")
        if case .success = strict { preconditionFailure("a batch that is refused if bad lines are skipped") }
    }
}

private let rows = #"{"id":"a","problem":"p","answer":"1"}"# + "\n" + #"{"question":"q","final_answer":["1"]}"#

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
    let packed: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0x56, 0x2A, 0x28, 0xCA, 0x4F, 0xCA, 0x49, 0xCD, 0x55, 0xB2, 0x52,
        0x2A, 0x50, 0xAA, 5, 0, 0x88, 0xA7, 0xCE, 0xF9, 15, 0, 0, 0,
    ]
    let texts = [
        "lines": rows, "array": "[" + rows.replacing("\n", with: ",\n  ") + "]",
        "list": "{\"data\": [" + rows.replacing("\n", with: ",") + "], \"n\": 2}",
        "pretty": rows.replacing(",", with: ",\n  "), "table": "id,problem,answer\na,\"p, \"\"q\"\"\",1\n,,\n",
        "semicolons": "sep=;\r\nid;Question;answer\r\na;1,5;2\r\n",
    ]
    var seeds = texts.mapValues { [9] + Array($0.utf8) }
    seeds["wide"] = [9, 0xFF, 0xFE] + rows.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] as [UInt8] }
    seeds["packed"] = [9] + packed
    writeSeeds(seeds)
    return 0
}

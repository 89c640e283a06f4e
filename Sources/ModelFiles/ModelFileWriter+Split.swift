extension ModelFileWriter {
    /// The parts of this model as a split one, the first one first: metadata in the first, tensors in order,
    /// `counts[i]` of them in part i.
    public func split(_ counts: [Int]) -> [ModelFileWriter] {
        var rest = tensors[...]
        return counts.indices.map { index in
            var part = self
            part.metadata = (index == 0 ? metadata : metadata.filter { $0.0 == "general.alignment" }) + [
                (SplitParts.numberKey, .uint16(UInt16(index))),
                (SplitParts.countKey, .uint16(UInt16(counts.count))),
                (SplitParts.tensorCountKey, .int32(Int32(tensors.count))),
            ]
            part.tensors = Array(rest.prefix(counts[index]))
            rest = rest.dropFirst(counts[index])
            return part
        }
    }
}

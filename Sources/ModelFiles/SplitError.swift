/// Why the parts of a split model are no model. Each case names the file.
public enum SplitError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One of the keys `split.*` is missing or no integer.
    case badKey(path: String, ModelFileError)
    case partCount(path: String, claimed: Int, limit: Int)
    case nameWithoutNumbers(path: String, count: Int)
    case wrongNumber(path: String, key: String, found: Int, expected: Int)
    case notFirst(path: String, number: Int, first: String)
    case duplicateTensor(String, path: String, earlier: String)
    case wrongTensorTotal(path: String, found: Int, expected: Int)

    /// Names file, key and what to do.
    public var description: String {
        switch self {
        case .badKey(let path, let error): "\(path): \(error)"
        case .partCount(let path, let claimed, let limit):
            "\(path): metadata key '\(SplitParts.countKey)' is \(claimed), 2 to \(limit) parts allowed; "
                + "the file is damaged"
        case .nameWithoutNumbers(let path, let count):
            "\(path): metadata key '\(SplitParts.countKey)' says that this is one of \(count) parts, which are found "
                + "by their names; name them as they were made, from "
                + SplitName(prefix: "NAME", number: 1, count: count).path(ofPart: 1)
        case .wrongNumber(let path, let key, let found, let expected):
            "\(path): metadata key '\(key)' is \(found), \(expected) expected by the names and the first part; "
                + "the parts were renamed or belong to different models, fetch them again"
        case .notFirst(let path, let number, let first):
            "\(path): this is part \(number) of a split model; open it by its first part, \(first)"
        case .duplicateTensor(let name, let path, let earlier):
            "\(path): tensor '\(name)' stands in \(earlier) as well; the parts belong to different models, "
                + "fetch them again"
        case .wrongTensorTotal(let path, let found, let expected):
            "\(path): the parts hold \(found) tensors, but metadata key '\(SplitParts.tensorCountKey)' says "
                + "\(expected); the parts belong to different models or were changed, fetch them again"
        }
    }
}

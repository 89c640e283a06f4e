import Evaluation

/// Why a data set cannot be read, with what to do next.
public enum DataSetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name is neither that of a file nor that of a data set of the list.
    case unknown(name: String, list: String, known: [String])
    /// None of the files of a data set is there.
    case notHere(DataSet, folder: String)

    public var description: String {
        switch self {
        case .unknown(let name, let list, let known):
            let guess = NearestName.find(name, among: known).map { "; did you mean '\($0)'?" } ?? "."
            let names = known.isEmpty ? "none" : known.joined(separator: ", ")
            return "'\(name.shortened)' is neither a file nor a data set\(guess) Data sets of \(list): \(names)"
        case .notHere(let set, let folder):
            return "the data set '\(set.name)' (\(set.title)) is not here: looked in \(folder) for "
                + set.files.joined(separator: ", ")
                + "; it is published as \(set.source): put its file there, or its folder in A1_DATA"
        }
    }
}

/// A data set that is known by name.
public struct DataSet: Equatable, Sendable {
    /// What commands call it, and what rows without an id are named after.
    public let name: String
    /// What it is, for people.
    public let title: String
    /// The name it is published under.
    public let source: String
    public let licence: String
    /// Names that its file may have, relative to the folder of data sets; the first that is there is read.
    public let files: [String]
    /// Which fields hold what.
    public let form: ProblemForm

    /// A data set with its parts.
    public init(name: String, title: String, source: String, licence: String, files: [String], form: ProblemForm) {
        self.name = name
        self.title = title
        self.source = source
        self.licence = licence
        self.files = files
        self.form = form
    }
}

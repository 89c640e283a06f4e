/// What a document was made by, so that it can be read, and made again, long after: the key `document` of what
/// `--json` prints of runs and measurements.
public struct DocumentHeader: Sendable, Codable, Hashable {
    /// The version of the names in documents and of their meaning. It rises when one goes or means something else;
    /// docs/handbook.md, Documents, has what changed.
    public static let currentSchema = 1

    public var schema: Int
    /// The program and its version: `a1 0.1.0`.
    public var program: String
    /// The name of the machine.
    public var host: String
    /// The command line, as a shell reads it.
    public var command: String

    public init(schema: Int = DocumentHeader.currentSchema, program: String, host: String, command: String) {
        self.schema = schema
        self.program = program
        self.host = host
        self.command = command
    }
}

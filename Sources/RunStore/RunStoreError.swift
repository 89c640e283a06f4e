/// What can go wrong with the store.
public enum RunStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another living process works on it.
    case locked(path: String, ownerProcessID: Int32?)
    /// The file or its folder cannot be used.
    case unusable(path: String, reason: String)
    /// The file is no SQLite database, or one of another program.
    case foreign(path: String, reason: String)
    /// A later version of this program has written it.
    case newerSchema(path: String, found: Int, known: Int)
    /// What is in it makes no sense.
    case corrupt(path: String, reason: String)
    /// A record contradicts one that is already there, such as a second verdict on the same block; nothing of its
    /// transaction was stored. `index` is its place among the records given.
    case refused(index: Int, reason: String)
    /// No room; nothing of the transaction was stored, and it may be tried again.
    case diskFull(path: String)
    /// The disk failed. What it holds is unknown until the store is opened anew, so it takes nothing more.
    case failed(path: String, reason: String)

    /// Whether the process must end and start again from what is on disk.
    public var isFatal: Bool {
        switch self {
        case .failed, .corrupt: true
        case .locked, .unusable, .foreign, .newerSchema, .refused, .diskFull: false
        }
    }

    public var description: String {
        switch self {
        case .locked(let path, let owner):
            let who = owner.map { "process \($0)" } ?? "another process"
            return "\(path): \(who) is the coordinator of this cluster; stop it first"
        case .unusable(let path, let reason): return "\(path): \(reason)"
        case .foreign(let path, let reason):
            return "\(path): \(reason); it was left as it is: move it away or choose another folder"
        case .newerSchema(let path, let found, let known):
            return "\(path): written by a later version (schema \(found), this one knows \(known)); it was left as it "
                + "is: use that version or another folder"
        case .corrupt(let path, let reason): return "\(path): damaged: \(reason)"
        case .refused(let index, let reason): return "record \(index) of the transaction is refused: \(reason)"
        case .diskFull(let path): return "\(path): no room on the disk; free some"
        case .failed(let path, let reason):
            return "\(path): the disk failed (\(reason)); nothing more is stored until the coordinator is started anew"
        }
    }
}

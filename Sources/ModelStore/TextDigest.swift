/// The SHA-256 of what is in memory.
public enum TextDigest {
    /// In small hexadecimal digits.
    public static func sha256(_ bytes: [UInt8]) -> String {
        let hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
}

import Foundation

/// What a process can say of itself.
public enum ProcessFacts {
    public static var processID: Int32 { ProcessInfo.processInfo.processIdentifier }
    public static var host: String { ProcessInfo.processInfo.hostName }

    /// Memory in RAM now, in bytes: the second field of /proc/self/statm times the page size (proc(5)).
    public static var residentBytes: UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Random bits for names that must not collide: incarnations, routing ids, run ids.
    public static func randomBits() -> UInt64 { UInt64.random(in: .min ... .max) }

    /// 128 random bits as 32 hexadecimal digits.
    public static func randomName() -> String {
        [randomBits(), randomBits()].map { bits in
            let digits = String(bits, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

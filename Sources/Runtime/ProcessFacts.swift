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

    /// The most memory in RAM so far, in bytes, files that are mapped included (`VmHWM`, proc(5)).
    public static var peakResidentBytes: UInt64 { status("VmHWM") }

    /// Memory in RAM now that is the process's own and no file's, in bytes (`RssAnon`, proc(5)).
    public static var anonymousBytes: UInt64 { status("RssAnon") }

    /// A value in kB of /proc/self/status, in bytes; 0 where the system has none.
    private static func status(_ name: String) -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ UInt64($0) })
        else { return 0 }
        return kilobytes << 10
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

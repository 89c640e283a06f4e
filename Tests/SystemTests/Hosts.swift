import Foundation
import Glibc
import TestSupport

/// Machines that are none: network namespaces, each with an address, joined by a switch. They lie within a user, a
/// network and a process namespace of their own, so that making them takes no rights, nothing they send leaves this
/// machine, and no process or namespace outlives their end or the test's.
final class Hosts {
    enum Failure: Error, CustomStringConvertible {
        /// What the system would not do, in its own words.
        case refused(command: String, reason: String)

        var description: String {
            switch self {
            case .refused(let command, let reason):
                "\(command): \(reason.isEmpty ? "failed without a word" : reason); the tests of several machines need "
                    + "Linux with user namespaces that anybody may make, and unshare, nsenter and ip"
            }
        }
    }

    /// Why there can be none here; nil where there can.
    static let obstacle: String? = {
        do {
            try Hosts(count: 1).end()
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// How a link is made slow: by the delay of a long way where the kernel has it, else by a narrow one.
    private static let slownesses = ["netem delay 20ms", "tbf rate 2mbit burst 8kb latency 400ms"]

    /// Its end is the end of all: it is the first process of their process namespace.
    private let world: ChildProcess
    /// What the world has said and nobody has read.
    private var heard = ""
    /// For each host a process that does nothing but be there.
    let keepers: [pid_t]

    init(count: Int) throws {
        world = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]
                + ["bash", "-c", Self.making, "hosts", "\(count)"],
            input: .open, output: .piped)
        var keepers: [pid_t] = []
        for _ in 0..<count {
            let line = try Self.line(of: world, &heard)
            guard let keeper = pid_t(line) else { throw Failure.refused(command: "making a host", reason: line) }
            keepers.append(keeper)
        }
        self.keepers = keepers
    }

    /// Makes the hosts, says each one's keeper by its number outside, and then does as it is told until nobody tells it
    /// anything any more. A process sees its number outside in the `/proc` from there, which stays open while all else
    /// goes by that of the new process namespace.
    private static let making = """
        exec 2>&1
        set -e
        PATH="$PATH:/usr/sbin:/sbin"
        exec {outside}</proc
        mount -t proc proc /proc
        export outside
        ip link set lo up
        ip link add switch type bridge
        ip link set switch up
        for ((host = 0; host < $1; host++)); do
          keep='read -r number rest <"/proc/self/fd/$outside/self/stat"; echo "$number"; exec sleep infinity'
          exec {said}< <(exec unshare --net bash -c "$keep" 2>&1)
          keeper=$!
          read -r number <&$said
          ip link add "port$host" type veth peer name eth0 netns "$keeper"
          ip link set "port$host" master switch up
          nsenter --target "$keeper" --net ip address add "10.0.0.$((host + 1))/24" dev eth0
          nsenter --target "$keeper" --net ip link set eth0 up
          nsenter --target "$keeper" --net ip link set lo up
          echo "$number"
        done
        while read -r command; do
          if reason="$($command 2>&1)"; then echo done; else echo "refused: ${reason//$'\\n'/ }"; fi
        done
        """

    deinit { end() }

    /// Ends every process in every host; returns when they are gone.
    func end() {
        world.endInput()
        _ = try? world.wait()
    }

    /// What to put before a command so that it runs in a host; its processes end with the hosts.
    ///
    /// - Parameter host: from 0; its address is `10.0.0.(host + 1)`.
    func entrance(_ host: Int) -> [String] {
        [
            "nsenter", "--target", "\(keepers[host])", "--user", "--preserve-credentials", "--net", "--mount", "--pid",
        ]
    }

    // MARK: Links

    /// Nothing comes through any more, and nobody is told.
    func cut(_ host: Int) throws { try tell("ip link set port\(host) down") }

    func mend(_ host: Int) throws { try tell("ip link set port\(host) up") }

    /// Makes the link to a host slow.
    ///
    /// - Throws: where this system can make it slow in no way that we know.
    func slow(_ host: Int) throws {
        for slowness in Self.slownesses.dropLast() {
            do { return try tell("tc qdisc add dev port\(host) root \(slowness)") } catch is Failure { continue }
        }
        try tell("tc qdisc add dev port\(host) root \(Self.slownesses.last!)")
    }

    /// Why no link can be made slow here; nil where it can.
    static let obstacleToSlowness: String? = {
        if let obstacle { return obstacle }
        do {
            let hosts = try Hosts(count: 1)
            try hosts.slow(0)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    private func tell(_ command: String) throws {
        world.write(Data("\(command)\n".utf8))
        let answer = try Self.line(of: world, &heard)
        guard answer == "done" else {
            throw Failure.refused(command: command, reason: answer.replacing("refused: ", with: ""))
        }
    }

    private static func line(of world: ChildProcess, _ heard: inout String) throws -> String {
        while true {
            if let end = heard.firstIndex(of: "\n") {
                defer { heard = String(heard[heard.index(after: end)...]) }
                return String(heard[..<end])
            }
            let more = try world.read()
            guard !more.isEmpty else { throw Failure.refused(command: "unshare", reason: heard) }
            heard += String(decoding: more, as: UTF8.self)
        }
    }
}

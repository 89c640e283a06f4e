import Foundation
import Glibc

/// Ends this process when its standard input ends: whoever started it and holds the other end has gone, and nobody
/// else would end it.
enum EndWithInput {
    /// How long an orderly end may take.
    private static let patienceSeconds: UInt32 = 5

    static func watch() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(getpid(), SIGTERM)
            sleep(patienceSeconds)
            kill(getpid(), SIGKILL)
        }
    }
}

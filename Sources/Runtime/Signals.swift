import Dispatch
import Glibc

/// Signals as ordinary calls. While one of these lives, the signals it names no longer do what they do by default.
public final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter handler: called with the signal's number on a queue of the system.
    public init(_ numbers: [Int32], handler: @escaping @Sendable (Int32) -> Void) {
        sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { handler(number) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// A peer that closes its end of a pipe is an error of the write, not the end of the process.
    public static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }
}

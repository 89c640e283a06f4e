// Dispatch's sources may be cancelled from any thread, but on Linux their types do not say so.
@preconcurrency import Dispatch
import Glibc

/// Ticks when something may have been written to a folder.
enum LogChanges {
    /// How long a change may go unseen where the file system tells of none.
    private static let intervalMs = 500

    /// One element at once and then one after every change; several changes may come as one. Ends with its consumer.
    static func watch(_ folder: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let queue = DispatchQueue(label: "a1.logs.follow")
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now(), repeating: .milliseconds(intervalMs))
            timer.setEventHandler { continuation.yield() }
            timer.resume()
            let watch = watchEvents(folder, on: queue) { continuation.yield() }
            continuation.onTermination = { _ in
                timer.cancel()
                watch?.cancel()
            }
        }
    }

    /// - Returns: nil where inotify is not to be had; the timer serves alone then.
    private static func watchEvents(
        _ folder: String, on queue: DispatchQueue, _ changed: @escaping @Sendable () -> Void
    ) -> (any DispatchSourceRead)? {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
        guard inotify_add_watch(descriptor, folder, events) >= 0 else {
            close(descriptor)
            return nil
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler {
            var events = [UInt8](repeating: 0, count: 4_096)
            while read(descriptor, &events, events.count) > 0 {}
            changed()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
        return source
    }
}

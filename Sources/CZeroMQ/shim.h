#include <zmq.h>

// A Linux call that the Swift overlay of the C library does not show.
#include <sys/eventfd.h>

/// A non-blocking event descriptor that children do not inherit; -1 and errno on failure (eventfd(2)).
static inline int a1_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

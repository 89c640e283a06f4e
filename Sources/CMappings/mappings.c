#include "CMappings.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 256, PATH_BYTES = 1024, IO_ERROR = 74 };

// Written under the lock; `start` last, so that the handler sees a whole entry or none.
typedef struct {
    _Atomic uintptr_t start;
    size_t length;
    char path[PATH_BYTES];
} mapping;

static mapping mappings[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct sigaction previous;

static void say(const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        const ssize_t count = write(STDERR_FILENO, text, left);
        if (count <= 0) return;
        text += count;
        left -= (size_t)count;
    }
}

// Calls only what a signal handler may call (signal-safety(7)).
static void on_bus_error(int number, siginfo_t *info, void *context) {
    (void)context;
    const uintptr_t address = (uintptr_t)info->si_addr;
    for (int i = 0; i < PLACES; i++) {
        const uintptr_t start = atomic_load_explicit(&mappings[i].start, memory_order_acquire);
        if (start == 0 || address < start || address - start >= mappings[i].length) continue;
        say("a1: '");
        say(mappings[i].path);
        say("' was cut short, or cannot be read any more, while it was in use; put the whole file back under this "
            "name by renaming, and start again\n");
        _exit(IO_ERROR);
    }
    // Not ours: the instruction faults again, as if this handler had never been.
    sigaction(number, &previous, NULL);
}

static void install(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

int a1_mapping_note(const void *start, size_t length, const char *path) {
    pthread_once(&once, install);
    int number = -1;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < PLACES && number < 0; i++) {
        if (atomic_load_explicit(&mappings[i].start, memory_order_relaxed) != 0) continue;
        number = i;
        mappings[i].length = length;
        strncpy(mappings[i].path, path, PATH_BYTES - 1);
        atomic_store_explicit(&mappings[i].start, (uintptr_t)start, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    return number;
}

void a1_mapping_forget(int number) {
    if (number < 0) return;
    pthread_mutex_lock(&lock);
    atomic_store_explicit(&mappings[number].start, 0, memory_order_release);
    pthread_mutex_unlock(&lock);
}

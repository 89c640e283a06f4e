#define _GNU_SOURCE
#include "CAllocations.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(hwaddress_sanitizer) || __has_feature(memory_sanitizer) \
    || __has_feature(thread_sanitizer)
#define A1_SANITIZED 1
#endif
#endif

#if defined(__linux__) && defined(__GLIBC__) && !defined(A1_SANITIZED)

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>

// The first threads count in a line of their own, without an atomic addition; the others share some.
enum { OWN_LINES = 256, SHARED_LINES = 64 };

typedef struct {
    _Alignas(64) _Atomic uint64_t count;
} line;

static line own_lines[OWN_LINES];
static line shared_lines[SHARED_LINES];
static _Atomic uint64_t threads;

// In the static part of thread-local storage, so that reaching them allocates nothing.
#define THREAD_LOCAL static _Thread_local __attribute__((tls_model("initial-exec")))
THREAD_LOCAL uint64_t thread_count;
THREAD_LOCAL line *thread_line;
THREAD_LOCAL bool is_line_shared;
THREAD_LOCAL bool is_looking_up;

static void choose_line(void) {
    const uint64_t number = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    is_line_shared = number >= OWN_LINES;
    thread_line = is_line_shared ? &shared_lines[number % SHARED_LINES] : &own_lines[number];
}

static void note(void) {
    thread_count++;
    if (__builtin_expect(!thread_line, 0)) choose_line();
    if (__builtin_expect(is_line_shared, 0)) {
        atomic_fetch_add_explicit(&thread_line->count, 1, memory_order_relaxed);
    } else {
        const uint64_t count = atomic_load_explicit(&thread_line->count, memory_order_relaxed);
        atomic_store_explicit(&thread_line->count, count + 1, memory_order_relaxed);
    }
}

bool a1_allocations_are_counted(void) { return true; }

uint64_t a1_thread_allocation_count(void) { return thread_count; }

uint64_t a1_allocation_count(void) {
    uint64_t sum = 0;
    for (int i = 0; i < OWN_LINES; i++) sum += atomic_load_explicit(&own_lines[i].count, memory_order_relaxed);
    for (int i = 0; i < SHARED_LINES; i++) sum += atomic_load_explicit(&shared_lines[i].count, memory_order_relaxed);
    return sum;
}

// The functions that come next in the order of libraries, so that an allocator that is loaded before the C library
// (LD_PRELOAD) goes on serving. `free` is not defined here and reaches that allocator by itself.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

// Looked up at the first call. Should looking up allocate, the C library serves it.
#define NEXT(function, name, fallback)                                                   \
    static __typeof__(fallback) *function(void) {                                        \
        static _Atomic(void *) known;                                                    \
        void *found = atomic_load_explicit(&known, memory_order_relaxed);                \
        if (__builtin_expect(!found, 0)) {                                               \
            if (is_looking_up) return fallback;                                          \
            is_looking_up = true;                                                        \
            found = dlsym(RTLD_NEXT, name);                                              \
            is_looking_up = false;                                                       \
            if (!found) found = (void *)fallback;                                        \
            atomic_store_explicit(&known, found, memory_order_relaxed);                  \
        }                                                                                \
        return (__typeof__(fallback) *)found;                                            \
    }

static int align_by_libc(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *memory = __libc_memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

NEXT(next_malloc, "malloc", __libc_malloc)
NEXT(next_calloc, "calloc", __libc_calloc)
NEXT(next_realloc, "realloc", __libc_realloc)
NEXT(next_aligned_alloc, "aligned_alloc", __libc_memalign)
NEXT(next_memalign, "memalign", __libc_memalign)
NEXT(next_posix_memalign, "posix_memalign", align_by_libc)

void *malloc(size_t size) {
    note();
    return next_malloc()(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return next_calloc()(count, size);
}

void *realloc(void *old, size_t size) {
    note();
    return next_realloc()(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return next_aligned_alloc()(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return next_memalign()(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note();
    return next_posix_memalign()(result, alignment, size);
}

#else

bool a1_allocations_are_counted(void) { return false; }
uint64_t a1_allocation_count(void) { return 0; }
uint64_t a1_thread_allocation_count(void) { return 0; }

#endif

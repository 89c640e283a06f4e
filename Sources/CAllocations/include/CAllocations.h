// Counts what a process takes from its heap: calls of malloc, calloc, realloc, aligned_alloc,
// posix_memalign and memalign, of whatever language. Programs that link this module define these
// functions; each counts and hands on to the next library that has it, the C library as a rule.
//
// Counted on Linux with glibc, and not under a sanitiser, which has an allocator of its own.

#ifndef A1_CALLOCATIONS_H
#define A1_CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether this build counts. If not, the counts below stay 0.
bool a1_allocations_are_counted(void);

// Allocations of all threads so far, those that have ended included.
uint64_t a1_allocation_count(void);

// Allocations of the calling thread so far.
uint64_t a1_thread_allocation_count(void);

#ifdef __cplusplus
}
#endif

#endif

// Which processors a thread runs on. Where the system has no such thing, nothing is allowed and nothing is kept.

#ifndef A1_AFFINITY_H
#define A1_AFFINITY_H

#include <pthread.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// Writes the numbers of the processors that the calling thread may run on, rising, at most `most` of them, and returns
// how many it has written; 0 if the system does not say.
int a1_allowed_processors(int *numbers, int most);

// Lets a thread run on these processors alone. Whether the system has done so.
bool a1_keep_thread(pthread_t thread, const int *numbers, int count);

#ifdef __cplusplus
}
#endif

#endif

#define _GNU_SOURCE
#include "affinity.h"

#ifdef __linux__

#include <sched.h>

// More than any kernel is built for.
enum { most_processors = 8192 };

int a1_allowed_processors(int *numbers, int most) {
    cpu_set_t *set = CPU_ALLOC(most_processors);
    const size_t size = CPU_ALLOC_SIZE(most_processors);
    int count = 0;
    if (set && sched_getaffinity(0, size, set) == 0) {
        for (int number = 0; number < most_processors && count < most; number++) {
            if (CPU_ISSET_S(number, size, set)) numbers[count++] = number;
        }
    }
    if (set) CPU_FREE(set);
    return count;
}

bool a1_keep_thread(pthread_t thread, const int *numbers, int count) {
    cpu_set_t *set = CPU_ALLOC(most_processors);
    const size_t size = CPU_ALLOC_SIZE(most_processors);
    if (!set) return false;
    CPU_ZERO_S(size, set);
    for (int i = 0; i < count; i++) CPU_SET_S(numbers[i], size, set);
    const bool is_kept = pthread_setaffinity_np(thread, size, set) == 0;
    CPU_FREE(set);
    return is_kept;
}

#else

int a1_allowed_processors(int *numbers, int most) {
    (void)numbers, (void)most;
    return 0;
}

bool a1_keep_thread(pthread_t thread, const int *numbers, int count) {
    (void)thread, (void)numbers, (void)count;
    return false;
}

#endif

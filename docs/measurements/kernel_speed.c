// How many operations a cycle products with bytes do, of one family of kernels on one core of a machine that others
// use: a neighbour on the core's other thread takes a third of its speed and more, for seconds or minutes. So each
// product stands between two runs of a loop that does 5.7 instructions a cycle on a core of its own (Zen 3), and is
// counted as quiet if both did 5.2 or more. Needs x86 with AVX2, and Linux that lets a program count its cycles.
//
//     cd Sources/CKernels
//     clang -O3 -Iinclude ../../docs/measurements/kernel_speed.c *.c -lm -lpthread -o kernel_speed
//     ./kernel_speed avx2 2048 640 64
//
// The arguments: family, rows, columns and tokens. Prints medians of a second, for each type: operations a cycle, two
// for each weight and token, of quiet products and of the others. No token has a second digit.

#include "kernel_setup.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counter;

// Of this thread, in user mode.
static double cycles(void) {
    long long count;
    if (read(counter, &count, sizeof count) != sizeof count) abort();
    return (double)count;
}

// Instructions a cycle of a loop without dependencies: multiplications, additions and loads.
static double own_speed(void) {
    static int32_t word;
    enum { rounds = 3000, instructions = 24 };
    int left = rounds;
    const double before = cycles();
#define THREE(a, b, c) "vpmaddwd %%ymm0, %%ymm1, %%ymm" #a "\n vpaddd %%ymm0, %%ymm1, %%ymm" #b \
                       "\n vpbroadcastd (%1), %%ymm" #c "\n"
    __asm__ volatile(".p2align 6\n 1:\n" THREE(2, 3, 4) THREE(5, 6, 7) THREE(8, 9, 10) THREE(11, 12, 13)
                     THREE(14, 15, 2) THREE(3, 4, 5) THREE(6, 7, 8) THREE(9, 10, 11) "dec %0\n jnz 1b\n"
                     : "+r"(left) : "r"(&word)
                     : "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                       "xmm13", "xmm14", "xmm15", "cc", "memory");
#undef THREE
    return rounds * instructions / (cycles() - before);
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { most_samples = 100000 };

static void print_median(const char *what, double *samples, int count, double operations) {
    qsort(samples, (size_t)count, sizeof *samples, by_size);
    if (count > 0) printf("  %s %.1f", what, operations / samples[count / 2]);
    else printf("  %s -", what);
}

static void measure(const a1_kernel_table *family, const struct block_type *type, int64_t rows, int64_t columns,
                    int64_t tokens) {
    static double samples[2][most_samples];
    int counts[2] = {0, 0};
    uint8_t *blocks = zeroed(rows * columns * 2);
    float *x = zeroed(sizeof(float) * tokens * columns), *y = zeroed(sizeof(float) * tokens * rows);
    for (int64_t i = 0; i < tokens * columns; i++) x[i] = random_float();
    fill(blocks, type, rows * columns);
    const a1_weights weights = matrix(type, blocks, rows, columns), panels = packed(family, &weights);
    const a1_int8_rows input = quantised(family, x, tokens, columns, INFINITY);
    a1_int8_scratch *scratch = zeroed(sizeof *scratch);
    const double second = 2.5e9, start = cycles();
    for (int run = 0; cycles() - start < second && run < most_samples; run++) {
        const double speed = own_speed(), before = cycles();
        family->int8_product(&panels, &input, tokens, y, rows, NULL, scratch);
        const double taken = cycles() - before;
        const int is_loud = speed < 5.2 || own_speed() < 5.2;
        // The first ones warm the caches.
        if (run > 2) samples[is_loud][counts[is_loud]++] = taken;
    }
    printf("%-7s", type->name);
    const double operations = 2.0 * (double)(rows * columns * tokens);
    print_median("quiet", samples[0], counts[0], operations);
    print_median("loud", samples[1], counts[1], operations);
    printf("\n");
    free(blocks);
    free(x);
    free(y);
    free((void *)panels.start);
    free(scratch);
    free_rows(&input);
}

int main(int count, char **arguments) {
    const a1_kernel_table *family = count == 5 ? a1_kernels_named(arguments[1]) : NULL;
    if (!family) {
        fprintf(stderr, "kernel_speed FAMILY ROWS COLUMNS TOKENS, with a family that this machine has\n");
        return 2;
    }
    struct perf_event_attr events = {.type = PERF_TYPE_HARDWARE, .size = sizeof events,
        .config = PERF_COUNT_HW_CPU_CYCLES, .exclude_kernel = 1};
    counter = (int)syscall(SYS_perf_event_open, &events, 0, -1, -1, 0);
    if (counter < 0) {
        perror("kernel_speed: cycles cannot be counted here (perf_event_open)");
        return 1;
    }
    for (size_t i = 0; i < COUNT(types); i++)
        measure(family, &types[i], atoll(arguments[2]), atoll(arguments[3]), atoll(arguments[4]));
}

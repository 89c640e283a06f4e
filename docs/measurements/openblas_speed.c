// Float32 products of the project's own kernels beside those of OpenBLAS with calls of one shape, in one process and in
// turns. OpenBLAS gets weights as it can take them: float32 where it lies, other types dequantised to float32 in tiles
// that stay in cache. Calls always have the same number of tokens; those that are missing are zero.
//
//     cd Sources/CKernels
//     clang -O3 -Iinclude $(pkg-config --cflags openblas) ../../docs/measurements/openblas_speed.c *.c \
//         $(pkg-config --libs openblas) -lm -lpthread -o openblas_speed
//     OPENBLAS_NUM_THREADS=1 ./openblas_speed avx512 1 9 576x1536 1536x8960
//
// The arguments: family of own kernels, threads, rounds, and matrices as outputs x inputs. OPENBLAS_CORETYPE names
// other kernels of OpenBLAS. Prints, for each matrix, type and number of tokens: GFLOP/s of the own kernels, two
// operations for each weight and token asked for, and the own time by that of OpenBLAS for each shape, medians of the
// rounds. Above 1 OpenBLAS is faster. Up to 16 tokens weights are cycled through 64 MiB of copies, so that memory gives
// them.

#include "kernel_setup.h"

#include <cblas.h>
#include <pthread.h>
#include <time.h>

enum { most_rounds = 99, tile_floats = 131072, pool_bytes = 64 << 20 };

// Tokens of a call, and rows of a tile: so many, or as many as let OpenBLAS multiply without packing (0: for AVX-512,
// up to a million multiplications a call).
static const struct shape { int tokens, rows; } shapes[] = {
    {4, 64}, {8, 64}, {16, 64}, {32, 64}, {4, 0}, {8, 0}, {16, 0},
};
enum { contenders = 1 + COUNT(shapes) };

static const struct block_type float_types[] = {
    {"F32", 0, 1, 4, {0, 0}}, {"F16", 1, 1, 2, {0, 0}}, {"BF16", 30, 1, 2, {0, 0}},
};
enum { measured_types = COUNT(float_types) + 3 };
static const int quantised_types[] = {4, 7, 9};

typedef struct work {
    const a1_kernel_table *family;
    a1_weights weights;
    int copies, contender, thread, threads;
    int64_t tokens;
    const float *x;
    float *y;
    a1_product_scratch *scratch;
    float *tile, *input, *output;
} work;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Rows of a tile of the own kernels, as KernelTileProduct has them.
static int64_t own_tile(int64_t rows, int threads) {
    if (threads == 1) return A1_TILE_ROWS;
    const int64_t share = (rows / (2 * threads) + A1_PANEL_ROWS - 1) / A1_PANEL_ROWS * A1_PANEL_ROWS;
    return share < A1_PANEL_ROWS ? A1_PANEL_ROWS : share < A1_TILE_ROWS ? share : A1_TILE_ROWS;
}

static void own_rows(const work *w, const a1_weights *all, int64_t first, int64_t rows) {
    a1_weights part = *all;
    part.start = (const char *)all->start + first * all->bytes_per_row;
    part.rows = rows;
    w->family->product(&part, w->x, all->columns, w->tokens, w->y + first, all->rows, NULL, w->scratch);
}

static void openblas_rows(const work *w, const a1_weights *all, int64_t first, int64_t rows, int64_t tile, int shape) {
    const int64_t columns = all->columns;
    const char *start = (const char *)all->start + first * all->bytes_per_row;
    const float *weights = (const float *)start;
    if (all->type != 0 || rows < tile) {
        for (int64_t row = 0; row < rows; row++)
            w->family->dequantize(all->type, start + row * all->bytes_per_row, columns, w->tile + row * columns);
        memset(w->tile + rows * columns, 0, (size_t)((tile - rows) * columns) * sizeof(float));
        weights = w->tile;
    }
    for (int64_t from = 0; from < w->tokens; from += shape) {
        const int64_t count = w->tokens - from < shape ? w->tokens - from : shape;
        const float *x = w->x + from * columns;
        if (count < shape) {
            memcpy(w->input, x, (size_t)(count * columns) * sizeof(float));
            memset(w->input + count * columns, 0, (size_t)((shape - count) * columns) * sizeof(float));
            x = w->input;
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, shape, (int)tile, (int)columns, 1, x, (int)columns,
                    weights, (int)columns, 0, w->output, (int)tile);
        for (int64_t token = 0; token < count; token++)
            memcpy(w->y + (from + token) * all->rows + first, w->output + token * tile, (size_t)rows * sizeof(float));
    }
}

static int64_t openblas_tile(struct shape shape, int64_t columns) {
    const int64_t most = tile_floats / columns < 64 ? tile_floats / columns : 64;
    if (shape.rows) return shape.rows < most ? shape.rows : most;
    const int64_t unpacked = 1000000 / (shape.tokens * columns), whole = unpacked / 8 * 8;
    const int64_t rows = whole ? whole : unpacked ? unpacked : 1;
    return rows < most ? rows : most;
}

static void *run(void *argument) {
    const work *w = argument;
    const int contender = w->contender - 1;
    const int64_t tile = contender < 0 ? own_tile(w->weights.rows, w->threads)
                                       : openblas_tile(shapes[contender], w->weights.columns);
    for (int copy = 0; copy < w->copies; copy++) {
        a1_weights all = w->weights;
        all.start = (const char *)all.start + copy * all.rows * all.bytes_per_row;
        for (int64_t first = w->thread * tile; first < all.rows; first += w->threads * tile) {
            const int64_t rows = all.rows - first < tile ? all.rows - first : tile;
            if (contender < 0) own_rows(w, &all, first, rows);
            else openblas_rows(w, &all, first, rows, tile, shapes[contender].tokens);
        }
    }
    return NULL;
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

static double timed(work *works, int threads) {
    pthread_t others[64];
    const double start = seconds();
    for (int i = 1; i < threads; i++) pthread_create(&others[i], NULL, run, &works[i]);
    run(&works[0]);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    return seconds() - start;
}

static void measure(work *works, int threads, int rounds, const struct block_type *type, int64_t rows, int64_t columns,
                    int64_t tokens, const void *pool, const float *x, float *y) {
    static double times[contenders][most_rounds];
    const int64_t bytes = rows * columns / type->elements * type->bytes;
    // More tokens than a few are limited by arithmetic, and take long.
    const int64_t copies = tokens > 16 ? 1 : pool_bytes / bytes;
    for (int i = 0; i < threads; i++) {
        works[i].weights = (a1_weights){.start = pool, .rows = rows, .columns = columns,
            .bytes_per_row = columns / type->elements * type->bytes, .type = type->type,
            .elements_per_block = type->elements, .bytes_per_block = type->bytes};
        works[i].copies = copies < 1 ? 1 : (int)copies;
        works[i].thread = i;
        works[i].threads = threads;
        works[i].tokens = tokens;
        works[i].x = x;
        works[i].y = y;
    }
    for (int round = -1; round < rounds; round++)
        for (int contender = 0; contender < contenders; contender++) {
            for (int i = 0; i < threads; i++) works[i].contender = contender;
            const double taken = timed(works, threads);
            if (round >= 0) times[contender][round] = taken;
        }
    static double ratios[most_rounds];
    printf("%lldx%lld %-4s %3lld", (long long)rows, (long long)columns, type->name, (long long)tokens);
    for (int contender = 1; contender < contenders; contender++) {
        for (int round = 0; round < rounds; round++) ratios[round] = times[0][round] / times[contender][round];
        if (contender == 1) {
            static double own[most_rounds];
            memcpy(own, times[0], sizeof own);
            printf("  own %6.1f ", 2e-9 * (double)(rows * columns * tokens * works[0].copies) / median(own, rounds));
        }
        printf(" %4.2f", median(ratios, rounds));
    }
    printf("\n");
    fflush(stdout);
}

// Weights of about 1 in so many bytes, whole blocks.
static void fill_weights(void *pool, const struct block_type *type, size_t bytes) {
    if (type->elements > 1) {
        fill(pool, type, (int64_t)bytes / type->bytes * type->elements);
        return;
    }
    for (size_t i = 0; i < bytes / 4; i++) {
        // Two numbers of 16 bits: sign and fraction at random, magnitude 0.5 to 1.
        const uint32_t bits = (uint32_t)random_bits();
        if (type->bytes == 4) ((float *)pool)[i] = random_float();
        else ((uint32_t *)pool)[i] = type->type == 1 ? (bits & 0x83ff83ffu) | 0x38003800u
                                                     : (bits & 0x807f807fu) | 0x3f003f00u;
    }
}

int main(int count, char **arguments) {
    const a1_kernel_table *family = count > 4 ? a1_kernels_named(arguments[1]) : NULL;
    const int threads = count > 4 ? atoi(arguments[2]) : 0, rounds = count > 4 ? atoi(arguments[3]) : 0;
    if (!family || threads < 1 || threads > 64 || rounds < 1 || rounds > most_rounds) {
        fprintf(stderr, "openblas_speed FAMILY THREADS ROUNDS ROWSxCOLUMNS...\n");
        return 2;
    }
    if (openblas_get_num_threads() > 1) {
        fprintf(stderr, "openblas_speed: set OPENBLAS_NUM_THREADS=1\n");
        return 2;
    }
    printf("%s, %s; own: %s, %d thread(s), %d rounds\n", openblas_get_config(), openblas_get_corename(),
           family->name, threads, rounds);
    printf("own GFLOP/s, then own time by OpenBLAS time, tokens a call x rows of a tile:");
    for (size_t s = 0; s < COUNT(shapes); s++) printf(" %dx%d", shapes[s].tokens, shapes[s].rows);
    printf("\n");
    work *works = zeroed((size_t)threads * sizeof *works);
    const size_t tile_bytes = 4 * tile_floats * sizeof(float) + 65536 * sizeof(float);
    for (int i = 0; i < threads; i++)
        works[i] = (work){.family = family, .scratch = zeroed(sizeof(a1_product_scratch)),
            .tile = zeroed(tile_bytes), .input = zeroed(32 * 65536 * sizeof(float)),
            .output = zeroed(32 * 256 * sizeof(float))};
    for (int a = 4; a < count; a++) {
        long long rows, columns;
        if (sscanf(arguments[a], "%lldx%lld", &rows, &columns) != 2 || columns > 65536) return 2;
        const size_t bytes = (size_t)(rows * columns) * sizeof(float);
        const size_t size = bytes > pool_bytes ? bytes : pool_bytes;
        void *pool = zeroed(size);
        float *x = zeroed((size_t)(256 * columns) * sizeof(float)), *y = zeroed((size_t)(256 * rows) * sizeof(float));
        for (long long i = 0; i < 256 * columns; i++) x[i] = random_float();
        for (size_t t = 0; t < measured_types; t++) {
            const struct block_type *type =
                t < COUNT(float_types) ? &float_types[t] : &types[quantised_types[t - COUNT(float_types)]];
            if (columns % type->elements) continue;
            fill_weights(pool, type, size);
            const int64_t tokens[] = {1, 16, 256};
            for (size_t i = 0; i < COUNT(tokens); i++)
                measure(works, threads, rounds, type, rows, columns, tokens[i], pool, x, y);
        }
        free(pool);
        free(x);
        free(y);
    }
    return 0;
}

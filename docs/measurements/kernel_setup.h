// What kernel_bits.c and kernel_speed.c share: random weights and tokens for products with bytes.

#include "CKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Quantised types of GGUF: elements and bytes of a block, and where its float16 numbers are (at most two).
static const struct block_type {
    const char *name;
    uint32_t type;
    int elements, bytes, halves[2];
} types[] = {
    {"Q4_0", 2, 32, 18, {0, 0}},      {"Q4_1", 3, 32, 20, {0, 2}},      {"Q5_0", 6, 32, 22, {0, 0}},
    {"Q5_1", 7, 32, 24, {0, 2}},      {"Q8_0", 8, 32, 34, {0, 0}},      {"Q2_K", 10, 256, 84, {80, 82}},
    {"Q3_K", 11, 256, 110, {108, 108}}, {"Q4_K", 12, 256, 144, {0, 2}}, {"Q5_K", 13, 256, 176, {0, 2}},
    {"Q6_K", 14, 256, 210, {208, 208}}, {"IQ4_NL", 20, 32, 18, {0, 0}}, {"IQ4_XS", 23, 256, 136, {0, 0}},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

// xorshift64.
static uint64_t random_bits(void) {
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void *zeroed(size_t bytes) {
    const size_t size = (bytes + 4095) / 64 * 64;
    return memset(aligned_alloc(64, size), 0, size);
}

// So many weights in random blocks, whose float16 numbers are finite.
static void fill(uint8_t *blocks, const struct block_type *type, int64_t weights) {
    for (int64_t block = 0; block < weights / type->elements; block++) {
        uint8_t *bytes = blocks + block * type->bytes;
        for (int i = 0; i < type->bytes; i++) bytes[i] = (uint8_t)random_bits();
        for (int i = 0; i < 2; i++) bytes[type->halves[i] + 1] &= 0xbf;
    }
}

static float random_float(void) { return (float)(int32_t)random_bits() * 0x1p-31f; }

static a1_weights matrix(const struct block_type *type, const uint8_t *blocks, int64_t rows, int64_t columns) {
    return (a1_weights){
        .start = blocks, .rows = rows, .columns = columns, .bytes_per_row = columns / type->elements * type->bytes,
        .type = type->type, .elements_per_block = type->elements, .bytes_per_block = type->bytes};
}

// The weights in whole panels, for int8_product.
static a1_weights packed(const a1_kernel_table *family, const a1_weights *weights) {
    a1_weights panels = *weights;
    void *start = zeroed((weights->rows + A1_PANEL_ROWS) / A1_PANEL_ROWS * A1_PANEL_ROWS * weights->bytes_per_row);
    family->pack(weights, start);
    panels.start = start;
    return panels;
}

static a1_int8_rows quantised(const a1_kernel_table *family, const float *x, int64_t tokens, int64_t columns,
                              float fine_from) {
    const int64_t groups = (tokens + 63) / 64 * 64;
    const a1_int8_rows to = {
        .values = zeroed(tokens * columns), .fine = zeroed(tokens * columns),
        .fine_halves = zeroed(groups * columns / 32), .blocks = zeroed(tokens * columns / 32 * sizeof(a1_int8_block)),
        .sums = zeroed(tokens * columns / 16 * sizeof(int32_t)),
        .fine_sums = zeroed(tokens * columns / 16 * sizeof(int32_t)), .columns = columns, .fine_from = fine_from};
    for (int64_t token = 0; token < tokens; token++) family->quantize_row(x + token * columns, token, &to);
    return to;
}

static void free_rows(const a1_int8_rows *rows) {
    free(rows->values);
    free(rows->fine);
    free(rows->fine_halves);
    free(rows->blocks);
    free(rows->sums);
    free(rows->fine_sums);
}

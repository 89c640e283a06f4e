// Compares products with bytes, attention and binary16 numbers of every kernel family that the machine has: their bits
// must be equal. One static program, so that it also runs where nothing of Swift is: on another machine, or as the
// first process of an emulated one. So families are tried whose instructions no machine at hand has (engine.md, 16).
//
//     cd Sources/CKernels
//     clang -O3 -static -Iinclude ../../docs/measurements/kernel_bits.c *.c -lm -lpthread -o kernel_bits
//
// Says which families run here, and what each difference is in: for products the type of the weights, the number of
// tokens and from how many root mean squares on a block has second digits. Ends with 1 if there was one.

#include "CKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { rows = 70, columns = 512, most_tokens = 131 };

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
static const char *const families[] = {"scalar", "avx2", "avx512", "avx512vnni", "amx_emulated", "amx"};
static const float fine_limits[] = {INFINITY, 3, 0};

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

// Random blocks whose float16 numbers are finite.
static void fill(uint8_t *blocks, const struct block_type *type) {
    for (int block = 0; block < rows * columns / type->elements; block++) {
        uint8_t *bytes = blocks + block * type->bytes;
        for (int i = 0; i < type->bytes; i++) bytes[i] = (uint8_t)random_bits();
        for (int i = 0; i < 2; i++) bytes[type->halves[i] + 1] &= 0xbf;
    }
}

// Outputs [tokens][rows] of one family.
static void multiply(const a1_kernel_table *family, const a1_weights *weights, const float *x, int tokens,
                     float fine_from, float *y) {
    const int groups = (tokens + 63) / 64 * 64;
    void *packed = zeroed((rows + A1_PANEL_ROWS) / A1_PANEL_ROWS * A1_PANEL_ROWS * weights->bytes_per_row);
    a1_int8_scratch *scratch = zeroed(sizeof *scratch);
    a1_int8_rows quantised = {
        .values = zeroed(tokens * columns), .fine = zeroed(tokens * columns),
        .is_fine = zeroed(groups * columns / 32), .blocks = zeroed(tokens * columns / 32 * sizeof(a1_int8_block)),
        .sums = zeroed(tokens * columns / 16 * sizeof(int32_t)),
        .fine_sums = zeroed(tokens * columns / 16 * sizeof(int32_t)), .columns = columns, .fine_from = fine_from};
    family->pack(weights, packed);
    for (int token = 0; token < tokens; token++) family->quantize_row(x + token * columns, token, &quantised);
    a1_weights panels = *weights;
    panels.start = packed;
    family->int8_product(&panels, &quantised, tokens, y, rows, NULL, scratch);
    free(packed);
    free(scratch);
    free(quantised.values);
    free(quantised.fine);
    free(quantised.is_fine);
    free(quantised.blocks);
    free(quantised.sums);
    free(quantised.fine_sums);
}

static int compared, different;

// Counts a comparison with scalar; true if its outputs are other ones.
static bool differ(const float *expected, const float *found, size_t count) {
    const bool is_other = memcmp(expected, found, count * sizeof *expected) != 0;
    compared++;
    different += is_other;
    return is_other;
}

static float random_float(void) { return (float)(int32_t)random_bits() * 0x1p-31f; }

static void compare_products(void) {
    float *x = zeroed(sizeof(float) * most_tokens * columns);
    float *expected = zeroed(sizeof(float) * most_tokens * rows), *found = zeroed(sizeof(float) * most_tokens * rows);
    uint8_t *blocks = zeroed(rows * columns * 2);
    for (size_t t = 0; t < COUNT(types); t++) {
        const struct block_type *type = &types[t];
        const a1_weights weights = {
            .start = blocks, .rows = rows, .columns = columns, .bytes_per_row = columns / type->elements * type->bytes,
            .type = type->type, .elements_per_block = type->elements, .bytes_per_block = type->bytes};
        for (int tokens = 1; tokens <= most_tokens; tokens += tokens < 20 ? 1 : 37)
            for (size_t limit = 0; limit < COUNT(fine_limits); limit++) {
                fill(blocks, type);
                for (int k = 0; k < tokens * columns; k++)
                    x[k] = random_float() * (random_bits() % 40 == 0 ? 12 : 1);
                multiply(a1_kernels_named("scalar"), &weights, x, tokens, fine_limits[limit], expected);
                for (size_t i = 1; i < COUNT(families); i++) {
                    const a1_kernel_table *family = a1_kernels_named(families[i]);
                    if (!family) continue;
                    multiply(family, &weights, x, tokens, fine_limits[limit], found);
                    if (differ(expected, found, tokens * rows))
                        printf("%s, %s, %d tokens, second digits from %g: other bits than scalar\n", families[i],
                               type->name, tokens, (double)fine_limits[limit]);
                }
            }
    }
    free(x);
    free(expected);
    free(found);
    free(blocks);
}

// Attention of some rows after `position`, keys and values in float32 and in binary16 as each family rounds them.
static void compare_attention(int length, int heads, int count, int position, bool is_half) {
    enum { tokens_per_block = 16, most_blocks = 16 };
    const int queries = count * heads * length, blocks = (position + count + tokens_per_block - 1) / tokens_per_block;
    const int64_t stride = 2 * tokens_per_block * length;
    int32_t table[most_blocks];
    for (int i = 0; i < blocks; i++) table[i] = blocks - 1 - i;
    float *x = zeroed(sizeof(float) * queries), *kept = zeroed(sizeof(float) * blocks * stride);
    uint16_t *rounded = zeroed(sizeof(uint16_t) * blocks * stride);
    float *expected = zeroed(sizeof(float) * queries), *found = zeroed(sizeof(float) * queries);
    float *scratch = zeroed(sizeof(float) * a1_attention_scratch(length));
    for (int i = 0; i < queries; i++) x[i] = 4 * random_float();
    for (int i = 0; i < blocks * stride; i++) kept[i] = random_float();
    for (size_t i = 0; i < COUNT(families); i++) {
        const a1_kernel_table *family = a1_kernels_named(families[i]);
        if (!family) continue;
        family->store_halves(kept, blocks * stride, 1, rounded);
        const a1_attention job = {
            .queries = x, .outputs = i == 0 ? expected : found, .row_stride = heads * length, .rows = count,
            .heads = heads, .length = length, .position = position, .window = 100, .scale = 0.3f,
            .keys = is_half ? (const void *)rounded : kept, .table = table, .tokens_per_block = tokens_per_block,
            .block_stride = stride, .is_half = is_half};
        family->attend(&job, scratch);
        if (i > 0 && differ(expected, found, queries))
            printf("%s, attention, heads of %d, %d heads, %d rows after %d, %s: other bits than scalar\n", families[i],
                   length, heads, count, position, is_half ? "binary16" : "float32");
    }
    free(x);
    free(kept);
    free(rounded);
    free(expected);
    free(found);
    free(scratch);
}

int main(void) {
    for (size_t i = 0; i < COUNT(families); i++)
        printf("%s: %s\n", families[i], a1_kernels_named(families[i]) ? "runs here" : "not on this machine");
    const int lengths[] = {1, 20, 64, 80, 128};
    for (size_t i = 0; i < COUNT(lengths); i++)
        for (int heads = 1; heads <= 5; heads++)
            for (int count = 1; count * heads <= A1_ATTENTION_QUERIES; count++)
                for (int position = 0; position < 200; position += 67)
                    for (int is_half = 0; is_half < 2; is_half++)
                        compare_attention(lengths[i], heads, count, position, is_half);
    compare_products();
    printf("%d outputs compared, %d different\n", compared, different);
    return different > 0;
}

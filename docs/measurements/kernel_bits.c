// Compares products with bytes, attention and binary16 numbers of every kernel family that the machine has: their bits
// must be equal. One static program, so that it also runs where nothing of Swift is: on another machine, or as the
// first process of an emulated one. So families are tried whose instructions no machine at hand has (engine.md, 16).
//
//     cd Sources/CKernels
//     clang -O3 -static -Iinclude ../../docs/measurements/kernel_bits.c *.c -lm -lpthread -o kernel_bits
//
// Says which families run here, and what each difference is in: for products the type of the weights, the number of
// tokens and from how many root mean squares on a block has second digits. Ends with 1 if there was one.

#include "kernel_setup.h"

enum { rows = 70, columns = 512, most_tokens = 131 };

static const char *const families[] = {"scalar", "avx2", "avx512", "avx512vnni", "amx_emulated", "amx"};
static const float fine_limits[] = {INFINITY, 3, 0};

// Outputs [tokens][rows] of one family.
static void multiply(const a1_kernel_table *family, const a1_weights *weights, const float *x, int tokens,
                     float fine_from, float *y) {
    const a1_weights panels = packed(family, weights);
    const a1_int8_rows input = quantised(family, x, tokens, columns, fine_from);
    a1_int8_scratch *scratch = zeroed(sizeof *scratch);
    family->int8_product(&panels, &input, tokens, y, rows, NULL, scratch);
    free((void *)panels.start);
    free(scratch);
    free_rows(&input);
}

static int compared, different;

// Counts a comparison with scalar; true if its outputs are other ones.
static bool differ(const float *expected, const float *found, size_t count) {
    const bool is_other = memcmp(expected, found, count * sizeof *expected) != 0;
    compared++;
    different += is_other;
    return is_other;
}

static void compare_products(void) {
    float *x = zeroed(sizeof(float) * most_tokens * columns);
    float *expected = zeroed(sizeof(float) * most_tokens * rows), *found = zeroed(sizeof(float) * most_tokens * rows);
    uint8_t *blocks = zeroed(rows * columns * 2);
    for (size_t t = 0; t < COUNT(types); t++) {
        const struct block_type *type = &types[t];
        const a1_weights weights = matrix(type, blocks, rows, columns);
        for (int tokens = 1; tokens <= most_tokens; tokens += tokens < 20 ? 1 : 37)
            for (size_t limit = 0; limit < COUNT(fine_limits); limit++) {
                fill(blocks, type, rows * columns);
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

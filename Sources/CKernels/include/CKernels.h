// Kernels of A1: dequantisation, matrix products in float32 and with bytes, and vector operations on float32.
//
// Every kernel exists in several families (scalar, AVX2, AVX-512; products with bytes also AVX-512 VNNI and AMX) that
// are compiled from the same body and follow the same order of operations, so all families give the same bits. The
// family is chosen once, when the program is loaded: the best one the processor supports, or the one that the
// environment variable A1_KERNELS names (scalar, avx2, avx512, avx512vnni, amx; "openblas" takes the best family for
// everything but matrix products, which the Tensors module then gives to OpenBLAS).
//
// Sums of vector operations run in 16 lanes (lane j adds the elements whose index is j modulo 16, in
// rising order), then the lanes are added as a fixed tree: 16 -> 8 -> 4 -> 2 -> 1, lane i with lane
// i + half. Sums of matrix products run along the columns in partial sums of 128.

#ifndef A1_CKERNELS_H
#define A1_CKERNELS_H

#include <stdbool.h>
#include <stdint.h>
#include "affinity.h"
#include "peaks.h"

#ifdef __cplusplus
extern "C" {
#endif

// Elements of a vector of lanes.
#define A1_LANES 16
// Rows of a panel of dequantised weights, columns of one, rows of a tile, tokens of a pass: see
// product_body.h.
#define A1_PANEL_ROWS 32
#define A1_PANEL_COLUMNS 256
#define A1_TILE_ROWS 256
#define A1_PASS_TOKENS 256

// Weight rows in a GGUF number format: at most A1_TILE_ROWS of them for one product.
typedef struct a1_weights {
    const void *start;
    int64_t rows;
    int64_t columns;
    int64_t bytes_per_row;
    uint32_t type;
    // Weights of a block of the type, and its bytes.
    int32_t elements_per_block;
    int32_t bytes_per_block;
} a1_weights;

// What one thread needs for a product, about 300 KiB; on a 64-byte boundary.
typedef struct a1_product_scratch {
    float panel[A1_PANEL_COLUMNS * A1_PANEL_ROWS];
    float turned[A1_LANES * A1_PANEL_COLUMNS];
    float packed[A1_PASS_TOKENS * A1_PANEL_COLUMNS];
    float sums[A1_PASS_TOKENS * A1_TILE_ROWS];
} a1_product_scratch;

// What belongs to 32 columns of a token row.
typedef struct a1_int8_block {
    // Of the first digits of each half.
    float scale[2];
    // Sums of the values, of the block and of its first half.
    float total, first_total;
} a1_int8_block;

// Which halves of a block of a token have second digits. Each has one bit, so that the bits of many blocks can be gone
// through.
enum { A1_FINE_FIRST = 1, A1_FINE_SECOND = 2, A1_FINE_BOTH = 4 };

// Token rows quantised to bytes in halves of 16 columns; see int8_body.h. `columns` is a multiple of 32.
typedef struct a1_int8_rows {
    // [token][columns]: the value divided by its half's scale, from -127 to 127.
    int8_t *values;
    // [token][columns]: second digits, 128 times smaller, from -64 to 63. Written and read where a half of the block is
    // fine; zeros in its other half.
    int8_t *fine;
    // [token / 64][columns / 32][64]: A1_FINE_FIRST, _SECOND, _BOTH or 0.
    uint8_t *fine_halves;
    // [token][columns / 32]
    a1_int8_block *blocks;
    // [token][columns / 16]: sums of first digits, and of second ones.
    int32_t *sums;
    int32_t *fine_sums;
    int64_t columns;
    // A half is fine if its largest magnitude is above so many times the root mean square of its row.
    float fine_from;
} a1_int8_rows;

// Token rows that share one unpacking of the weights.
#define A1_INT8_PASS_TOKENS 128

// Sums of turned tokens (turned_body.h), and the bytes that 32 columns of 8 such tokens take.
#define A1_INT8_TURNED_SUMS (256 * A1_INT8_PASS_TOKENS)
#define A1_INT8_TURNED_BYTES 448

// What one thread needs for a product with bytes, about 390 KiB; on a 64-byte boundary. A panel of weights as bytes is
// for AMX and AVX2 alone, and what follows `offsets` for AVX2: see turned_body.h.
typedef struct a1_int8_scratch {
    uint8_t values[256 * A1_PANEL_ROWS];
    float scales[16 * A1_PANEL_ROWS];
    float minima[16 * A1_PANEL_ROWS];
    float sums[A1_INT8_PASS_TOKENS * A1_PANEL_ROWS];
    float second_sums[A1_INT8_PASS_TOKENS * A1_PANEL_ROWS];
    int32_t offsets[A1_INT8_PASS_TOKENS * 16];
    uint8_t signs[256 * A1_PANEL_ROWS];
    int32_t below[16 * A1_PANEL_ROWS];
    float turned_sums[A1_INT8_TURNED_SUMS];
    float turned_second_sums[A1_INT8_TURNED_SUMS];
    // 256 columns are 8 blocks.
    uint8_t turned[A1_INT8_PASS_TOKENS / 8 * 8 * A1_INT8_TURNED_BYTES];
} a1_int8_scratch;

// Positions that attention takes at a time, and the most queries it takes together: see attention_body.h.
#define A1_ATTENTION_CHUNK 64
#define A1_ATTENTION_QUERIES 16

// Attention of some query heads, in consecutive rows of one sequence, over one head of keys and values.
typedef struct a1_attention {
    // Query heads of `length` floats, one after another; those of the next row are `row_stride` floats on. The
    // outputs lie alike. At most A1_ATTENTION_QUERIES in all.
    const float *queries;
    float *outputs;
    int64_t row_stride, rows, heads, length;
    // Of the first row. A row sees the last `window` positions up to its own.
    int64_t position, window;
    // Scores are multiplied by `scale`, then capped as a1_soft_cap does where `cap` is above 0.
    float scale, cap;
    // Block b of the sequence begins table[b] * block_stride numbers behind keys: keys, by groups of 16 positions
    // [number of the head][position], then values [position][number of the head].
    const void *keys;
    const int32_t *table;
    // A multiple of 16.
    int64_t tokens_per_block, block_stride;
    // Whether keys and values are binary16, instead of float32.
    bool is_half;
} a1_attention;

// One family of kernels. Pointers never alias unless said otherwise; nothing needs alignment.
typedef struct a1_kernel_table {
    const char *name;
    bool (*dequantize)(uint32_t type, const void *from, int64_t count, float *to);
    void (*product)(const a1_weights *weights, const float *x, int64_t x_stride, int64_t tokens,
                    float *y, int64_t y_stride, const float *bias, a1_product_scratch *scratch);
    void (*rms_norm)(const float *x, const float *weight, int64_t n, float epsilon, float *out);
    void (*silu_multiply)(const float *gate, const float *up, int64_t n, float *out);
    void (*gelu_multiply)(const float *gate, const float *up, int64_t n, float *out);
    float (*dot)(const float *a, const float *b, int64_t n);
    void (*add)(const float *x, int64_t n, float *y);
    void (*scale)(float factor, int64_t n, float *x);
    double (*log_sum_exp)(const float *x, int64_t n);
    void (*exponential)(const float *x, int64_t n, float *out);
    void (*rotate_halves)(float *x, const float *cosines, const float *sines, int64_t half);
    void (*rotate_pairs)(float *x, const float *cosines, const float *sines, int64_t half);
    int64_t (*index_of_maximum)(const float *x, int64_t n);
    void (*soft_cap)(float *x, int64_t n, float cap);
    void (*store_halves)(const float *x, int64_t n, int64_t stride, uint16_t *out);
    void (*attend)(const a1_attention *job, float *scratch);
    // Turns weights of a quantised type for int8_product: whole panels of A1_PANEL_ROWS rows, missing ones zero, as
    // many bytes a row as before. w->rows may be any number.
    void (*pack)(const a1_weights *w, void *to);
    // One token row of to->columns floats to bytes. A number that is not finite makes its block's scale NaN.
    void (*quantize_row)(const float *x, int64_t token, const a1_int8_rows *to);
    // y[t][r] = sum over k of weights[r][k] * x[t][k] (+ bias[r]), of packed weights (w->start begins a panel) and
    // quantised tokens. The bits of y[t][r] depend on row r, row t and bias[r] alone, and on no family.
    void (*int8_product)(const a1_weights *w, const a1_int8_rows *x, int64_t tokens, float *y, int64_t y_stride,
                         const float *bias, a1_int8_scratch *scratch);
} a1_kernel_table;

// The family in use.
const a1_kernel_table *a1_kernels(void);
// A family by name ("scalar", "avx2", "avx512", "avx512vnni", "amx"); NULL if unknown or this processor cannot run it.
// For tests every processor has "amx_emulated": the scalar family with the products of "amx", whose tile instructions
// are functions in plain C.
const a1_kernel_table *a1_kernels_named(const char *name);
// For tests, one product of tiles: sums[row][column] += left[row][k] * right[k / 4][column][k % 4] for k < 4 quads, of
// signed bytes into int32; rows, columns and quads from 1 to 16, strides of rows in bytes. By the processor's
// instructions or by those in plain C. False, with nothing written, if the processor has none.
bool a1_tile_product(bool is_emulated, int rows, int columns, int quads, const void *left, int64_t left_stride,
                     const void *right, int64_t right_stride, void *sums, int64_t stride);
// What A1_KERNELS asked for: NULL if unset or empty.
const char *a1_kernels_requested(void);

// Blocks of a GGUF tensor type to float32. count is a multiple of the type's block length.
// Returns false, and writes nothing, for a type it does not know.
bool a1_dequantize(uint32_t type, const void *from, int64_t count, float *to);

// y[t][r] = sum over k of weights[r][k] * x[t][k] (+ bias[r]) for t < tokens, r < weights->rows. The
// bits of y[t][r] depend on row r of the weights, row t of x and bias[r] alone.
void a1_product(const a1_weights *weights, const float *x, int64_t x_stride, int64_t tokens,
                float *y, int64_t y_stride, const float *bias, a1_product_scratch *scratch);

// out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]; the mean in double. out may be x.
void a1_rms_norm(const float *x, const float *weight, int64_t n, float epsilon, float *out);
// out[i] = gate[i] / (1 + exp(-gate[i])) * up[i]. out may be gate or up.
void a1_silu_multiply(const float *gate, const float *up, int64_t n, float *out);
// out[i] = gelu(gate[i]) * up[i], the tanh form of gelu (Gemma). out may be gate or up.
void a1_gelu_multiply(const float *gate, const float *up, int64_t n, float *out);
// Sum of a[i] * b[i].
float a1_dot(const float *a, const float *b, int64_t n);
// y[i] += x[i].
void a1_add(const float *x, int64_t n, float *y);
// x[i] *= factor.
void a1_scale(float factor, int64_t n, float *x);
// log(sum of exp(x[i])), sums of eight in float32, of those in double; -infinity if n is 0 or all entries are.
double a1_log_sum_exp(const float *x, int64_t n);
// out[i] = exp(x[i]), relative error below 2e-7. out may be x.
void a1_exp(const float *x, int64_t n, float *out);
// Rotary position: (x[i], x[i + half]) turned by the angle of cosines[i], sines[i] (NEOX order).
void a1_rotate_halves(float *x, const float *cosines, const float *sines, int64_t half);
// Rotary position: (x[2i], x[2i + 1]) turned by the angle of cosines[i], sines[i] (llama order).
void a1_rotate_pairs(float *x, const float *cosines, const float *sines, int64_t half);
// Index of the largest entry, the first of equals; -1 if n is 0. NaN is never larger.
int64_t a1_index_of_maximum(const float *x, int64_t n);

// x[i] = cap * tanh(x[i] / cap).
void a1_soft_cap(float *x, int64_t n, float cap);
// out[i * stride] = x[i] as IEEE 754 binary16, rounded to nearest, ties to even. Magnitudes above 65504, its largest
// number, become that; NaN stays NaN.
void a1_store_halves(const float *x, int64_t n, int64_t stride, uint16_t *out);
// Each query's average of the values it sees, weighed by the softmax of its scores. The bits of an output
// depend on its query, its position and what it sees alone. `scratch` is one thread's.
void a1_attend(const a1_attention *job, float *scratch);
// Floats of that scratch, for heads of `length` floats.
static inline int64_t a1_attention_scratch(int64_t length) {
    const int64_t padded = (length + A1_LANES - 1) / A1_LANES * A1_LANES;
    return A1_ATTENTION_QUERIES * (A1_ATTENTION_CHUNK + A1_LANES + 2 * padded);
}

// A hint to the processor that this thread spins.
static inline void a1_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif
#endif

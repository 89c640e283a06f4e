// Products of a tile of float32 weight rows with token rows, for any family.
//
// A block is 4 rows x up to 6 tokens, each pair with its own accumulator of 16 lanes: 24 zmm registers
// of accumulators, 10 loads for 24 multiply-adds. Long rows are cut into stretches that stay in
// the first-level cache; between stretches the lanes themselves go to scratch, unreduced, so the cut
// does not show in the bits.

#define STRETCH 768
#define GROUP 6

// Adds columns [from, to) of 4 tile rows times T token rows to lanes[token][row].
A1_INLINE void product_block(const float *tile, int64_t tile_stride, const float *x, int64_t x_stride,
                             int64_t from, int64_t to, const int T, bool fresh, a1_floats *lanes) {
    a1_floats sums[GROUP][A1_PRODUCT_ROWS];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int r = 0; r < A1_PRODUCT_ROWS; r++)
            sums[t][r] = fresh ? A1_SPLAT(0) : lanes[t * A1_PRODUCT_ROWS + r];
    const int64_t whole = from + (to - from) / A1_LANES * A1_LANES;
    for (int64_t k = from; k < whole; k += A1_LANES) {
        a1_floats w[A1_PRODUCT_ROWS];
#pragma clang loop unroll(full)
        for (int r = 0; r < A1_PRODUCT_ROWS; r++) w[r] = A1_LOAD(tile + r * tile_stride + k);
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            const a1_floats v = A1_LOAD(x + t * x_stride + k);
#pragma clang loop unroll(full)
            for (int r = 0; r < A1_PRODUCT_ROWS; r++) sums[t][r] = A1_FMA(w[r], v, sums[t][r]);
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        if (whole < to) {
            const a1_floats v = load_part(x + t * x_stride + whole, to - whole, 0);
            for (int r = 0; r < A1_PRODUCT_ROWS; r++)
                sums[t][r] = A1_FMA(A1_LOAD(tile + r * tile_stride + whole), v, sums[t][r]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < A1_PRODUCT_ROWS; r++) lanes[t * A1_PRODUCT_ROWS + r] = sums[t][r];
    }
}

static void product_group(const float *tile, int64_t tile_stride, const float *x, int64_t x_stride,
                          int64_t from, int64_t to, int tokens, bool fresh, a1_floats *lanes) {
    switch (tokens) {
    case 1: product_block(tile, tile_stride, x, x_stride, from, to, 1, fresh, lanes); break;
    case 2: product_block(tile, tile_stride, x, x_stride, from, to, 2, fresh, lanes); break;
    case 3: product_block(tile, tile_stride, x, x_stride, from, to, 3, fresh, lanes); break;
    case 4: product_block(tile, tile_stride, x, x_stride, from, to, 4, fresh, lanes); break;
    case 5: product_block(tile, tile_stride, x, x_stride, from, to, 5, fresh, lanes); break;
    default: product_block(tile, tile_stride, x, x_stride, from, to, GROUP, fresh, lanes); break;
    }
}

static void product_store(const a1_floats *lanes, int64_t rows, int tokens, const float *bias,
                          float *y, int64_t y_stride) {
    const int valid = rows < A1_PRODUCT_ROWS ? (int)rows : A1_PRODUCT_ROWS;
    for (int t = 0; t < tokens; t++)
        for (int r = 0; r < valid; r++) {
            const float sum = sum_lanes(lanes[t * A1_PRODUCT_ROWS + r]);
            y[t * y_stride + r] = bias ? sum + bias[r] : sum;
        }
}

void A1_NAME(product)(const float *tile, int64_t tile_stride, int64_t rows, int64_t columns,
                      const float *x, int64_t x_stride, int64_t tokens,
                      float *y, int64_t y_stride, const float *bias, float *scratch) {
    const int64_t row_groups = (rows + A1_PRODUCT_ROWS - 1) / A1_PRODUCT_ROWS;
    for (int64_t base = 0; base < tokens; base += A1_PRODUCT_TOKENS) {
        const int64_t end = base + A1_PRODUCT_TOKENS < tokens ? base + A1_PRODUCT_TOKENS : tokens;
        for (int64_t from = 0; from < columns; from += STRETCH) {
            const int64_t to = from + STRETCH < columns ? from + STRETCH : columns;
            for (int64_t t = base; t < end; t += GROUP) {
                const int count = end - t < GROUP ? (int)(end - t) : GROUP;
                for (int64_t g = 0; g < row_groups; g++) {
                    a1_floats *lanes = (a1_floats *)scratch
                        + (g * A1_PRODUCT_TOKENS + t - base) * A1_PRODUCT_ROWS;
                    product_group(tile + g * A1_PRODUCT_ROWS * tile_stride, tile_stride, x + t * x_stride,
                                  x_stride, from, to, count, from == 0, lanes);
                    if (to == columns)
                        product_store(lanes, rows - g * A1_PRODUCT_ROWS, count,
                                      bias ? bias + g * A1_PRODUCT_ROWS : 0,
                                      y + t * y_stride + g * A1_PRODUCT_ROWS, y_stride);
                }
            }
        }
    }
}

#undef STRETCH
#undef GROUP

// Products of quantised weight rows with token rows, for any family. The including file sets
// A1_BLOCK_VECTORS and A1_BLOCK_TOKENS, the block of outputs that its registers hold.
//
// 256 columns (one super-block of the K types) of 32 weight rows at a time are dequantised and turned
// into a panel, column by column with the 32 rows side by side, so that one vector holds 16 outputs and
// needs no sum across lanes. A panel stays in the second-level cache while all tokens pass by. It is
// the scheme of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008), with
// the dequantisation in the place of their packing.
//
// The order of a sum is fixed by the format of the loop alone: products of 128 columns (half a stretch) in
// rising order by multiply-add from zero, then these partial sums in rising order.

#define STRETCH 256
#define SUB 128
#define PANEL A1_PANEL_ROWS
#define BLOCK_ROWS (A1_BLOCK_VECTORS * A1_LANES)

// Rows as [row][STRETCH] to columns as [column][PANEL], for 16 rows and a multiple of 16 columns.
static void turn_rows(const float *rows, int64_t columns, float *panel) {
    for (int64_t c = 0; c < columns; c += 4) {
        a1_ints v[4];
        turn16((const uint8_t *)(rows + c), STRETCH * sizeof(float), v);
        UNROLL
        for (int j = 0; j < 4; j++) A1_STORE(panel + (c + j) * PANEL, (a1_floats)v[j]);
    }
}

// Dequantises columns [from, from + columns) of rows [first, first + 32) into a panel; missing rows become
// zero. The same rows' next stretch is asked for from memory, which hardware does not foresee.
static void fill_panel(const a1_weights *w, int64_t first, int64_t from, int64_t columns,
                       float *turned, float *panel) {
    const int64_t padded = (columns + A1_LANES - 1) / A1_LANES * A1_LANES;
    const int64_t bytes = a1_bytes_of(w, columns);
    const uint8_t *start = (const uint8_t *)w->start + first * w->bytes_per_row + a1_bytes_of(w, from);
    for (int64_t half = 0; half < PANEL; half += A1_LANES) {
        for (int64_t r = 0; r < A1_LANES; r++) {
            if (first + half + r < w->rows) {
                const uint8_t *row = start + (half + r) * w->bytes_per_row;
                for (int64_t ahead = 0; ahead < bytes; ahead += 64) __builtin_prefetch(row + bytes + ahead, 0, 2);
                A1_NAME(dequantize)(w->type, row, columns, turned + r * STRETCH);
            } else {
                memset(turned + r * STRETCH, 0, (size_t)padded * sizeof(float));
            }
        }
        turn_rows(turned, padded, panel + half);
    }
}

// sums[t][row] (+)= panel columns times T packed tokens, for the rows of one register block.
A1_INLINE void product_block(const float *panel, const float *packed, int64_t columns, const int T,
                             bool fresh, float *sums) {
    a1_floats acc[A1_BLOCK_TOKENS][A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < A1_BLOCK_VECTORS; v++) acc[t][v] = (a1_floats){};
    for (int64_t k = 0; k < columns; k++) {
        a1_floats w[A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
        for (int v = 0; v < A1_BLOCK_VECTORS; v++) w[v] = A1_LOAD(panel + k * PANEL + v * A1_LANES);
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            const a1_floats x = A1_SPLAT(packed[t * STRETCH + k]);
#pragma clang loop unroll(full)
            for (int v = 0; v < A1_BLOCK_VECTORS; v++) acc[t][v] = A1_FMA(w[v], x, acc[t][v]);
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < A1_BLOCK_VECTORS; v++) {
            float *sum = sums + t * A1_TILE_ROWS + v * A1_LANES;
            A1_STORE(sum, fresh ? acc[t][v] : A1_LOAD(sum) + acc[t][v]);
        }
}

#define CASE(T) case T: product_block(panel, packed, columns, T, fresh, sums); break

static void product_group(const float *panel, const float *packed, int64_t columns, int tokens, bool fresh,
                          float *sums) {
    switch (tokens) {
    CASE(1); CASE(2); CASE(3); CASE(4); CASE(5);
#if A1_BLOCK_TOKENS > 6
    CASE(6); CASE(7); CASE(8); CASE(9); CASE(10); CASE(11);
#endif
    default: product_block(panel, packed, columns, A1_BLOCK_TOKENS, fresh, sums); break;
    }
}

#undef CASE

static void product_store(const float *sums, int64_t rows, int64_t tokens, const float *bias,
                          float *y, int64_t y_stride) {
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t r = 0; r < rows; r++) {
            const float sum = sums[t * A1_TILE_ROWS + r];
            y[t * y_stride + r] = bias ? sum + bias[r] : sum;
        }
}

// One stretch of columns for all rows of the tile and all tokens of a pass.
static void product_stretch(const a1_weights *w, int64_t from, const float *x, int64_t x_stride,
                            int64_t tokens, a1_product_scratch *s) {
    const int64_t columns = w->columns - from < STRETCH ? w->columns - from : STRETCH;
    for (int64_t t = 0; t < tokens; t++)
        memcpy(s->packed + t * STRETCH, x + t * x_stride + from, (size_t)columns * sizeof(float));
    // Even groups: 16 tokens are 8 and 8, not 12 and 4.
    const int64_t groups = (tokens + A1_BLOCK_TOKENS - 1) / A1_BLOCK_TOKENS;
    const int64_t width = (tokens + groups - 1) / groups;
    for (int64_t row = 0; row < w->rows; row += PANEL) {
        fill_panel(w, row, from, columns, s->turned, s->panel);
        for (int64_t k = 0; k < columns; k += SUB) {
            const int64_t depth = columns - k < SUB ? columns - k : SUB;
            for (int64_t t = 0; t < tokens; t += width) {
                const int count = (int)(tokens - t < width ? tokens - t : width);
                for (int64_t block = 0; block < PANEL; block += BLOCK_ROWS)
                    product_group(s->panel + k * PANEL + block, s->packed + t * STRETCH + k, depth, count,
                                  from + k == 0, s->sums + t * A1_TILE_ROWS + row + block);
            }
        }
    }
}

void A1_NAME(product)(const a1_weights *w, const float *x, int64_t x_stride, int64_t tokens,
                      float *y, int64_t y_stride, const float *bias, a1_product_scratch *scratch) {
    for (int64_t t = 0; t < tokens; t += A1_PASS_TOKENS) {
        const int64_t count = tokens - t < A1_PASS_TOKENS ? tokens - t : A1_PASS_TOKENS;
        for (int64_t from = 0; from < w->columns; from += STRETCH)
            product_stretch(w, from, x + t * x_stride, x_stride, count, scratch);
        product_store(scratch->sums, w->rows, count, bias, y + t * y_stride, y_stride);
    }
}

#undef STRETCH
#undef PANEL
#undef SUB
#undef BLOCK_ROWS

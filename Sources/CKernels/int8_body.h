// Products of quantised weight rows with token rows that are quantised to bytes, for any family. The including
// file sets A1_INT8_VECTORS and A1_INT8_TOKENS, the block of outputs that its registers hold, and
// A1_DOT8(sum, w0, x0, w1, x1, wide): sum plus, in each lane, the products of four unsigned bytes of w0 and four
// signed bytes of x0, and of w1 and x1; exact. wide: bytes of w may be above 127. It may set A1_DOT4_AT(sums, w, p) as
// well: adds to each of A1_INT8_VECTORS sums the products of a vector of w and the four bytes at p.
//
// A token row is cut into halves of 16 columns; each has one scale, its largest magnitude over 127. A fine row has a
// second digit, 128 times smaller, which makes 15 bits of it at twice the work. Sums inside a half are integers and so
// exact in any order. Where a weight's scale is for 32 columns, halves are first added by multiply-add,
//     part = float(sum of the first half) * its scale, then part = part + float(sum of the second) * its scale
//     y = y + part * weight's scale, then y = y + minimum * sum of the token's numbers
// in rising order of blocks; where it is for 16, y = y + float(sum) * (weight's scale * token's scale) for each half.
// That order is the same in every family, and so are the bits.
//
// The weights are packed (pack_body.h). 256 columns of 32 rows at a time are unpacked into a panel of bytes
// (unpack_body.h) that stays in the first-level cache while all tokens of a pass go by.

#define STRETCH 256
#define BLOCK 32
#define PANEL A1_PANEL_ROWS
// Halves of a stretch.
#define OFFSETS (STRETCH / 16)
// How many bytes before their use packed weights are asked for.
#define A1_INT8_AHEAD 8192

// Half a block of a row: 16 numbers, which become integers times a scale. Numbers below 2^-100 become zero; one that is
// not finite makes the scale NaN.
A1_INLINE void quantize_half(const float *x, int64_t at, const a1_int8_rows *to) {
    const a1_floats v = A1_LOAD(x);
    // Magnitudes are in the order of their bits; those of infinity and NaN are the largest.
    const int32_t bits = largest_int((a1_ints)v & 0x7fffffff);
    float top;
    memcpy(&top, &bits, sizeof top);
    const bool is_finite = bits < 0x7f800000, is_usable = is_finite && top > 0x1p-100f;
    const float steps = to->is_fine ? 127 * 128 : 127;
    // Rounded to the nearest integer, ties to even, by adding and taking off 1.5 * 2^23.
    const a1_floats scaled = v * (is_usable ? steps / top : 0) + A1_SPLAT(12582912.0f);
    const a1_ints q = is_usable ? (a1_ints)scaled - 0x4b400000 : (a1_ints){};
    const a1_ints high = to->is_fine ? (q + 64) >> 7 : q;
    *(loose_signed16 *)(to->values + 16 * at) = __builtin_convertvector(high, loose_signed16);
    if (to->is_fine) *(loose_signed16 *)(to->fine + 16 * at) = __builtin_convertvector(q - (high << 7), loose_signed16);
    to->sums[at] = sum_ints(q);
    to->scales[at] = is_usable ? top / steps : is_finite ? 0 : NAN;
    to->totals[at] = to->scales[at] * (float)to->sums[at];
}

void A1_NAME(quantize_row)(const float *x, int64_t token, const a1_int8_rows *to) {
    const int64_t blocks = to->columns / BLOCK, first = token * blocks;
    for (int64_t block = first; block < first + blocks; block++, x += BLOCK) {
        quantize_half(x, 2 * block, to);
        quantize_half(x + 16, 2 * block + 1, to);
        to->block_totals[block] = to->totals[2 * block] + to->totals[2 * block + 1];
    }
}

// What a tile reads: a panel, token rows from `token` on, and where in both it is.
typedef struct int8_tile {
    a1_int8_scratch *panel;
    const a1_int8_rows *x;
    int64_t token;
    // Block of the first of `blocks` in the token rows; in the panel it is the first.
    int64_t block;
    int64_t blocks;
    // First row of the panel, where sums[token][PANEL] begin.
    int64_t row;
    float *sums;
    // [token][OFFSETS]: what a half's sum begins with, where there is no minimum.
    const int32_t *offsets;
} int8_tile;

// What 2^shift times the sum of a half's bytes is too much in it, where a byte stands for itself less 2^shift.
static void fill_offsets(const a1_int8_rows *x, int64_t token, int64_t tokens, int64_t block, int64_t blocks, int shift,
                         int32_t *offsets) {
    const int32_t *sums = x->sums + (token * (x->columns / BLOCK) + block) * 2;
    for (int64_t t = 0; t < tokens; t++, sums += x->columns / BLOCK * 2, offsets += OFFSETS)
        for (int64_t i = 0; i < 2 * blocks; i++) offsets[i] = -(sums[i] * (1 << shift));
}

// Four bytes of a token, in each lane.
A1_INLINE a1_ints token_bytes(const int8_t *p) {
    int32_t word;
    memcpy(&word, p, sizeof word);
    return word - (a1_ints){};
}

// sum += 16 columns of T tokens, x and `columns` bytes apart, times a panel's bytes of A1_INT8_VECTORS times 16 rows.
A1_INLINE void dot_half(const uint8_t *bytes, const int8_t *x, int64_t columns, const int T, const bool wide,
                        a1_ints sum[A1_INT8_TOKENS][A1_INT8_VECTORS]) {
    enum { V = A1_INT8_VECTORS };
#ifdef A1_DOT4_AT
    (void)wide;
    UNROLL
    for (int quad = 0; quad < 4; quad++) {
        a1_ints w[V];
        UNROLL
        for (int v = 0; v < V; v++) w[v] = *(const a1_ints *)(bytes + quad * QUAD_BYTES + v * 64);
        UNROLL
        for (int t = 0; t < T; t++) A1_DOT4_AT(sum[t], w, x + t * columns + 4 * quad);
        A1_KEEP_ORDER;
    }
#else
    UNROLL
    for (int quad = 0; quad < 4; quad += 2, x += 8, bytes += 2 * QUAD_BYTES) {
        A1_KEEP_ORDER;
        a1_ints w0[V], w1[V];
        UNROLL
        for (int v = 0; v < V; v++) {
            w0[v] = *(const a1_ints *)(bytes + v * 64);
            w1[v] = *(const a1_ints *)(bytes + QUAD_BYTES + v * 64);
        }
        UNROLL
        for (int t = 0; t < T; t++) {
            const a1_ints x0 = token_bytes(x + t * columns), x1 = token_bytes(x + t * columns + 4);
            UNROLL
            for (int v = 0; v < V; v++) sum[t][v] = A1_DOT8(sum[t][v], w0[v], x0, w1[v], x1, wide);
        }
    }
#endif
}

// sums += the products of T tokens with A1_INT8_VECTORS times 16 rows.
A1_INLINE void int8_tile_of(const int8_tile *s, const int T, const bool by16, const bool has_minimum, const bool wide,
                            const bool is_fine) {
    enum { V = A1_INT8_VECTORS };
    const int64_t columns = s->x->columns, pitch = columns / BLOCK;
    const int64_t first = s->token * pitch + s->block, last = first + s->blocks;
    const int8_t *x = s->x->values + s->token * columns + s->block * BLOCK;
    const int8_t *fine = is_fine ? s->x->fine + s->token * columns + s->block * BLOCK : NULL;
    const int32_t *offsets = s->offsets;
    const float *token_scales = s->x->scales, *totals = by16 ? s->x->totals : s->x->block_totals;
    const uint8_t *bytes = s->panel->values + 4 * s->row;
    const float *scales = s->panel->scales + s->row, *minima = s->panel->minima + s->row;
    float *sums = s->sums;
    a1_floats out[A1_INT8_TOKENS][V], part[A1_INT8_TOKENS][V];
    UNROLL
    for (int t = 0; t < T; t++)
        UNROLL
        for (int v = 0; v < V; v++) out[t][v] = A1_LOAD(sums + t * PANEL + v * A1_LANES);
    for (int64_t place = first; place < last; place++) {
        UNROLL
        for (int half = 0; half < 2; half++, x += 16, bytes += 4 * QUAD_BYTES, offsets++) {
            a1_ints sum[A1_INT8_TOKENS][V];
            UNROLL
            for (int t = 0; t < T; t++) {
                const a1_ints offset = offsets[t * OFFSETS] - (a1_ints){};
                UNROLL
                for (int v = 0; v < V; v++) sum[t][v] = has_minimum || is_fine ? (a1_ints){} : offset;
            }
            dot_half(bytes, x, columns, T, wide, sum);
            if (is_fine) {
                UNROLL
                for (int t = 0; t < T; t++) {
                    const a1_ints offset = offsets[t * OFFSETS] - (a1_ints){};
                    UNROLL
                    for (int v = 0; v < V; v++)
                        sum[t][v] = has_minimum ? sum[t][v] << 7 : (sum[t][v] << 7) + offset;
                }
                dot_half(bytes, fine + 16 * half, columns, T, wide, sum);
            }
            UNROLL
            for (int t = 0; t < T; t++) {
                A1_KEEP_ORDER;
                const int64_t at = 2 * (place + t * pitch) + half;
                const a1_floats scale = A1_SPLAT(token_scales[at]), total = A1_SPLAT(totals[by16 ? at : at / 2]);
                UNROLL
                for (int v = 0; v < V; v++) {
                    const a1_floats product = FLOATS(sum[t][v]);
                    if (by16) {
                        out[t][v] = A1_FMA(product, A1_LOAD(scales + v * A1_LANES) * scale, out[t][v]);
                    } else {
                        part[t][v] = half ? A1_FMA(product, scale, part[t][v]) : product * scale;
                        if (half) out[t][v] = A1_FMA(part[t][v], A1_LOAD(scales + v * A1_LANES), out[t][v]);
                    }
                    if (has_minimum && (by16 || half))
                        out[t][v] = A1_FMA(A1_LOAD(minima + v * A1_LANES), total, out[t][v]);
                }
            }
            if (by16 || half) {
                scales += PANEL;
                minima += PANEL;
            }
        }
        if (is_fine) fine += BLOCK;
    }
    UNROLL
    for (int t = 0; t < T; t++)
        UNROLL
        for (int v = 0; v < V; v++) A1_STORE(sums + t * PANEL + v * A1_LANES, out[t][v]);
}

#define CASE(T) case T: int8_tile_of(s, T, by16, has_minimum, wide, is_fine); break

A1_INLINE void int8_tile_any(const int8_tile *s, int tokens, const bool by16, const bool has_minimum, const bool wide,
                             const bool is_fine) {
    switch (tokens) {
    CASE(1);
#if A1_INT8_TOKENS > 2
    CASE(2); CASE(3);
#endif
    default: int8_tile_of(s, A1_INT8_TOKENS, by16, has_minimum, wide, is_fine); break;
    }
}

#undef CASE

#define FORM(name, by16, has_minimum, wide)                                    \
    static void int8_tile_##name(const int8_tile *s, int tokens) {             \
        if (s->x->is_fine) int8_tile_any(s, tokens, by16, has_minimum, wide, true); \
        else int8_tile_any(s, tokens, by16, has_minimum, wide, false);         \
    }

FORM(plain, false, false, false)
FORM(wide, false, false, true)
FORM(minimum, false, true, false)
FORM(by16, true, false, false)
FORM(by16_minimum, true, true, false)

#undef FORM

A1_INLINE void int8_tile_by_form(const int8_tile *s, int tokens, const panel_form *form) {
    if (form->by16 && form->has_minimum) int8_tile_by16_minimum(s, tokens);
    else if (form->by16) int8_tile_by16(s, tokens);
    else if (form->has_minimum) int8_tile_minimum(s, tokens);
    else if (form->is_wide) int8_tile_wide(s, tokens);
    else int8_tile_plain(s, tokens);
}

// All tokens of a pass times a panel, in even groups: 6 tokens are 3 and 3, not 4 and 2.
static void int8_stretch(int8_tile *s, int64_t tokens, const panel_form *form) {
    const int64_t groups = (tokens + A1_INT8_TOKENS - 1) / A1_INT8_TOKENS;
    const int64_t width = (tokens + groups - 1) / groups, token = s->token;
    float *sums = s->sums;
    const int32_t *offsets = s->offsets;
    for (int64_t t = 0; t < tokens; t += width) {
        const int count = (int)(tokens - t < width ? tokens - t : width);
        s->token = token + t;
        s->offsets = offsets + t * OFFSETS;
        for (s->row = 0; s->row < PANEL; s->row += A1_INT8_VECTORS * A1_LANES) {
            s->sums = sums + t * PANEL + s->row;
            int8_tile_by_form(s, count, form);
        }
    }
}

#ifdef A1_INT8_ON_TILES
#include "amx_body.h"
#define BEGIN_PRODUCT(tokens) configure_tiles(tokens)
#define MULTIPLY_STRETCH tile_stretch
#define END_PRODUCT(tokens) release_tiles(tokens)
#else
#define BEGIN_PRODUCT(tokens) (void)0
#define MULTIPLY_STRETCH int8_stretch
#define END_PRODUCT(tokens) (void)0
#endif

// The next `units` of packed weights into the panel, up to 256 columns of 32 rows.
static const uint8_t *unpack_panel(uint32_t type, const uint8_t *from, int64_t units, int64_t unit_bytes,
                                   a1_int8_scratch *s) {
    panel_half halves[2] = {{.values = s->values, .scales = s->scales, .minima = s->minima},
        {.values = s->values + 4 * A1_LANES, .scales = s->scales + A1_LANES, .minima = s->minima + A1_LANES}};
    for (int64_t unit = 0; unit < units; unit++)
        for (int half = 0; half < 2; half++, from += unit_bytes) {
            for (int64_t ahead = 0; ahead < unit_bytes; ahead += 64)
                __builtin_prefetch(from + A1_INT8_AHEAD + ahead, 0, 2);
            halves[half].from = from;
            unpack_unit(type, &halves[half]);
        }
    return from;
}

#include "direct_body.h"

static void put_sums(const float *sums, int64_t rows, int64_t tokens, const float *bias, float *y, int64_t y_stride) {
    float padded[PANEL] = {0};
    if (bias) memcpy(padded, bias, (size_t)rows * sizeof(float));
    for (int64_t t = 0; t < tokens; t++, sums += PANEL, y += y_stride)
        if (rows == PANEL)
            for (int v = 0; v < PANEL; v += A1_LANES)
                A1_STORE(y + v, bias ? A1_LOAD(sums + v) + A1_LOAD(padded + v) : A1_LOAD(sums + v));
        else
            for (int64_t r = 0; r < rows; r++) y[r] = bias ? sums[r] + padded[r] : sums[r];
}

void A1_NAME(int8_product)(const a1_weights *w, const a1_int8_rows *x, int64_t tokens, float *y, int64_t y_stride,
                           const float *bias, a1_int8_scratch *scratch) {
    panel_form form;
    if (!form_of(w->type, &form)) return;
    const int64_t unit_bytes = A1_LANES * w->bytes_per_block;
    const int64_t panel_bytes = PANEL * w->bytes_per_row;
    BEGIN_PRODUCT(tokens);
    for (int64_t row = 0; row < w->rows; row += PANEL) {
        const int64_t rows = w->rows - row < PANEL ? w->rows - row : PANEL;
        for (int64_t t = 0; t < tokens; t += A1_INT8_PASS_TOKENS) {
            const int64_t count = tokens - t < A1_INT8_PASS_TOKENS ? tokens - t : A1_INT8_PASS_TOKENS;
            const uint8_t *next = (const uint8_t *)w->start + row / PANEL * panel_bytes;
            memset(scratch->sums, 0, (size_t)(count * PANEL) * sizeof(float));
            for (int64_t from = 0; from < w->columns; from += STRETCH) {
                const int64_t columns = w->columns - from < STRETCH ? w->columns - from : STRETCH;
                if (!form.has_minimum)
                    fill_offsets(x, t, count, from / BLOCK, columns / BLOCK, form.shift, scratch->offsets);
                const int64_t units = columns / w->elements_per_block;
                if (count == 1) {
                    next = direct_panel(w, next, units, unit_bytes, x, t, from, form.by16, scratch);
                    continue;
                }
                next = unpack_panel(w->type, next, units, unit_bytes, scratch);
                int8_tile tile = {.panel = scratch, .x = x, .token = t, .block = from / BLOCK,
                    .blocks = columns / BLOCK, .sums = scratch->sums, .offsets = scratch->offsets};
                MULTIPLY_STRETCH(&tile, count, &form);
            }
            put_sums(scratch->sums, rows, count, bias ? bias + row : NULL, y + t * y_stride + row, y_stride);
        }
    }
    END_PRODUCT(tokens);
}

#undef BEGIN_PRODUCT
#undef MULTIPLY_STRETCH
#undef END_PRODUCT
#undef STRETCH
#undef BLOCK
#undef PANEL
#undef OFFSETS

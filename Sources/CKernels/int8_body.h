// Products of quantised weight rows with token rows that are quantised to bytes, for any family. The including file
// sets A1_DOT16(sum, w, x, bits): sum plus, in each lane, the products of the unsigned bytes of 4 quads at w, which are
// below 2^bits, with the 16 signed bytes of a token at x; exact. It may set A1_BLOCK_LANES (block_body.h),
// A1_WIDE_IS_SIGNED, if it takes bytes of 8 bits signed, and for many tokens A1_INT8_ON_TILES (amx_body.h) or
// A1_INT8_TURNED (turned_body.h).
//
// A token row is cut into halves of 16 columns; each has one scale, its largest magnitude over 127. Where a half is
// fine, since it has an outlier (docs/decisions/0021), its numbers have a second digit, 128 times smaller; the other
// half of its block of 32 columns has zeros there.
// Sums inside a half are integers and so exact in any order. Where a weight's scale is for 32 columns, halves are first
// added by multiply-add,
//     part = float(sum of the first half) * its scale, then part = part + float(sum of the second) * its scale
//     y = y + part * weight's scale, then y = y + minimum * sum of the token's numbers
// in rising order of blocks; where it is for 16, y = y + float(sum) * (weight's scale * token's scale) for each half.
// Second digits have sums of their own, made alike with a 128th of the scale, and those are added at the end; the
// minimum has counted them already. Halves that are not fine may be left out of them, since they would add zero. That
// order is the same in every family, and so are the bits.
//
// The weights are packed (pack_body.h), 32 rows in a panel. 256 columns of them at a time, a stretch, are multiplied
// with up to A1_INT8_PASS_TOKENS tokens.

#define STRETCH 256
#define BLOCK 32
#define PANEL A1_PANEL_ROWS
// Halves of a stretch.
#define OFFSETS (STRETCH / 16)
// The largest magnitude of 16 numbers, as its bits, which are in the order of magnitudes; those of infinity and NaN are
// the largest.
A1_INLINE int32_t top_bits(const float *x) { return largest_int((a1_ints)A1_LOAD(x) & 0x7fffffff); }

A1_INLINE float float_of(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Half a block of a row: 16 numbers, which become integers times a scale. Numbers below 2^-100 become zero; one that is
// not finite makes the scale NaN. has_second: it is fine or the other half is. The sum of the values they stand for.
A1_INLINE float quantize_half(const float *x, int32_t bits, bool is_fine, bool has_second, int64_t at,
                              const a1_int8_rows *to) {
    const float top = float_of(bits);
    const bool is_finite = bits < 0x7f800000, is_usable = is_finite && top > 0x1p-100f;
    const float steps = is_fine ? 127 * 128 : 127;
    // Rounded to the nearest integer, ties to even, by adding and taking off 1.5 * 2^23.
    const a1_floats scaled = A1_LOAD(x) * (is_usable ? steps / top : 0) + A1_SPLAT(12582912.0f);
    const a1_ints q = is_usable ? (a1_ints)scaled - 0x4b400000 : (a1_ints){};
    const a1_ints high = is_fine ? (q + 64) >> 7 : q, low = is_fine ? q - (high << 7) : (a1_ints){};
    *(loose_signed16 *)(to->values + 16 * at) = __builtin_convertvector(high, loose_signed16);
    to->sums[at] = sum_ints(high);
    const float scale = is_usable ? top / 127 : is_finite ? 0 : NAN;
    to->blocks[at / 2].scale[at % 2] = scale;
    if (!has_second) return scale * (float)to->sums[at];
    *(loose_signed16 *)(to->fine + 16 * at) = __builtin_convertvector(low, loose_signed16);
    to->fine_sums[at] = sum_ints(low);
    return scale * 0x1p-7f * (float)(to->sums[at] * 128 + to->fine_sums[at]);
}

// Whether the number with these bits has a square above the limit. What is not finite has not.
A1_INLINE bool is_above(int32_t bits, float limit) {
    const float top = float_of(bits);
    return top * top > limit && top < INFINITY;
}

void A1_NAME(quantize_row)(const float *x, int64_t token, const a1_int8_rows *to) {
    const int64_t blocks = to->columns / BLOCK, first = token * blocks;
    a1_floats squares = {};
    for (int64_t k = 0; k < to->columns; k += A1_LANES) squares = A1_FMA(A1_LOAD(x + k), A1_LOAD(x + k), squares);
    // What is not finite is above no limit.
    const float limit = to->fine_from * to->fine_from * (sum_lanes(squares) / (float)to->columns);
    uint8_t *fine_halves = to->fine_halves + token / 64 * blocks * 64 + token % 64;
    for (int64_t block = first; block < first + blocks; block++, x += BLOCK, fine_halves += 64) {
        const int32_t tops[2] = {top_bits(x), top_bits(x + 16)};
        const bool first_is_fine = is_above(tops[0], limit), second_is_fine = is_above(tops[1], limit);
        if (first_is_fine && second_is_fine) *fine_halves = A1_FINE_BOTH;
        else *fine_halves = first_is_fine ? A1_FINE_FIRST : second_is_fine ? A1_FINE_SECOND : 0;
        const float total = quantize_half(x, tops[0], first_is_fine, *fine_halves, 2 * block, to);
        to->blocks[block].first_total = total;
        to->blocks[block].total =
            total + quantize_half(x + 16, tops[1], second_is_fine, *fine_halves, 2 * block + 1, to);
    }
}

// What 2^shift times the sum of a half's bytes is too much in it, where a byte stands for itself less 2^shift.
static void fill_offsets(const a1_int8_rows *x, int64_t token, int64_t tokens, int64_t block, int64_t blocks, int shift,
                         int32_t *offsets) {
    const int32_t *sums = x->sums + (token * (x->columns / BLOCK) + block) * 2;
    for (int64_t t = 0; t < tokens; t++, sums += x->columns / BLOCK * 2, offsets += OFFSETS)
        for (int64_t i = 0; i < 2 * blocks; i++) offsets[i] = -(sums[i] * (1 << shift));
}

#include "block_body.h"

// Where and how far ahead weights are asked for, as measured (docs/measurements/engine.md).
A1_INLINE void plan_asking(const a1_weights *w, block_tokens *tokens) {
    const bool is_long = w->elements_per_block > BLOCK, is_q8 = w->type == 8, is_wide = A1_LANES > 8;
    tokens->block_bytes = A1_LANES * w->bytes_per_block * BLOCK / w->elements_per_block;
    if (tokens->count == 1) tokens->ahead = is_q8 ? 512 : 0;
    else if (is_q8) tokens->ahead = is_wide ? 8192 : tokens->count > 4 ? 2048 : 0;
    else tokens->ahead = tokens->count > (is_long ? 2 : 1) ? 2048 : 0;
    // What is far ahead would be gone from the first level when it is needed.
    tokens->to_first_level = !(is_q8 && (is_wide || tokens->count == 1));
}

// What a product reads at a place: the next 256 columns, or the last ones, of a panel's weights and of some tokens.
typedef struct place {
    const a1_weights *w;
    const a1_int8_rows *x;
    const panel_form *form;
    const uint8_t *from;
    int64_t token, count, column, columns;
    a1_int8_scratch *scratch;
    // Of the tokens, in the scratch: of first digits and of second ones.
    float *sums, *second_sums;
    const int32_t *offsets;
    // Blocks in which any of the tokens has second digits, the first in bit 0; for turned tokens.
    uint32_t fine_blocks;
} place;

// Which tokens are fine in the first block. Tokens from the middle of 64 on are no more than the rest of these.
static const uint8_t *fine_flags(const place *p) {
    return p->x->fine_halves + (p->token / 64 * (p->x->columns / BLOCK) + p->column / BLOCK) * 64 + p->token % 64;
}

static void multiply_stretch(const place *p) {
    const a1_int8_rows *x = p->x;
    const int64_t at = p->token * x->columns + p->column;
    block_tokens tokens = {.x = x, .count = p->count, .values = x->values + at, .fine = x->fine + at,
        .fine_halves = fine_flags(p), .blocks = x->blocks + at / BLOCK, .offsets = p->offsets,
        .fine_sums = x->fine_sums + at / 16, .sums = p->sums, .second_sums = p->second_sums};
    plan_asking(p->w, &tokens);
    packed_stretch s = {.from = p->from, .units = p->columns / p->w->elements_per_block,
        .unit_bytes = A1_LANES * p->w->bytes_per_block};
    for (int half = 0; half < 2; half++) {
        float *scales = p->scratch->scales + half * A1_LANES, *minima = p->scratch->minima + half * A1_LANES;
        s.halves[half] = (panel_half){
            .scales = scales, .minima = minima, .used_scales = scales, .used_minima = minima, .tokens = tokens};
        s.halves[half].tokens.sums += half * A1_LANES;
        s.halves[half].tokens.second_sums += half * A1_LANES;
    }
    stretch_by_type(p->w->type, &s);
}

#ifdef A1_INT8_ON_TILES
#include "amx_body.h"
#define BEGIN_PRODUCT(tokens) configure_tiles(tokens)
#define MULTIPLY_STRETCH tile_stretch
#define END_PRODUCT(tokens) release_tiles(tokens)
#else
#define BEGIN_PRODUCT(tokens) (void)0
#define MULTIPLY_STRETCH multiply_stretch
#define END_PRODUCT(tokens) (void)0
#endif

// The sums of a panel, or of its first rows.
static void put_sums(const float *sums, const float *second_sums, int64_t rows, int64_t tokens, const float *bias,
                     float *y, int64_t y_stride) {
    float padded[PANEL] = {0};
    if (bias) memcpy(padded, bias, (size_t)rows * sizeof(float));
    for (int64_t t = 0; t < tokens; t++, sums += PANEL, second_sums += PANEL, y += y_stride)
        if (rows == PANEL) {
            for (int v = 0; v < PANEL; v += A1_LANES) {
                const a1_floats sum = A1_LOAD(sums + v) + A1_LOAD(second_sums + v);
                A1_STORE(y + v, bias ? sum + A1_LOAD(padded + v) : sum);
            }
        } else {
            for (int64_t r = 0; r < rows; r++) {
                const float sum = sums[r] + second_sums[r];
                y[r] = bias ? sum + padded[r] : sum;
            }
        }
}

// y of the tokens from `first` on.
static void multiply_tokens(const a1_weights *w, const a1_int8_rows *x, const panel_form *form, int64_t first,
                            int64_t tokens, float *y, int64_t y_stride, const float *bias, a1_int8_scratch *scratch) {
    const int64_t panel_bytes = PANEL * w->bytes_per_row;
    for (int64_t row = 0; row < w->rows; row += PANEL) {
        const int64_t rows = w->rows - row < PANEL ? w->rows - row : PANEL;
        for (int64_t t = first; t < tokens; t += A1_INT8_PASS_TOKENS) {
            const int64_t count = tokens - t < A1_INT8_PASS_TOKENS ? tokens - t : A1_INT8_PASS_TOKENS;
            place p = {.w = w, .x = x, .form = form, .from = (const uint8_t *)w->start + row / PANEL * panel_bytes,
                .token = t, .count = count, .scratch = scratch, .sums = scratch->sums,
                .second_sums = scratch->second_sums, .offsets = scratch->offsets};
            memset(scratch->sums, 0, (size_t)(count * PANEL) * sizeof(float));
            memset(scratch->second_sums, 0, (size_t)(count * PANEL) * sizeof(float));
            for (; p.column < w->columns; p.column += STRETCH, p.from += PANEL * a1_bytes_of(w, p.columns)) {
                p.columns = w->columns - p.column < STRETCH ? w->columns - p.column : STRETCH;
                if (has_offset(*form))
                    fill_offsets(x, t, count, p.column / BLOCK, p.columns / BLOCK, form->shift, scratch->offsets);
                MULTIPLY_STRETCH(&p);
            }
            put_sums(scratch->sums, scratch->second_sums, rows, count, bias ? bias + row : NULL,
                y + t * y_stride + row, y_stride);
        }
    }
}

#ifdef A1_INT8_TURNED
#include "turned_body.h"
#endif

void A1_NAME(int8_product)(const a1_weights *w, const a1_int8_rows *x, int64_t tokens, float *y, int64_t y_stride,
                           const float *bias, a1_int8_scratch *scratch) {
    panel_form form;
    if (!form_of(w->type, &form)) return;
    BEGIN_PRODUCT(tokens);
#ifdef A1_INT8_TURNED
    turned_product(w, x, &form, tokens, y, y_stride, bias, scratch);
#else
    multiply_tokens(w, x, &form, 0, tokens, y, y_stride, bias, scratch);
#endif
    END_PRODUCT(tokens);
}

#undef BEGIN_PRODUCT
#undef MULTIPLY_STRETCH
#undef END_PRODUCT
#undef STRETCH
#undef BLOCK
#undef PANEL
#undef OFFSETS

// Products of packed weights with many tokens by AVX2, for int8_body.h, which includes this if A1_INT8_TURNED is set.
//
// AVX2 cannot spread four bytes of a token over a vector within an instruction, so a fifth to a third of what
// multiply_digit does is fetching tokens and their scales for 8 rows at a time. Here tokens are turned: a vector has
// four columns of 8 tokens, and what is spread is the weight, once for up to 32 tokens; tokens, scales and sums are
// operands in memory. The operations and their order are those of multiply_digit, and so are the bits.
//
// 256 columns of up to A1_INT8_PASS_TOKENS tokens are turned for turned_rows rows, whose weights become one panel of
// bytes after the other. docs/measurements/engine.md has what that brings.

// Signed bytes become magnitudes and signs (all bits where negative). A token's byte x is multiplied as x ^ sign, which
// is -x - 1 where a weight is negative, so each half's sum lacks the magnitudes of those, which are kept for each row.
A1_INLINE void put_signs(panel_half *h, const a1_ints *quads) {
    const __m256i ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
    // The compiler cannot know that what is written here is not h.
    uint8_t *const values = h->values, *const signs = h->signs;
    int32_t *const below = h->below;
    UNROLL
    for (int64_t row = 0; row < A1_LANES; row += 8)
        UNROLL
        for (int half = 0; half < 2; half++) {
            __m256i sum = {};
            UNROLL
            for (int i = 4 * half; i < 4 * half + 4; i++) {
                __m256i byte;
                memcpy(&byte, (const int32_t *)&quads[i] + row, sizeof byte);
                const __m256i sign = _mm256_cmpgt_epi8(_mm256_setzero_si256(), byte), size = _mm256_abs_epi8(byte);
                *(__m256i *)(values + i * QUAD_BYTES + 4 * row) = size;
                *(__m256i *)(signs + i * QUAD_BYTES + 4 * row) = sign;
                const __m256i pairs = _mm256_maddubs_epi16(_mm256_and_si256(size, sign), ones8);
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones16));
            }
            *(__m256i *)(below + half * PANEL + row) = sum;
        }
    h->values += 8 * QUAD_BYTES;
    h->signs += 8 * QUAD_BYTES;
    h->below += 2 * PANEL;
}

#define A1_PUT_BYTES put_signs
#include "panel_body.h"

enum {
    // Tokens of a vector, vectors that share a weight, and the fewest tokens for which it pays.
    TURNED = 8, TURNED_TOGETHER = 4, TURNED_LEAST = 14,
    TURNED_VECTORS = A1_INT8_PASS_TOKENS / TURNED,
    // Bytes of weights that stay in a cache until the tokens that are not turned.
    WEIGHTS_IN_CACHE = 1 << 20
};

#define FLOATS8(v) __builtin_convertvector((ints8)(v), a1_floats8)
#define SPLAT8(s) ((float)(s) - (a1_floats8){})

// 32 columns of 8 tokens, first digits.
typedef struct turned_block {
    // [quad][token]
    ints8 digits[8];
    // [half]
    a1_floats8 scale[2];
    // What is added to the sums, where the form has an offset.
    ints8 offset[2];
    // What the minimum is multiplied with: the sum of each half, or that of the block.
    a1_floats8 total[2];
} turned_block;

_Static_assert(sizeof(turned_block) * TURNED_VECTORS * (STRETCH / BLOCK) == sizeof(((a1_int8_scratch *)0)->turned),
               "room for a stretch of all tokens of a pass");

// Tokens that are turned, of so many: whole vectors, of which the last may have missing tokens.
A1_INLINE int64_t turned_vectors(int64_t tokens) {
    return tokens < TURNED_LEAST ? 0 : tokens / TURNED + (tokens % TURNED >= TURNED / 2);
}

// 8 rows of 8 dwords, which begin at the places, become 8 columns.
A1_INLINE void turn8(const uint8_t *const from[TURNED], ints8 *to) {
    ints8 v[TURNED], pairs[TURNED];
    UNROLL
    for (int i = 0; i < 4; i++) {
        // The first halves of rows i and 4 + i, then the second ones.
        const ints8 a = *(const loose_ints8 *)from[i], b = *(const loose_ints8 *)from[4 + i];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        v[4 + i] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
    UNROLL
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        const ints8 a = pairs[i / 2 * 4 + i % 2], b = pairs[i / 2 * 4 + i % 2 + 2];
        to[2 * i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        to[2 * i + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
}

// 4 floats of 8 places become 4 vectors.
A1_INLINE void turn4(const a1_int8_block *const from[TURNED], a1_floats8 *to) {
    a1_floats8 v[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        const loose_floats4 a = *(const loose_floats4 *)from[i], b = *(const loose_floats4 *)from[4 + i];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    const a1_floats8 low01 = __builtin_shufflevector(v[0], v[1], 0, 8, 1, 9, 4, 12, 5, 13);
    const a1_floats8 low23 = __builtin_shufflevector(v[2], v[3], 0, 8, 1, 9, 4, 12, 5, 13);
    const a1_floats8 high01 = __builtin_shufflevector(v[0], v[1], 2, 10, 3, 11, 6, 14, 7, 15);
    const a1_floats8 high23 = __builtin_shufflevector(v[2], v[3], 2, 10, 3, 11, 6, 14, 7, 15);
    to[0] = __builtin_shufflevector(low01, low23, 0, 1, 8, 9, 4, 5, 12, 13);
    to[1] = __builtin_shufflevector(low01, low23, 2, 3, 10, 11, 6, 7, 14, 15);
    to[2] = __builtin_shufflevector(high01, high23, 0, 1, 8, 9, 4, 5, 12, 13);
    to[3] = __builtin_shufflevector(high01, high23, 2, 3, 10, 11, 6, 7, 14, 15);
}

// Sums of each half of a stretch of 8 tokens, times `weight`.
A1_INLINE void turn_sums(const int32_t *sums, const int64_t at[TURNED], int64_t blocks, int32_t weight, ints8 *to) {
    int32_t rows[TURNED][OFFSETS] = {};
    const uint8_t *from[2][TURNED];
    for (int t = 0; t < TURNED; t++) {
        memcpy(rows[t], sums + 2 * at[t], (size_t)(2 * blocks) * sizeof(int32_t));
        from[0][t] = (const uint8_t *)rows[t];
        from[1][t] = (const uint8_t *)(rows[t] + TURNED);
    }
    turn8(from[0], to);
    turn8(from[1], to + TURNED);
    for (int i = 0; i < OFFSETS; i++) to[i] *= weight;
}

// The stretch of 8 tokens, from `first` on. Missing ones are like the last.
static void turn_tokens(const place *p, int64_t first, turned_block *to) {
    const a1_int8_rows *x = p->x;
    const int64_t blocks = p->columns / BLOCK, last = p->token + p->count - 1, row_blocks = x->columns / BLOCK;
    int64_t at[TURNED];
    for (int t = 0; t < TURNED; t++)
        at[t] = (first + t < last ? first + t : last) * row_blocks + p->column / BLOCK;
    ints8 offsets[OFFSETS];
    const bool is_offset = has_offset(*p->form);
    if (is_offset) turn_sums(x->sums, at, blocks, -(1 << p->form->shift), offsets);
    for (int64_t block = 0; block < blocks; block++, to += TURNED_VECTORS) {
        const uint8_t *digits[TURNED];
        const a1_int8_block *parts[TURNED];
        UNROLL
        for (int t = 0; t < TURNED; t++) {
            digits[t] = (const uint8_t *)x->values + (at[t] + block) * BLOCK;
            parts[t] = x->blocks + at[t] + block;
        }
        turn8(digits, to->digits);
        a1_floats8 turned[4];
        turn4(parts, turned);
        to->scale[0] = turned[0];
        to->scale[1] = turned[1];
        to->total[0] = turned[p->form->by16 ? 3 : 2];
        to->total[1] = turned[2] - turned[3];
        if (!is_offset) continue;
        to->offset[0] = offsets[2 * block];
        to->offset[1] = offsets[2 * block + 1];
    }
}

// 16 columns of a row of the panel; of 8 bits as put_signs leaves them.
typedef struct half_weights {
    const uint8_t *bytes, *signs;
    const int32_t *below;
} half_weights;

// Not loaded early or again, but kept in a register.
A1_INLINE __m256i kept(__m256i v) {
    __asm__("" : "+x"(v));
    return v;
}

A1_INLINE __m256i spread(const void *p) { return kept(_mm256_set1_epi32(four_bytes(p))); }

// sums[v]: of 16 columns of a row with those of each of `count` vectors, without the offset. For bits see dot16.
A1_INLINE void dot_half(const int bits, const int count, const half_weights *w, const turned_block *x,
                        const int half, __m256i *sums) {
    const __m256i ones = kept(_mm256_set1_epi16(1));
    __m256i pairs[TURNED_TOGETHER];
    UNROLL
    for (int i = 0; i < 4; i++) {
        const __m256i quad = spread(w->bytes + i * QUAD_BYTES);
        const __m256i sign = bits == 8 ? spread(w->signs + i * QUAD_BYTES) : (__m256i){};
        UNROLL
        for (int v = 0; v < count; v++) {
            const __m256i token = (__m256i)x[v].digits[4 * half + i];
            if (bits == 8) {
                const __m256i product = _mm256_maddubs_epi16(quad, _mm256_xor_si256(sign, token));
                const __m256i wide = _mm256_madd_epi16(product, ones);
                sums[v] = i == 0 ? wide : _mm256_add_epi32(sums[v], wide);
                continue;
            }
            const __m256i product = _mm256_maddubs_epi16(quad, token);
            const bool begins = i == 0 || (bits == 6 && i == 2);
            pairs[v] = begins ? product : _mm256_add_epi16(pairs[v], product);
            if (bits == 6 && i == 1) sums[v] = _mm256_madd_epi16(pairs[v], ones);
            if (bits == 6 && i == 3) sums[v] = _mm256_add_epi32(sums[v], _mm256_madd_epi16(pairs[v], ones));
            if (bits < 6 && i == 3) sums[v] = _mm256_madd_epi16(pairs[v], ones);
        }
    }
    if (bits != 8) return;
    const __m256i below = spread(w->below);
    UNROLL
    for (int v = 0; v < count; v++) sums[v] = _mm256_add_epi32(sums[v], below);
}

// sums of `count` vectors += a block of all rows of the panel times the tokens.
A1_INLINE void multiply_vectors(const panel_form form, const int count, const a1_int8_scratch *s, int64_t block,
                                const turned_block *x, a1_floats8 *sums) {
    for (int64_t row = 0; row < PANEL; row++, sums += count) {
        A1_KEEP_ORDER;
        // By columns of 16: the sums. Else the products of the block, without the weights' scale.
        a1_floats8 out[TURNED_TOGETHER];
        UNROLL
        for (int half = 0; half < 2; half++) {
            const int64_t at = (block * 8 + 4 * half) * QUAD_BYTES + 4 * row;
            const half_weights w = {s->values + at, s->signs + at, s->below + (2 * block + half) * PANEL + row};
            __m256i products[TURNED_TOGETHER];
            dot_half(form.bits, count, &w, x, half, products);
            const int64_t scale_at = (form.by16 ? 2 * block + half : block) * PANEL + row;
            const a1_floats8 scale = SPLAT8(s->scales[scale_at]), minimum = SPLAT8(s->minima[scale_at]);
            UNROLL
            for (int v = 0; v < count; v++) {
                const ints8 offset = has_offset(form) ? x[v].offset[half] : (ints8){};
                const a1_floats8 product = FLOATS8((ints8)products[v] + offset), token = x[v].scale[half];
                if (form.by16) {
                    out[v] = A1_FMA(product, scale * token, half ? out[v] : sums[v]);
                    if (form.has_minimum) out[v] = A1_FMA(minimum, x[v].total[half], out[v]);
                } else {
                    out[v] = half ? A1_FMA(product, token, out[v]) : product * token;
                }
                if (half == 0) continue;
                if (!form.by16) out[v] = A1_FMA(out[v], scale, sums[v]);
                if (!form.by16 && form.has_minimum) out[v] = A1_FMA(minimum, x[v].total[0], out[v]);
                sums[v] = out[v];
            }
        }
    }
}

A1_INLINE void multiply_together(const panel_form form, const int count, const a1_int8_scratch *s, int64_t blocks,
                                 const turned_block *from, a1_floats8 *sums) {
    for (int64_t block = 0; block < blocks; block++, from += TURNED_VECTORS)
        multiply_vectors(form, count, s, block, from, sums);
}

// How many vectors go together next, of so many, as evenly as can be: 2 to TURNED_TOGETHER, or one alone. Their sums
// lie side by side, [row][vector].
A1_INLINE int64_t next_together(int64_t vectors) {
    const int64_t groups = (vectors + TURNED_TOGETHER - 1) / TURNED_TOGETHER;
    return (vectors + groups - 1) / groups;
}

// 8 rows of a block of the panel, from `row` on, as multiply_digit wants them.
A1_INLINE block_part part_of_panel(const panel_form form, const a1_int8_scratch *s, int64_t block, int64_t row) {
    block_part p;
    UNROLL
    for (int i = 0; i < 8; i++) {
        const int64_t at = (block * 8 + i) * QUAD_BYTES + 4 * row;
        __m256i quad = *(const __m256i *)(s->values + at);
        if (form.bits == 8) {
            const __m256i sign = *(const __m256i *)(s->signs + at);
            quad = _mm256_sub_epi8(_mm256_xor_si256(quad, sign), sign);
        }
        p.quads[i] = (ints8)quad;
    }
    UNROLL
    for (int half = 0; half < 2; half++)
        p.scale[half] = *(const a1_floats8 *)(s->scales + (form.by16 ? 2 * block + half : block) * PANEL + row);
    return p;
}

// Second digits, token by token: fewer tokens have some in a block than it would pay to turn.
A1_INLINE void multiply_second_digits(const panel_form form, const place *place) {
    const a1_int8_rows *x = place->x;
    const int64_t at = place->token * x->columns + place->column;
    block_tokens tokens = {.x = x, .count = place->count, .values = x->values + at, .fine = x->fine + at,
        .fine_halves = fine_flags(place), .blocks = x->blocks + at / BLOCK, .offsets = place->scratch->offsets,
        .fine_sums = x->fine_sums + at / 16, .second_sums = place->second_sums};
    for (uint32_t left = place->fine_blocks, block = 0; left; left >>= 1, block++, next_block(&tokens))
        for (int64_t row = 0; row < PANEL && left & 1; row += A1_BLOCK_LANES) {
            const block_part p = part_of_panel(form, place->scratch, block, row);
            add_fine_tokens(form, &tokens, &p, row, tokens.count);
        }
}

// The products of all vectors with the panel that begins at `row` of `rows`.
A1_INLINE void multiply_panel(const panel_form form, const place *p, int64_t row, int64_t rows) {
    a1_int8_scratch *s = p->scratch;
    const int64_t blocks = p->columns / BLOCK;
    int64_t vectors = (p->count + TURNED - 1) / TURNED;
    const turned_block *from = (const turned_block *)s->turned;
    a1_floats8 *sums = (a1_floats8 *)s->turned_sums;
    for (int64_t together; vectors > 0; vectors -= together, from += together, sums += together * rows) {
        together = next_together(vectors);
        a1_floats8 *to = sums + together * row;
        if (together == 1) multiply_together(form, 1, s, blocks, from, to);
        else if (together == 2) multiply_together(form, 2, s, blocks, from, to);
        else if (together == 3) multiply_together(form, 3, s, blocks, from, to);
        else multiply_together(form, 4, s, blocks, from, to);
    }
}

#define FORM(name, ...)                                                                 \
    static void panel_##name(const place *p, int64_t row, int64_t rows) {               \
        const panel_form form = {__VA_ARGS__, .shift = p->form->shift};                 \
        multiply_panel(form, p, row, rows);                                             \
        multiply_second_digits(form, p);                                                \
    }

FORM(plain, .bits = 5)
FORM(minimum, .bits = 5, .has_minimum = true)
FORM(bytes, .bits = 8)
FORM(by16, .bits = 5, .by16 = true)
FORM(by16_wide, .bits = 6, .by16 = true)
FORM(by16_minimum, .bits = 5, .by16 = true, .has_minimum = true)

#undef FORM

static void panel_by_form(const place *p, int64_t row, int64_t rows) {
    ALIGN_FRAME;
    const panel_form *form = p->form;
    if (form->bits == 8) panel_bytes(p, row, rows);
    else if (form->by16 && form->has_minimum) panel_by16_minimum(p, row, rows);
    else if (form->by16 && form->bits == 6) panel_by16_wide(p, row, rows);
    else if (form->by16) panel_by16(p, row, rows);
    else if (form->has_minimum) panel_minimum(p, row, rows);
    else panel_plain(p, row, rows);
}

// The sums of up to 8 rows, `stride` vectors apart, and a vector of tokens.
static void put_turned(const a1_floats8 *sums, int64_t stride, const float *second_sums, int64_t rows, int64_t tokens,
                       const float *bias, float *y, int64_t y_stride) {
    const uint8_t *from[TURNED];
    ints8 turned[TURNED];
    UNROLL
    for (int r = 0; r < TURNED; r++) from[r] = (const uint8_t *)(sums + r * stride);
    turn8(from, turned);
    a1_floats8 added = {};
    if (bias) memcpy(&added, bias, (size_t)rows * sizeof(float));
    for (int64_t t = 0; t < tokens; t++, second_sums += PANEL, y += y_stride) {
        const a1_floats8 sum = (a1_floats8)turned[t] + *(const a1_floats8 *)second_sums;
        const a1_floats8 out = bias ? sum + added : sum;
        if (rows == TURNED) memcpy(y, &out, sizeof out);
        else memcpy(y, &out, (size_t)rows * sizeof(float));
    }
}

// Blocks of the stretch in which any token has second digits, the first in bit 0.
static uint32_t fine_blocks(const place *p) {
    const uint8_t *flags = fine_flags(p);
    uint32_t found = 0;
    for (int64_t block = 0; block < p->columns / BLOCK; block++, flags += 64)
        for (int64_t t = 0; t < p->count; t++)
            found |= (uint32_t)(flags[t / 64 * p->x->columns / BLOCK * 64 + t % 64] != 0) << block;
    return found;
}

// y of the tokens of a pass, which are turned; at most turned_rows of rows.
static void turned_pass(const place *whole, float *y, int64_t y_stride, const float *bias) {
    const a1_weights *w = whole->w;
    place p = *whole;
    a1_int8_scratch *s = p.scratch;
    turned_block *to = (turned_block *)s->turned;
    a1_floats8 *sums = (a1_floats8 *)s->turned_sums;
    const int64_t vectors = (p.count + TURNED - 1) / TURNED, panel_bytes = PANEL * w->bytes_per_row;
    const int64_t padded_rows = (w->rows + PANEL - 1) / PANEL * PANEL;
    memset(sums, 0, (size_t)(vectors * padded_rows) * sizeof *sums);
    // [panel][token][PANEL]
    memset(s->turned_second_sums, 0, (size_t)(p.count * padded_rows) * sizeof(float));
    for (; p.column < w->columns; p.column += STRETCH) {
        p.columns = w->columns - p.column < STRETCH ? w->columns - p.column : STRETCH;
        for (int64_t v = 0; v < vectors; v++) turn_tokens(&p, p.token + v * TURNED, to + v);
        p.fine_blocks = fine_blocks(&p);
        for (int64_t row = 0; row < w->rows; row += PANEL) {
            p.from = (const uint8_t *)w->start + row / PANEL * panel_bytes + PANEL * a1_bytes_of(w, p.column);
            p.second_sums = s->turned_second_sums + p.count * row;
            unpack_panel(&p, panel_bytes);
            panel_by_form(&p, row, padded_rows);
        }
    }
    for (int64_t v = 0, together; v < vectors; v += together, sums += together * padded_rows) {
        together = next_together(vectors - v);
        for (int64_t i = v; i < v + together; i++)
            for (int64_t row = 0; row < w->rows; row += TURNED) {
                const int64_t tokens = p.count - i * TURNED, rows = w->rows - row;
                const float *second_sums =
                    s->turned_second_sums + p.count * (row / PANEL * PANEL) + i * TURNED * PANEL + row % PANEL;
                put_turned(sums + together * row + i - v, together, second_sums, rows < TURNED ? rows : TURNED,
                    tokens < TURNED ? tokens : TURNED, bias ? bias + row : NULL, y + i * TURNED * y_stride + row,
                    y_stride);
            }
    }
}

// Rows for which tokens are turned once: those whose sums have room, unless their weights are too many bytes.
static int64_t turned_rows(const a1_weights *w, int64_t tokens) {
    enum { least = A1_INT8_TURNED_SUMS / A1_INT8_PASS_TOKENS };
    const int64_t together = tokens < A1_INT8_PASS_TOKENS ? tokens : A1_INT8_PASS_TOKENS;
    const int64_t vectors = (together + TURNED - 1) / TURNED;
    const int64_t room = A1_INT8_TURNED_SUMS / TURNED / vectors, cached = WEIGHTS_IN_CACHE / w->bytes_per_row;
    const int64_t rows = cached < least ? least : cached;
    return (rows < room ? rows : room) / PANEL * PANEL;
}

// Tokens that are turned, then the rest, for so many rows that their weights are in a cache still.
static void turned_product(const a1_weights *w, const a1_int8_rows *x, const panel_form *form, int64_t tokens, float *y,
                           int64_t y_stride, const float *bias, a1_int8_scratch *scratch) {
    const int64_t padded = TURNED * turned_vectors(tokens), turned = padded < tokens ? padded : tokens;
    const int64_t rows = turned > 0 ? turned_rows(w, turned) : w->rows;
    for (int64_t row = 0; row < w->rows; row += rows) {
        a1_weights part = *w;
        part.start = (const uint8_t *)w->start + row * w->bytes_per_row;
        part.rows = w->rows - row < rows ? w->rows - row : rows;
        const float *part_bias = bias ? bias + row : NULL;
        for (int64_t t = 0; t < turned; t += A1_INT8_PASS_TOKENS) {
            const int64_t count = turned - t < A1_INT8_PASS_TOKENS ? turned - t : A1_INT8_PASS_TOKENS;
            const place p = {.w = &part, .x = x, .form = form, .token = t, .count = count, .scratch = scratch};
            turned_pass(&p, y + t * y_stride + row, y_stride, part_bias);
        }
        multiply_tokens(&part, x, form, turned, tokens, y + row, y_stride, part_bias, scratch);
    }
}

#undef FLOATS8
#undef SPLAT8

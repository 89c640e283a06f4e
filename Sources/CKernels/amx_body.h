// Products of quantised weight rows with token rows on Intel's tiles, for int8_body.h, which includes this if
// A1_INT8_ON_TILES is set. The including file has taken amx_instructions.h or amx_emulation.h before.
//
// 16 tokens are a group. A tile product multiplies 16 columns of a group, a half, with as many of 16 rows of the panel,
// whose quads lie as the instruction wants them: K is 16, a quarter of what a tile can hold, since each half has its
// own scale. The sums are stored, and the vector unit does with them what int8_tile_of does, in the same order: the
// bits are those of every family. Tile products go ahead of the vector work by TILE_AHEAD blocks, so that both units
// have something to do.
//
// Without a minimum, 2^shift is taken from the bytes of the panel before, once for all groups, instead of from each
// sum afterwards; sums are integers, so that is the same. With a minimum bytes are below 128. So both are signed.
//
// Tokens beyond the last whole group are a group with missing tokens if they are TILE_LEAST or more, else they go the
// way of int8_tile_of. docs/decisions/0019-amx-by-halves.md has the counts.

_Static_assert(A1_INT8_PASS_TOKENS % 16 == 0, "whole groups have room in the scratch");

enum { TILE_TOKENS = 16, TILE_LEAST = 8, TILE_AHEAD = 2, TILE_SLOTS = 4, TILE_SUMS = TILE_TOKENS * A1_LANES };

// Tiles 0 to 3 are sums of 16 tokens and 16 rows, 4 and 5 a half of each token, 6 and 7 of each row.
static void configure_tiles(int64_t tokens) {
    if (tokens < TILE_LEAST) return;
    amx_configuration to = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        to.row_bytes[tile] = tile == 4 || tile == 5 ? 16 : 64;
        to.rows[tile] = tile < 6 ? TILE_TOKENS : 4;
    }
    TILE_CONFIGURE(&to);
}

// Tiles in use make each switch between threads dearer.
static void release_tiles(int64_t tokens) {
    if (tokens >= TILE_LEAST) TILE_RELEASE();
}

// What a stretch needs of 16 tokens, close together: rows of a tile that are a multiple of 4 KiB apart would share a
// set of the cache. Missing tokens are zero, and so are their sums, for which A1_INT8_PASS_TOKENS leaves room.
typedef struct token_group {
    _Alignas(64) int8_t digits[2][TILE_TOKENS * STRETCH];
    float scales[TILE_TOKENS][STRETCH / 16];
    float totals[TILE_TOKENS][STRETCH / 16];
    // Of a block: for each digit and half, [token][row].
    int32_t products[TILE_SLOTS][2][2][TILE_SUMS];
} token_group;

A1_INLINE void gather_columns(const int8_tile *s, int64_t count, const panel_form *form, const int64_t columns,
                              token_group *to) {
    const a1_int8_rows *x = s->x;
    for (int64_t t = 0; t < count; t++) {
        const int64_t at = (s->token + t) * x->columns + s->block * BLOCK;
        memcpy(to->digits[0] + t * STRETCH, x->values + at, (size_t)columns);
        if (x->is_fine) memcpy(to->digits[1] + t * STRETCH, x->fine + at, (size_t)columns);
        memcpy(to->scales[t], x->scales + at / 16, (size_t)columns / 16 * sizeof(float));
        if (!form->has_minimum) continue;
        if (form->by16) memcpy(to->totals[t], x->totals + at / 16, (size_t)columns / 16 * sizeof(float));
        else memcpy(to->totals[t], x->block_totals + at / BLOCK, (size_t)columns / BLOCK * sizeof(float));
    }
}

static void gather_tokens(int8_tile *s, int64_t count, const panel_form *form, token_group *to) {
    if (count < TILE_TOKENS) {
        memset(to->digits, 0, sizeof to->digits);
        memset(to->scales, 0, sizeof to->scales);
        memset(to->totals, 0, sizeof to->totals);
        memset(s->sums + count * PANEL, 0, (size_t)((TILE_TOKENS - count) * PANEL) * sizeof(float));
    }
    // The usual case, with sizes that the compiler knows.
    if (s->blocks * BLOCK == STRETCH) gather_columns(s, count, form, STRETCH, to);
    else gather_columns(s, count, form, s->blocks * BLOCK, to);
}

// Two halves, with tiles `first` and `second` for the sums.
#define TWO_HALVES(first, second, x, bytes, to) do {     \
        TILE_ZERO(first);                                \
        TILE_LOAD(4, x, STRETCH);                        \
        TILE_LOAD(6, bytes, QUAD_BYTES);                 \
        TILE_DOT(first, 4, 6);                           \
        TILE_ZERO(second);                               \
        TILE_LOAD(5, (x) + 16, STRETCH);                 \
        TILE_LOAD(7, (bytes) + 4 * QUAD_BYTES, QUAD_BYTES); \
        TILE_DOT(second, 5, 7);                          \
        TILE_STORE(first, (to)[0], 4 * A1_LANES);        \
        TILE_STORE(second, (to)[1], 4 * A1_LANES);       \
    } while (0)

// The products of a step. Steps are the blocks of the panel's first 16 rows, then those of the others.
A1_INLINE void multiply_step(const int8_tile *s, int64_t step, const bool is_fine, token_group *g) {
    const bool is_second = step >= s->blocks;
    const int64_t block = is_second ? step - s->blocks : step;
    const uint8_t *bytes = s->panel->values + block * 8 * QUAD_BYTES + (is_second ? 4 * A1_LANES : 0);
    const int8_t *x = g->digits[0] + block * BLOCK;
    int32_t (*to)[2][TILE_SUMS] = g->products[step % TILE_SLOTS];
    if (is_fine) {
        TWO_HALVES(0, 1, x, bytes, to[0]);
        TWO_HALVES(2, 3, x + TILE_TOKENS * STRETCH, bytes, to[1]);
    } else if (step % 2) {
        TWO_HALVES(2, 3, x, bytes, to[0]);
    } else {
        TWO_HALVES(0, 1, x, bytes, to[0]);
    }
}

#undef TWO_HALVES

// A token's sums of a half with 16 rows.
A1_INLINE a1_floats sums_of(int32_t (*from)[2][TILE_SUMS], int half, int t, const bool is_fine) {
    const a1_ints high = *(const a1_ints *)(from[0][half] + t * A1_LANES);
    return FLOATS(is_fine ? (high << 7) + *(const a1_ints *)(from[1][half] + t * A1_LANES) : high);
}

// out += the products of a block, by the operations of int8_tile_of.
A1_INLINE void add_step(token_group *g, int64_t step, int64_t block, const float *scales, const float *minima,
                        const bool by16, const bool has_minimum, const bool is_fine, a1_floats out[TILE_TOKENS]) {
    int32_t (*from)[2][TILE_SUMS] = g->products[step % TILE_SLOTS];
    const a1_floats scale[2] = {A1_LOAD(scales), by16 ? A1_LOAD(scales + PANEL) : (a1_floats){}};
    const a1_floats minimum[2] = {A1_LOAD(minima), by16 ? A1_LOAD(minima + PANEL) : (a1_floats){}};
    UNROLL
    for (int t = 0; t < TILE_TOKENS; t++) {
        A1_KEEP_ORDER;
        a1_floats part = {};
        UNROLL
        for (int half = 0; half < 2; half++) {
            const a1_floats product = sums_of(from, half, t, is_fine);
            const a1_floats of_token = A1_SPLAT(g->scales[t][2 * block + half]);
            if (by16) {
                out[t] = A1_FMA(product, scale[half] * of_token, out[t]);
                if (has_minimum) out[t] = A1_FMA(minimum[half], A1_SPLAT(g->totals[t][2 * block + half]), out[t]);
            } else {
                part = half ? A1_FMA(product, of_token, part) : product * of_token;
            }
        }
        if (by16) continue;
        out[t] = A1_FMA(part, scale[0], out[t]);
        if (has_minimum) out[t] = A1_FMA(minimum[0], A1_SPLAT(g->totals[t][block]), out[t]);
    }
}

// sums += the products of a group with all rows of the panel.
A1_INLINE void group_of(const int8_tile *s, const bool by16, const bool has_minimum, const bool is_fine,
                        token_group *g) {
    const int64_t steps = 2 * s->blocks, groups = by16 ? 2 : 1;
    for (int64_t step = 0; step < TILE_AHEAD; step++) multiply_step(s, step, is_fine, g);
    for (int64_t step = 0, row = 0; row < PANEL; row += A1_LANES) {
        const float *scales = s->panel->scales + row, *minima = s->panel->minima + row;
        float *sums = s->sums + row;
        a1_floats out[TILE_TOKENS];
        UNROLL
        for (int t = 0; t < TILE_TOKENS; t++) out[t] = A1_LOAD(sums + t * PANEL);
        for (int64_t block = 0; block < s->blocks; block++, step++) {
            if (step + TILE_AHEAD < steps) multiply_step(s, step + TILE_AHEAD, is_fine, g);
            add_step(g, step, block, scales, minima, by16, has_minimum, is_fine, out);
            scales += groups * PANEL;
            minima += groups * PANEL;
        }
        UNROLL
        for (int t = 0; t < TILE_TOKENS; t++) A1_STORE(sums + t * PANEL, out[t]);
    }
}

#define FORM(name, by16, has_minimum)                                \
    static void group_##name(const int8_tile *s, token_group *g) {   \
        if (s->x->is_fine) group_of(s, by16, has_minimum, true, g);  \
        else group_of(s, by16, has_minimum, false, g);               \
    }

FORM(plain, false, false)
FORM(minimum, false, true)
FORM(by16, true, false)
FORM(by16_minimum, true, true)

#undef FORM

static void group_by_form(const int8_tile *s, const panel_form *form, token_group *g) {
    if (form->by16 && form->has_minimum) group_by16_minimum(s, g);
    else if (form->by16) group_by16(s, g);
    else if (form->has_minimum) group_minimum(s, g);
    else group_plain(s, g);
}

typedef uint8_t bytes64 __attribute__((vector_size(64)));

static void take_from_bytes(uint8_t *bytes, int64_t blocks, int shift) {
    const bytes64 step = (uint8_t)(1 << shift) - (bytes64){};
    for (int64_t i = 0; i < blocks * 8 * QUAD_BYTES; i += 64) *(bytes64 *)(bytes + i) -= step;
}

// All tokens of a pass times a panel, whose bytes are then no longer what they were.
static void tile_stretch(int8_tile *s, int64_t tokens, const panel_form *form) {
    const int64_t rest = tokens % TILE_TOKENS < TILE_LEAST ? tokens % TILE_TOKENS : 0, many = tokens - rest;
    if (rest > 0) {
        int8_tile last = *s;
        last.token += many;
        last.sums += many * PANEL;
        last.offsets += many * OFFSETS;
        int8_stretch(&last, rest, form);
    }
    if (many == 0) return;
    if (!form->has_minimum) take_from_bytes(s->panel->values, s->blocks, form->shift);
    token_group group;
    int8_tile part = *s;
    for (int64_t t = 0; t < many; t += TILE_TOKENS, part.token += TILE_TOKENS, part.sums += TILE_TOKENS * PANEL) {
        const int64_t count = many - t < TILE_TOKENS ? many - t : TILE_TOKENS;
        gather_tokens(&part, count, form, &group);
        group_by_form(&part, form, &group);
    }
}

// sums += left * right: `rows` times `columns` numbers from 4 `quads` columns of `left`, signed bytes. Row k of
// `right` has columns 4 k to 4 k + 3 of each output. For checks: at most 16 of each. Strides are in bytes.
void A1_NAME(tile_product)(int rows, int columns, int quads, const void *left, int64_t left_stride,
                           const void *right, int64_t right_stride, void *sums, int64_t stride) {
    amx_configuration shape = {.palette = 1};
    shape.rows[0] = shape.rows[1] = (uint8_t)rows;
    shape.rows[2] = (uint8_t)quads;
    shape.row_bytes[0] = shape.row_bytes[2] = (uint16_t)(4 * columns);
    shape.row_bytes[1] = (uint16_t)(4 * quads);
    TILE_CONFIGURE(&shape);
    TILE_LOAD(0, sums, stride);
    TILE_LOAD(1, left, left_stride);
    TILE_LOAD(2, right, right_stride);
    TILE_DOT(0, 1, 2);
    TILE_STORE(0, sums, stride);
    TILE_RELEASE();
}

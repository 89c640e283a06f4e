// Products of quantised weight rows with token rows on Intel's tiles, for int8_body.h, which includes this if
// A1_INT8_ON_TILES is set. The including file has taken amx_instructions.h or amx_emulation.h before.
//
// 256 columns of 32 rows at a time are unpacked into a panel of bytes, and 16 tokens are a group. A tile product
// multiplies 16 columns of a group, a half, with as many of 16 rows of the panel, whose quads lie as the instruction
// wants them: K is 16, a quarter of what a tile can hold, since each half has its own scale. The sums are stored, and
// the vector unit does with them what multiply_block does, in the same order: the bits are those of every family. Tile
// products go ahead of the vector work by TILE_AHEAD blocks, so that both units have something to do.
//
// Without a minimum, 2^shift is taken from the bytes of the panel before, once for all groups, instead of from each
// sum afterwards; sums are integers, so that is the same. With a minimum bytes are below 128. So both are signed.
//
// Tokens beyond the last whole group are a group with missing tokens if they are TILE_LEAST or more, else they go the
// way of multiply_stretch. docs/decisions/0019-amx-by-halves.md has the counts.

_Static_assert(A1_INT8_PASS_TOKENS % 16 == 0, "whole groups have room in the scratch");

#include "panel_body.h"

// How many bytes before their use packed weights are asked for.
#define TILE_ASKING 8192

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
    a1_int8_block parts[TILE_TOKENS][STRETCH / BLOCK];
    // Of each block, which tokens have second digits there, the first token in bit 0.
    uint32_t fine[STRETCH / BLOCK];
    // Of a block: for each digit and half, [token][row].
    int32_t products[TILE_SLOTS][2][2][TILE_SUMS];
} token_group;

A1_INLINE void gather_columns(const place *p, const int64_t columns, token_group *to) {
    const a1_int8_rows *x = p->x;
    for (int64_t t = 0; t < p->count; t++) {
        const int64_t at = (p->token + t) * x->columns + p->column;
        memcpy(to->digits[0] + t * STRETCH, x->values + at, (size_t)columns);
        memcpy(to->parts[t], x->blocks + at / BLOCK, (size_t)columns / BLOCK * sizeof(a1_int8_block));
    }
    const uint8_t *fine_halves = fine_flags(p);
    for (int64_t block = 0; block < columns / BLOCK; block++, fine_halves += 64) {
        to->fine[block] = 0;
        for (int64_t t = 0; t < p->count; t++) {
            if (!fine_halves[t]) continue;
            to->fine[block] |= 1u << t;
            const int64_t at = (p->token + t) * x->columns + p->column + block * BLOCK;
            memcpy(to->digits[1] + t * STRETCH + block * BLOCK, x->fine + at, BLOCK);
        }
    }
}

static void gather_tokens(const place *p, token_group *to) {
    if (p->count < TILE_TOKENS) {
        memset(to->digits, 0, sizeof to->digits);
        memset(to->parts, 0, sizeof to->parts);
        memset(p->sums + p->count * PANEL, 0, (size_t)((TILE_TOKENS - p->count) * PANEL) * sizeof(float));
    }
    // The usual case, with sizes that the compiler knows.
    if (p->columns == STRETCH) gather_columns(p, STRETCH, to);
    else gather_columns(p, p->columns, to);
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
A1_INLINE void multiply_step(const place *p, int64_t step, token_group *g) {
    const int64_t blocks = p->columns / BLOCK;
    const bool is_second = step >= blocks;
    const int64_t block = is_second ? step - blocks : step;
    const uint8_t *bytes = p->scratch->values + block * 8 * QUAD_BYTES + (is_second ? 4 * A1_LANES : 0);
    const int8_t *x = g->digits[0] + block * BLOCK;
    int32_t (*to)[2][TILE_SUMS] = g->products[step % TILE_SLOTS];
    if (g->fine[block]) {
        TWO_HALVES(0, 1, x, bytes, to[0]);
        TWO_HALVES(2, 3, x + TILE_TOKENS * STRETCH, bytes, to[1]);
    } else if (step % 2) {
        TWO_HALVES(2, 3, x, bytes, to[0]);
    } else {
        TWO_HALVES(0, 1, x, bytes, to[0]);
    }
}

#undef TWO_HALVES

// Where the vector work of a step is done: the token group's sums of it, and scales and minima of 16 rows.
typedef struct tile_step {
    int32_t (*products)[2][TILE_SUMS];
    const a1_int8_block *parts;
    uint32_t fine;
    a1_floats scale[2], minimum[2];
} tile_step;

// out += a digit of token t times a block, by the operations of multiply_digit.
A1_INLINE a1_floats add_digit(const tile_step *s, int t, const int digit, const bool by16, const bool has_minimum,
                              a1_floats out) {
    const a1_int8_block *block = s->parts + t * (STRETCH / BLOCK);
    a1_floats part = {};
    UNROLL
    for (int half = 0; half < 2; half++) {
        const a1_floats product = FLOATS(*(const a1_ints *)(s->products[digit][half] + t * A1_LANES));
        const a1_floats scale = A1_SPLAT(digit ? block->scale[half] * 0x1p-7f : block->scale[half]);
        if (by16) out = A1_FMA(product, s->scale[half] * scale, out);
        else part = half ? A1_FMA(product, scale, part) : product * scale;
        if (!by16 || !has_minimum || digit) continue;
        const float total = half ? block->total - block->first_total : block->first_total;
        out = A1_FMA(s->minimum[half], A1_SPLAT(total), out);
    }
    if (by16) return out;
    out = A1_FMA(part, s->scale[0], out);
    return has_minimum && !digit ? A1_FMA(s->minimum[0], A1_SPLAT(block->total), out) : out;
}

// second: the sums of second digits.
A1_INLINE void add_step(const tile_step *s, const bool by16, const bool has_minimum, a1_floats out[TILE_TOKENS],
                        float *second) {
    UNROLL
    for (int t = 0; t < TILE_TOKENS; t++) {
        A1_KEEP_ORDER;
        out[t] = add_digit(s, t, 0, by16, has_minimum, out[t]);
    }
    if (!s->fine) return;
    UNROLL
    for (int t = 0; t < TILE_TOKENS; t++) {
        float *to = second + t * PANEL;
        if (s->fine >> t & 1) A1_STORE(to, add_digit(s, t, 1, by16, has_minimum, A1_LOAD(to)));
    }
}

// sums += the products of a group with all rows of the panel.
A1_INLINE void group_of(const place *p, const bool by16, const bool has_minimum, token_group *g) {
    const int64_t blocks = p->columns / BLOCK, groups = by16 ? 2 : 1;
    for (int64_t step = 0; step < TILE_AHEAD; step++) multiply_step(p, step, g);
    for (int64_t step = 0, row = 0; row < PANEL; row += A1_LANES) {
        const float *scales = p->scratch->scales + row, *minima = p->scratch->minima + row;
        float *sums = p->sums + row;
        a1_floats out[TILE_TOKENS];
        UNROLL
        for (int t = 0; t < TILE_TOKENS; t++) out[t] = A1_LOAD(sums + t * PANEL);
        for (int64_t block = 0; block < blocks; block++, step++) {
            if (step + TILE_AHEAD < 2 * blocks) multiply_step(p, step + TILE_AHEAD, g);
            const tile_step s = {.products = g->products[step % TILE_SLOTS], .parts = &g->parts[0][block],
                .fine = g->fine[block],
                .scale = {A1_LOAD(scales), by16 ? A1_LOAD(scales + PANEL) : (a1_floats){}},
                .minimum = {A1_LOAD(minima), by16 ? A1_LOAD(minima + PANEL) : (a1_floats){}}};
            add_step(&s, by16, has_minimum, out, p->second_sums + row);
            scales += groups * PANEL;
            minima += groups * PANEL;
        }
        UNROLL
        for (int t = 0; t < TILE_TOKENS; t++) A1_STORE(sums + t * PANEL, out[t]);
    }
}

#define FORM(name, by16, has_minimum) \
    static void group_##name(const place *p, token_group *g) { group_of(p, by16, has_minimum, g); }

FORM(plain, false, false)
FORM(minimum, false, true)
FORM(by16, true, false)
FORM(by16_minimum, true, true)

#undef FORM

static void group_by_form(const place *p, token_group *g) {
    const panel_form *form = p->form;
    if (form->by16 && form->has_minimum) group_by16_minimum(p, g);
    else if (form->by16) group_by16(p, g);
    else if (form->has_minimum) group_minimum(p, g);
    else group_plain(p, g);
}

typedef uint8_t bytes64 __attribute__((vector_size(64)));

static void take_from_bytes(uint8_t *bytes, int64_t blocks, int shift) {
    const bytes64 step = (uint8_t)(1 << shift) - (bytes64){};
    for (int64_t i = 0; i < blocks * 8 * QUAD_BYTES; i += 64) *(bytes64 *)(bytes + i) -= step;
}

// Tokens of a place, from `first` on.
static place tokens_of(const place *p, int64_t first, int64_t count) {
    place some = *p;
    some.token += first;
    some.count = count;
    some.sums += first * PANEL;
    some.second_sums += first * PANEL;
    some.offsets += first * OFFSETS;
    return some;
}

static void tile_stretch(const place *p) {
    const int64_t rest = p->count % TILE_TOKENS < TILE_LEAST ? p->count % TILE_TOKENS : 0, many = p->count - rest;
    if (rest > 0) {
        const place last = tokens_of(p, many, rest);
        multiply_stretch(&last);
    }
    if (many == 0) return;
    unpack_panel(p, TILE_ASKING);
    if (!p->form->has_minimum) take_from_bytes(p->scratch->values, p->columns / BLOCK, p->form->shift);
    token_group group;
    for (int64_t t = 0; t < many; t += TILE_TOKENS) {
        const place part = tokens_of(p, t, many - t < TILE_TOKENS ? many - t : TILE_TOKENS);
        gather_tokens(&part, &group);
        group_by_form(&part, &group);
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

// Products of packed weights with tokens, 32 columns of 16 rows at a time, for int8_body.h: such a block is unpacked
// into registers and multiplied there with one token after the other. Nothing is written but the tokens' sums, which
// stay in the first-level cache.

// A family whose vectors are shorter takes the 16 rows in parts, so that a part's bytes stay in registers.
#ifndef A1_BLOCK_LANES
#define A1_BLOCK_LANES A1_LANES
#endif
typedef int32_t block_ints __attribute__((vector_size(4 * A1_BLOCK_LANES)));
typedef float block_floats __attribute__((vector_size(4 * A1_BLOCK_LANES)));
typedef float loose_block_floats __attribute__((vector_size(4 * A1_BLOCK_LANES), aligned(4)));
#define BLOCK_SPLAT(s) ((float)(s) - (block_floats){})
#define BLOCK_FLOATS(v) __builtin_convertvector((v), block_floats)

// 8 quads of some rows, with their scales and minima of the two halves of a block; the same for both if there is one
// for 32 columns.
typedef struct block_part {
    block_ints quads[8];
    block_floats scale[2], minimum[2];
} block_part;

A1_INLINE block_part part_of(const panel_half *h, const a1_ints *quads, int64_t row) {
    const panel_form form = h->form;
    block_part p;
    UNROLL
    for (int i = 0; i < 8; i++) memcpy(&p.quads[i], (const int32_t *)&quads[i] + row, sizeof p.quads[i]);
    UNROLL
    for (int half = 0; half < 2; half++) {
        const int64_t at = row + (form.by16 ? half * PANEL : 0);
        p.scale[half] = *(const loose_block_floats *)(h->used_scales + at);
        p.minimum[half] = form.has_minimum ? *(const loose_block_floats *)(h->used_minima + at) : (block_floats){};
    }
    return p;
}

// out += a digit of a token, 0 or 1, times some rows of a block. x: the digits of its 32 columns; offsets: what is
// added to the sums of each half, where the form has one; halves: which of the two.
A1_INLINE block_floats multiply_digit(const panel_form form, const block_part *p, const int8_t *x,
                                      const a1_int8_block *block, const int32_t *offsets, const int digit,
                                      const int halves, block_floats out) {
    const int first = halves == A1_FINE_SECOND, last = halves != A1_FINE_FIRST;
    block_floats part = {};
    UNROLL
    for (int half = first; half <= last; half++) {
        const block_ints offset = has_offset(form) ? offsets[half] - (block_ints){} : (block_ints){};
        const block_floats product = BLOCK_FLOATS(A1_DOT16(offset, p->quads + 4 * half, x + 16 * half, form.bits));
        const block_floats scale = BLOCK_SPLAT(digit ? block->scale[half] * 0x1p-7f : block->scale[half]);
        if (form.by16) out = A1_FMA(product, p->scale[half] * scale, out);
        else part = half > first ? A1_FMA(product, scale, part) : product * scale;
        if (!form.by16 || !form.has_minimum || digit) continue;
        const float total = half ? block->total - block->first_total : block->first_total;
        out = A1_FMA(p->minimum[half], BLOCK_SPLAT(total), out);
    }
    if (form.by16) return out;
    out = A1_FMA(part, p->scale[0], out);
    return form.has_minimum && !digit ? A1_FMA(p->minimum[0], BLOCK_SPLAT(block->total), out) : out;
}

// second_sums += some rows of a block times the second digits of a token.
A1_INLINE void add_fine_token(const panel_form form, const block_tokens *k, const block_part *p, int64_t row, int64_t t,
                              const int halves) {
    const int64_t columns = k->x->columns;
    const int32_t *fine_sums = k->fine_sums + t * (columns / 16), weight = -(1 << form.shift);
    const int32_t offsets[2] = {weight * fine_sums[0], weight * fine_sums[1]};
    const a1_int8_block *block = k->blocks + t * (columns / BLOCK);
    loose_block_floats *sums = (loose_block_floats *)(k->second_sums + t * PANEL + row);
    *sums = multiply_digit(form, p, k->fine + t * columns, block, offsets, 1, halves, *sums);
}

// The same of all tokens that have some there.
A1_INLINE void add_fine_tokens(const panel_form form, const block_tokens *k, const block_part *p, int64_t row,
                               int64_t count) {
    for (int64_t group = 0; group < count; group += 64) {
        const uint8_t *fine_halves = k->fine_halves + group * (k->x->columns / BLOCK);
        // Places beyond the last token have what was left there.
        if (count > 16 && __builtin_reduce_or(*(const a1_loose_ints *)fine_halves) == 0) continue;
        for (int64_t first = group; first < group + 64 && first < count; first += 8) {
            uint64_t fine;
            memcpy(&fine, fine_halves + (first - group), sizeof fine);
            if (count - first < 8) fine &= (1ull << 8 * (count - first)) - 1;
            for (; fine; fine &= fine - 1) {
                const int bit = __builtin_ctzll(fine), halves = 1 << bit % 8;
                const int64_t t = first + bit / 8;
                if (halves == A1_FINE_FIRST) add_fine_token(form, k, p, row, t, A1_FINE_FIRST);
                else if (halves == A1_FINE_SECOND) add_fine_token(form, k, p, row, t, A1_FINE_SECOND);
                else add_fine_token(form, k, p, row, t, A1_FINE_BOTH);
            }
        }
    }
}

// sums += some rows of a block times the tokens.
A1_INLINE void multiply_part(const panel_half *h, const block_part *p, int64_t row) {
    const block_tokens *k = &h->tokens;
    const int64_t columns = k->x->columns;
    const int8_t *x = k->values;
    const a1_int8_block *block = k->blocks;
    const int32_t *offsets = k->offsets;
    float *sums = k->sums + row;
    for (int64_t t = 0; t < (h->is_one ? 1 : k->count); t++) {
        loose_block_floats *to = (loose_block_floats *)sums;
        *to = multiply_digit(h->form, p, x, block, offsets, 0, A1_FINE_BOTH, *to);
        x += columns;
        block += columns / BLOCK;
        offsets += OFFSETS;
        sums += PANEL;
    }
}

// The places of the next block.
A1_INLINE void next_block(block_tokens *k) {
    k->values += BLOCK;
    k->fine += BLOCK;
    k->fine_halves += 64;
    k->blocks++;
    k->fine_sums += 2;
    k->offsets += 2;
}

// sums += a block times the tokens.
A1_INLINE void multiply_block(panel_half *h, const a1_ints *quads) {
    block_tokens *k = &h->tokens;
    for (int64_t ahead = 0; ahead < (k->ahead > 0 ? k->block_bytes : 0); ahead += 64)
        if (k->to_first_level) __builtin_prefetch(h->from + k->ahead + ahead, 0, 3);
        else __builtin_prefetch(h->from + k->ahead + ahead, 0, 2);
    UNROLL
    for (int64_t row = 0; row < A1_LANES; row += A1_BLOCK_LANES) {
        const block_part p = part_of(h, quads, row);
        multiply_part(h, &p, row);
        add_fine_tokens(h->form, k, &p, row, h->is_one ? 1 : k->count);
    }
    const bool by16 = h->form.by16;
    h->used_scales += by16 ? 2 * PANEL : PANEL;
    h->used_minima += by16 ? 2 * PANEL : PANEL;
    next_block(k);
}

#define UNPACK(name) multiply_##name
#define A1_UNPACK A1_INLINE
#define PUT multiply_block
#define PUT_BYTES multiply_block
#include "unpack_types.h"
#undef UNPACK
#undef A1_UNPACK
#undef PUT
#undef PUT_BYTES

// 256 columns of a panel at most, of packed weights.
typedef struct packed_stretch {
    const uint8_t *from;
    int64_t units, unit_bytes;
    panel_half halves[2];
} packed_stretch;

// Both halves of a panel, unit by unit.
#define STRETCH_OF(number, name, arguments)                                                        \
    A1_INLINE void stretch_any_##number(const packed_stretch *s, const bool is_one) {              \
        panel_half first = s->halves[0], second = s->halves[1];                                    \
        form_of(number, &first.form);                                                              \
        form_of(number, &second.form);                                                             \
        first.is_one = second.is_one = is_one;                                                     \
        const uint8_t *from = s->from;                                                             \
        for (int64_t unit = 0; unit < s->units; unit++, from += 2 * s->unit_bytes) {               \
            panel_half *h = &first;                                                                \
            h->from = from;                                                                        \
            multiply_##name arguments;                                                             \
            h = &second;                                                                           \
            h->from = from + s->unit_bytes;                                                        \
            multiply_##name arguments;                                                             \
        }                                                                                          \
    }                                                                                              \
    static void stretch_##number(const packed_stretch *s) {                                        \
        if (s->halves[0].tokens.count == 1) stretch_any_##number(s, true);                         \
        else stretch_any_##number(s, false);                                                       \
    }

EACH_TYPE(STRETCH_OF)

#undef STRETCH_OF

static void stretch_by_type(uint32_t type, const packed_stretch *s) {
    ALIGN_FRAME;
#define STRETCH_CASE(number, name, arguments) case number: stretch_##number(s); break;
    switch (type) { EACH_TYPE(STRETCH_CASE) }
#undef STRETCH_CASE
}

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

// What quads of bytes of 8 bits are turned into before their products.
#ifndef A1_WIDE_QUAD
#define A1_WIDE_QUAD(quad) (quad)
#endif

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
    for (int i = 0; i < 8; i++) {
        memcpy(&p.quads[i], (const int32_t *)&quads[i] + row, sizeof p.quads[i]);
        if (form.bits == 8) p.quads[i] = A1_WIDE_QUAD(p.quads[i]);
    }
    UNROLL
    for (int half = 0; half < 2; half++) {
        const int64_t at = row + (form.by16 ? half * PANEL : 0);
        p.scale[half] = *(const loose_block_floats *)(h->used_scales + at);
        p.minimum[half] = form.has_minimum ? *(const loose_block_floats *)(h->used_minima + at) : (block_floats){};
    }
    return p;
}

// out += the second digits of token `t` times a block.
A1_INLINE block_floats add_fine(const panel_half *h, const block_part *p, int64_t t, block_floats out) {
    const panel_form form = h->form;
    const block_tokens *k = &h->tokens;
    const int64_t columns = k->x->columns, halves = columns / 16;
    const a1_int8_block *block = k->blocks + t * (columns / BLOCK);
    block_floats part = {};
    UNROLL
    for (int half = 0; half < 2; half++) {
        const int32_t offset = has_offset(form) ? -(k->fine_sums[t * halves + half] * (1 << form.shift)) : 0;
        const block_ints sum = A1_DOT16(
            offset - (block_ints){}, p->quads + 4 * half, k->fine + t * columns + 16 * half, form.bits);
        const block_floats scale = BLOCK_SPLAT(block->scale[half] * 0x1p-7f), product = BLOCK_FLOATS(sum);
        if (form.by16) out = A1_FMA(product, p->scale[half] * scale, out);
        else part = half ? A1_FMA(product, scale, part) : product * scale;
    }
    return form.by16 ? out : A1_FMA(part, p->scale[0], out);
}

// sums += some rows of a block times the second digits of the tokens that have some there.
A1_INLINE void add_fine_tokens(const panel_half *h, const block_part *p, int64_t row) {
    const block_tokens *k = &h->tokens;
    const int64_t count = h->is_one ? 1 : k->count;
    for (int64_t group = 0; group < count; group += 64) {
        const uint8_t *is_fine = k->is_fine + group * (k->x->columns / BLOCK);
        // Places beyond the last token have what was left there.
        if (count > 16 && __builtin_reduce_or(*(const a1_loose_ints *)is_fine) == 0) continue;
        for (int64_t first = group; first < group + 64 && first < count; first += 8) {
            uint64_t fine;
            memcpy(&fine, is_fine + (first - group), sizeof fine);
            if (count - first < 8) fine &= (1ull << 8 * (count - first)) - 1;
            for (; fine; fine &= fine - 1) {
                const int64_t t = first + __builtin_ctzll(fine) / 8;
                loose_block_floats *sums = (loose_block_floats *)(k->sums + t * PANEL + row);
                *sums = add_fine(h, p, t, *sums);
            }
        }
    }
}

// sums += some rows of a block times the tokens.
A1_INLINE void multiply_part(const panel_half *h, const block_part *p, int64_t row) {
    const panel_form form = h->form;
    const block_tokens *k = &h->tokens;
    const int64_t columns = k->x->columns;
    const int8_t *x = k->values;
    const a1_int8_block *block = k->blocks;
    const int32_t *offsets = k->offsets;
    float *sums = k->sums + row;
    for (int64_t t = 0; t < (h->is_one ? 1 : k->count); t++) {
        block_floats out = *(const loose_block_floats *)sums, part = {};
        UNROLL
        for (int half = 0; half < 2; half++) {
            const block_ints offset = has_offset(form) ? offsets[half] - (block_ints){} : (block_ints){};
            const block_floats product =
                BLOCK_FLOATS(A1_DOT16(offset, p->quads + 4 * half, x + 16 * half, form.bits));
            const block_floats scale = BLOCK_SPLAT(block->scale[half]);
            if (form.by16) out = A1_FMA(product, p->scale[half] * scale, out);
            else part = half ? A1_FMA(product, scale, part) : product * scale;
            if (!form.by16 || !form.has_minimum) continue;
            const float total = half ? block->total - block->first_total : block->first_total;
            out = A1_FMA(p->minimum[half], BLOCK_SPLAT(total), out);
        }
        if (!form.by16) {
            out = A1_FMA(part, p->scale[0], out);
            if (form.has_minimum) out = A1_FMA(p->minimum[0], BLOCK_SPLAT(block->total), out);
        }
        *(loose_block_floats *)sums = out;
        x += columns;
        block += columns / BLOCK;
        offsets += OFFSETS;
        sums += PANEL;
    }
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
        add_fine_tokens(h, &p, row);
    }
    const bool by16 = h->form.by16;
    h->used_scales += by16 ? 2 * PANEL : PANEL;
    h->used_minima += by16 ? 2 * PANEL : PANEL;
    k->values += BLOCK;
    k->fine += BLOCK;
    k->is_fine += 64;
    k->blocks++;
    k->fine_sums += 2;
    k->offsets += 2;
}

#define UNPACK(name) multiply_##name
#define A1_UNPACK A1_INLINE
#define PUT multiply_block
#include "unpack_types.h"
#undef UNPACK
#undef A1_UNPACK
#undef PUT

// 256 columns of a panel at most, of packed weights.
typedef struct packed_stretch {
    const uint8_t *from;
    int64_t units, unit_bytes;
    panel_half halves[2];
} packed_stretch;

// Both halves of a panel, unit by unit, by `call`, which multiplies one of `h`. Types have the numbers of a GGUF file.
#define STRETCH_OF(type, call)                                                                     \
    A1_INLINE void stretch_any_##type(const packed_stretch *s, const bool is_one) {                \
        panel_half first = s->halves[0], second = s->halves[1];                                    \
        form_of(type, &first.form);                                                                \
        form_of(type, &second.form);                                                               \
        first.is_one = second.is_one = is_one;                                                     \
        const uint8_t *from = s->from;                                                             \
        for (int64_t unit = 0; unit < s->units; unit++, from += 2 * s->unit_bytes) {               \
            panel_half *h = &first;                                                                \
            h->from = from;                                                                        \
            call;                                                                                  \
            h = &second;                                                                           \
            h->from = from + s->unit_bytes;                                                        \
            call;                                                                                  \
        }                                                                                          \
    }                                                                                              \
    static void stretch_##type(const packed_stretch *s) {                                          \
        if (s->halves[0].tokens.count == 1) stretch_any_##type(s, true);                           \
        else stretch_any_##type(s, false);                                                         \
    }

STRETCH_OF(2, multiply_fours(h, false))
STRETCH_OF(3, multiply_fours(h, true))
STRETCH_OF(6, multiply_fives(h, false))
STRETCH_OF(7, multiply_fives(h, true))
STRETCH_OF(8, multiply_eights(h))
STRETCH_OF(10, multiply_q2_k(h))
STRETCH_OF(11, multiply_q3_k(h))
STRETCH_OF(12, multiply_q4_k(h))
STRETCH_OF(13, multiply_q5_k(h))
STRETCH_OF(14, multiply_q6_k(h))
STRETCH_OF(20, multiply_iq4_nl(h))
STRETCH_OF(23, multiply_iq4_xs(h))

#undef STRETCH_OF

static void stretch_by_type(uint32_t type, const packed_stretch *s) {
    // Clang aligns a frame for vectors that it spills only if there is something aligned in it already.
    _Alignas(64) char frame[64];
    __asm__ volatile("" : : "r"(frame));
    switch (type) {
    case 2: stretch_2(s); break;
    case 3: stretch_3(s); break;
    case 6: stretch_6(s); break;
    case 7: stretch_7(s); break;
    case 8: stretch_8(s); break;
    case 10: stretch_10(s); break;
    case 11: stretch_11(s); break;
    case 12: stretch_12(s); break;
    case 13: stretch_13(s); break;
    case 14: stretch_14(s); break;
    case 20: stretch_20(s); break;
    default: stretch_23(s); break;
    }
}

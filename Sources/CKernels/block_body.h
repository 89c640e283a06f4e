// Products of packed weights with tokens, 32 columns of 16 rows at a time, for int8_body.h: such a block is unpacked
// into registers and multiplied there with one token after the other. Nothing is written but the tokens' sums, which
// stay in the first-level cache.

// Sums of the products of four unsigned bytes of each quad with four signed bytes of a token, for 16 columns.
A1_INLINE a1_ints dot_quads(a1_ints sum, const a1_ints *quads, const int8_t *x, const bool wide) {
    UNROLL
    for (int i = 0; i < 4; i += 2)
        sum = A1_DOT8(sum, quads[i], token_bytes(x + 4 * i), quads[i + 1], token_bytes(x + 4 * i + 4), wide);
    return sum;
}

// Weights' scales and minima of the two halves of a block; the same for both if there is one for 32 columns.
typedef struct block_scales {
    a1_floats scale[2], minimum[2];
} block_scales;

// out += the second digits of token `t` times a block.
A1_INLINE a1_floats add_fine(const panel_half *h, const a1_ints *quads, const block_scales *of, int64_t t,
                             a1_floats out) {
    const panel_form form = h->form;
    const block_tokens *k = &h->tokens;
    const int64_t columns = k->x->columns, halves = columns / 16;
    const a1_int8_block *block = k->blocks + t * (columns / BLOCK);
    a1_floats part = {};
    UNROLL
    for (int half = 0; half < 2; half++) {
        const int32_t offset = form.has_minimum ? 0 : -(k->fine_sums[t * halves + half] * (1 << form.shift));
        const a1_ints sum =
            dot_quads(offset - (a1_ints){}, quads + 4 * half, k->fine + t * columns + 16 * half, form.is_wide);
        const a1_floats scale = A1_SPLAT(block->scale[half] * 0x1p-7f), product = FLOATS(sum);
        if (form.by16) out = A1_FMA(product, of->scale[half] * scale, out);
        else part = half ? A1_FMA(product, scale, part) : product * scale;
    }
    return form.by16 ? out : A1_FMA(part, of->scale[0], out);
}

// sums += a block times the second digits of the tokens that have some there.
A1_INLINE void add_fine_tokens(const panel_half *h, const a1_ints *quads, const block_scales *of) {
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
                A1_STORE(k->sums + t * PANEL, add_fine(h, quads, of, t, A1_LOAD(k->sums + t * PANEL)));
            }
        }
    }
}

// sums += a block times the tokens.
A1_INLINE void multiply_block(panel_half *h, const a1_ints *quads) {
    const panel_form form = h->form;
    block_tokens *k = &h->tokens;
    for (int64_t ahead = 0; ahead < (k->ahead > 0 ? k->block_bytes : 0); ahead += 64)
        if (k->to_first_level) __builtin_prefetch(h->from + k->ahead + ahead, 0, 3);
        else __builtin_prefetch(h->from + k->ahead + ahead, 0, 2);
    block_scales of;
    UNROLL
    for (int half = 0; half < 2; half++) {
        const int64_t at = form.by16 ? half * PANEL : 0;
        of.scale[half] = A1_LOAD(h->used_scales + at);
        of.minimum[half] = form.has_minimum ? A1_LOAD(h->used_minima + at) : (a1_floats){};
    }
    const int64_t columns = k->x->columns;
    const int8_t *x = k->values;
    const a1_int8_block *block = k->blocks;
    const int32_t *offsets = k->offsets;
    float *sums = k->sums;
    for (int64_t t = 0; t < (h->is_one ? 1 : k->count); t++) {
        a1_floats out = A1_LOAD(sums), part = {};
        UNROLL
        for (int half = 0; half < 2; half++) {
            const a1_ints offset = form.has_minimum ? (a1_ints){} : offsets[half] - (a1_ints){};
            const a1_floats product = FLOATS(dot_quads(offset, quads + 4 * half, x + 16 * half, form.is_wide));
            const a1_floats scale = A1_SPLAT(block->scale[half]);
            if (form.by16) out = A1_FMA(product, of.scale[half] * scale, out);
            else part = half ? A1_FMA(product, scale, part) : product * scale;
            if (!form.by16 || !form.has_minimum) continue;
            const float total = half ? block->total - block->first_total : block->first_total;
            out = A1_FMA(of.minimum[half], A1_SPLAT(total), out);
        }
        if (!form.by16) {
            out = A1_FMA(part, of.scale[0], out);
            if (form.has_minimum) out = A1_FMA(of.minimum[0], A1_SPLAT(block->total), out);
        }
        A1_STORE(sums, out);
        x += columns;
        block += columns / BLOCK;
        offsets += OFFSETS;
        sums += PANEL;
    }
    add_fine_tokens(h, quads, &of);
    h->used_scales += form.by16 ? 2 * PANEL : PANEL;
    h->used_minima += form.by16 ? 2 * PANEL : PANEL;
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

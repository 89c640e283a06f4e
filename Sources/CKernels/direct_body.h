// Products of packed weights with one token, for int8_body.h: bytes are multiplied as they are unpacked, without a
// panel, since with one token writing and reading a panel would take longer than reading the weights from memory.
// Memory is read in order without asking ahead: processors foresee that better. The operations on a row and their
// order are those of int8_tile_of, and so are the bits.

// The products of 16 columns.
A1_INLINE a1_ints dot_quads(a1_ints sum, const a1_ints *quads, const int8_t *x, const bool wide) {
    UNROLL
    for (int i = 0; i < 4; i += 2)
        sum = A1_DOT8(sum, quads[i], token_bytes(x + 4 * i), quads[i + 1], token_bytes(x + 4 * i + 4), wide);
    return sum;
}

// out += the products of 32 columns.
A1_INLINE void put_direct(panel_half *h, const a1_ints *quads) {
    const panel_form form = h->form;
    a1_floats part = {};
    UNROLL
    for (int half = 0; half < 2; half++, quads += 4) {
        const a1_ints offset = form.has_minimum ? (a1_ints){} : h->offsets[half] - (a1_ints){};
        a1_ints sum = dot_quads(h->is_fine ? (a1_ints){} : offset, quads, h->x + 16 * half, form.is_wide);
        if (h->is_fine) sum = dot_quads((sum << 7) + offset, quads, h->fine + 16 * half, form.is_wide);
        const a1_floats product = FLOATS(sum), scale = A1_SPLAT(h->token_scales[half]);
        if (form.by16) {
            h->out = A1_FMA(product, A1_LOAD(h->used_scales) * scale, h->out);
        } else {
            part = half ? A1_FMA(product, scale, part) : product * scale;
            if (half) h->out = A1_FMA(part, A1_LOAD(h->used_scales), h->out);
        }
        if (!form.by16 && !half) continue;
        if (form.has_minimum) h->out = A1_FMA(A1_LOAD(h->used_minima), A1_SPLAT(*h->totals), h->out);
        h->used_scales += A1_PANEL_ROWS;
        h->used_minima += A1_PANEL_ROWS;
        h->totals++;
    }
    h->x += 32;
    h->fine += 32;
    h->token_scales += 2;
    h->offsets += 2;
}

#define UNPACK(name) direct_##name
#define A1_UNPACK A1_INLINE
#define PUT put_direct
#include "unpack_types.h"
#undef UNPACK
#undef A1_UNPACK
#undef PUT

// What the products of a stretch read, and the sums of the panel's rows that they add to.
typedef struct direct_stretch {
    const uint8_t *from;
    int64_t units, unit_bytes;
    panel_half halves[2];
    float *sums;
} direct_stretch;

// Both halves of a panel, unit by unit, by `call`, which unpacks one of `h`.
#define DIRECT(name, by16_of, minimum_of, wide_of, call)                                     \
    A1_INLINE void direct_stretch_##name(const direct_stretch *s, const bool is_fine) {      \
        panel_half first = s->halves[0], second = s->halves[1];                              \
        first.form = second.form =                                                           \
            (panel_form){.by16 = by16_of, .has_minimum = minimum_of, .is_wide = wide_of};    \
        first.is_fine = second.is_fine = is_fine;                                            \
        first.out = A1_LOAD(s->sums);                                                        \
        second.out = A1_LOAD(s->sums + A1_LANES);                                            \
        const uint8_t *from = s->from;                                                       \
        for (int64_t unit = 0; unit < s->units; unit++, from += 2 * s->unit_bytes) {         \
            panel_half *h = &first;                                                          \
            h->from = from;                                                                  \
            call;                                                                            \
            h = &second;                                                                     \
            h->from = from + s->unit_bytes;                                                  \
            call;                                                                            \
        }                                                                                    \
        A1_STORE(s->sums, first.out);                                                        \
        A1_STORE(s->sums + A1_LANES, second.out);                                            \
    }                                                                                        \
    static void direct_##name##_any(const direct_stretch *s, bool is_fine) {                 \
        if (is_fine) direct_stretch_##name(s, true);                                         \
        else direct_stretch_##name(s, false);                                                \
    }

DIRECT(type_q4_0, false, false, false, direct_fours(h, false))
DIRECT(type_q4_1, false, true, false, direct_fours(h, true))
DIRECT(type_q5_0, false, false, false, direct_fives(h, false))
DIRECT(type_q5_1, false, true, false, direct_fives(h, true))
DIRECT(type_q8_0, false, false, true, direct_eights(h))
DIRECT(type_q2_k, true, true, false, direct_q2_k(h))
DIRECT(type_q3_k, true, false, false, direct_q3_k(h))
DIRECT(type_q4_k, false, true, false, direct_q4_k(h))
DIRECT(type_q5_k, false, true, false, direct_q5_k(h))
DIRECT(type_q6_k, true, false, false, direct_q6_k(h))
DIRECT(type_iq4_nl, false, false, true, direct_iq4_nl(h))
DIRECT(type_iq4_xs, false, false, true, direct_iq4_xs(h))

#undef DIRECT

static void direct_by_type(uint32_t type, const direct_stretch *s, bool is_fine) {
    switch (type) {
    case 2: direct_type_q4_0_any(s, is_fine); break;
    case 3: direct_type_q4_1_any(s, is_fine); break;
    case 6: direct_type_q5_0_any(s, is_fine); break;
    case 7: direct_type_q5_1_any(s, is_fine); break;
    case 8: direct_type_q8_0_any(s, is_fine); break;
    case 10: direct_type_q2_k_any(s, is_fine); break;
    case 11: direct_type_q3_k_any(s, is_fine); break;
    case 12: direct_type_q4_k_any(s, is_fine); break;
    case 13: direct_type_q5_k_any(s, is_fine); break;
    case 14: direct_type_q6_k_any(s, is_fine); break;
    case 20: direct_type_iq4_nl_any(s, is_fine); break;
    default: direct_type_iq4_xs_any(s, is_fine); break;
    }
}

// The next `units` of packed weights, 256 columns of 32 rows at most, times token `token`.
static const uint8_t *direct_panel(const a1_weights *w, const uint8_t *from, int64_t units, int64_t unit_bytes,
                                   const a1_int8_rows *x, int64_t token, int64_t column, bool by16,
                                   a1_int8_scratch *scratch) {
    const int64_t at = token * x->columns + column;
    direct_stretch s = {.from = from, .units = units, .unit_bytes = unit_bytes, .sums = scratch->sums};
    for (int half = 0; half < 2; half++) {
        float *scales = scratch->scales + half * A1_LANES, *minima = scratch->minima + half * A1_LANES;
        s.halves[half] = (panel_half){.scales = scales, .minima = minima, .used_scales = scales, .used_minima = minima,
            .x = x->values + at, .fine = x->fine + at, .token_scales = x->scales + at / 16,
            .totals = by16 ? x->totals + at / 16 : x->block_totals + at / 32, .offsets = scratch->offsets};
    }
    direct_by_type(w->type, &s, x->is_fine);
    return from + 2 * units * unit_bytes;
}

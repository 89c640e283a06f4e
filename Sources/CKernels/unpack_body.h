// Packed weights (pack_body.h) to bytes, for any family.
//
// A value is scale * (byte - 2^shift) without a minimum, or scale * byte + minimum; one scale (and minimum) for
// each group of 32 or 16 columns of a row.

// What the numbers of a type look like.
typedef struct panel_form {
    // Groups of 16 columns instead of 32.
    bool by16;
    bool has_minimum;
    // Of a byte, which are below 2^bits.
    int bits;
    // A byte stands for itself less 2^shift, where there is no minimum.
    int shift;
} panel_form;

// Tokens that 16 rows of a stretch are multiplied with. The places are of the first token and the next block.
typedef struct block_tokens {
    const a1_int8_rows *x;
    int64_t count;
    const int8_t *values, *fine;
    const uint8_t *fine_halves;
    const a1_int8_block *blocks;
    const int32_t *offsets, *fine_sums;
    // [token][A1_PANEL_ROWS], of first and of second digits.
    float *sums, *second_sums;
    // Packed weights are asked for so many bytes ahead, a block of them at a time, into the first-level cache or the
    // second; 0 bytes are left to the processor.
    int64_t ahead, block_bytes;
    bool to_first_level;
} block_tokens;

// Four columns of all rows of a panel of bytes.
#define QUAD_BYTES (4 * A1_PANEL_ROWS)

// Where 16 rows of a panel are read and written. Each part moves on as it is used.
typedef struct panel_half {
    const uint8_t *from;
    // Written when a unit begins, then used for its blocks.
    float *scales, *minima;
    const float *used_scales, *used_minima;
    panel_form form;
    bool is_one;
    block_tokens tokens;
    // Of a panel of bytes: see panel_body.h.
    uint8_t *values, *signs;
    int32_t *below;
} panel_half;

A1_INLINE a1_floats high_halves(a1_ints h) { return halves((a1_ints)((a1_uints)h >> 16)); }

// Byte j of each lane.
A1_INLINE a1_floats bytes_of(a1_ints v, int j) { return FLOATS((v >> (8 * j)) & 255); }
A1_INLINE a1_floats signed_bytes_of(a1_ints v, int j) { return FLOATS((v << (24 - 8 * j)) >> 24); }

A1_INLINE a1_ints take(panel_half *h) {
    const a1_ints v = *(const a1_loose_ints *)h->from;
    h->from += sizeof v;
    return v;
}

A1_INLINE a1_floats take_halves(panel_half *h) {
    const a1_floats v = load_halves(h->from);
    h->from += 2 * A1_LANES;
    return v;
}

A1_INLINE void put_scale(panel_half *h, a1_floats v) {
    A1_STORE(h->scales, v);
    h->scales += A1_PANEL_ROWS;
}

A1_INLINE void put_minimum(panel_half *h, a1_floats v) {
    A1_STORE(h->minima, v);
    h->minima += A1_PANEL_ROWS;
}

// The scale of a block of 32 columns, and its minimum, which stands behind it.
A1_INLINE void take_scale(panel_half *h, const bool has_minimum) {
    if (has_minimum) {
        const a1_ints head = take(h);
        put_scale(h, halves(head));
        put_minimum(h, high_halves(head));
    } else {
        put_scale(h, take_halves(h));
    }
}

A1_INLINE void take_nibbles(panel_half *h, a1_ints *quads) {
    UNROLL
    for (int i = 0; i < 4; i++) {
        const a1_ints v = take(h);
        quads[i] = v & NIBBLES;
        quads[4 + i] = (v >> 4) & NIBBLES;
    }
}

// Bit j of v to bit `place` of quad j.
A1_INLINE a1_ints one_of(a1_ints v, int j, int place) {
    return (j < place ? v << (place - j) : v >> (j - place)) & (ONES << place);
}

// Bits 2 j and 2 j + 1 of v to bit `place` and the next of a quad.
A1_INLINE a1_ints two_of(a1_ints v, int j, int place) {
    return (2 * j < place ? v << (place - 2 * j) : v >> (2 * j - place)) & (TWOS << place);
}

// What of signed bytes is flipped when they are unpacked, which adds 128, unless the family takes them as they are.
#ifdef A1_WIDE_IS_SIGNED
#define WIDE_FLIP 0
#else
#define WIDE_FLIP ((int32_t)0x80808080)
#endif

#include "iq4_body.h"

A1_INLINE a1_ints iq4_lookup64(a1_ints nibbles) {
    union { a1_ints all; bytes16 part[4]; } v = {.all = nibbles};
    UNROLL
    for (int i = 0; i < 4; i++) v.part[i] = iq4_lookup(v.part[i]);
    return v.all ^ WIDE_FLIP;
}

A1_INLINE void take_fives(panel_half *h, a1_ints *quads) {
    const a1_ints fifth = take(h);
    take_nibbles(h, quads);
    UNROLL
    for (int i = 0; i < 8; i++) quads[i] |= one_of(fifth, i, 4);
}

// Scales and minima of Q4_K and Q5_K: 6 bits each, packed into 12 bytes after d and dmin.
A1_INLINE void take_k_scales(panel_half *h) {
    const a1_ints head = take(h), low = take(h), minima = take(h), high = take(h);
    const a1_floats d = halves(head), dmin = -high_halves(head);
    const a1_ints scale[2] = {low & 0x3f3f3f3f, (high & NIBBLES) | ((low >> 2) & 0x30303030)};
    const a1_ints minimum[2] = {minima & 0x3f3f3f3f, ((high >> 4) & NIBBLES) | ((minima >> 2) & 0x30303030)};
    UNROLL
    for (int j = 0; j < 8; j++) {
        put_scale(h, d * bytes_of(scale[j / 4], j % 4));
        put_minimum(h, dmin * bytes_of(minimum[j / 4], j % 4));
    }
}

// Each type that is quantised in blocks: its number in a GGUF file, and the function of unpack_types.h that takes a
// unit of 16 rows, with its arguments.
#define EACH_TYPE(DO)                                                                                    \
    DO(2, fours, (h, false)) DO(3, fours, (h, true)) DO(6, fives, (h, false)) DO(7, fives, (h, true))    \
    DO(8, eights, (h)) DO(10, q2_k, (h)) DO(11, q3_k, (h)) DO(12, q4_k, (h)) DO(13, q5_k, (h))           \
    DO(14, q6_k, (h)) DO(20, iq4_nl, (h)) DO(23, iq4_xs, (h))

// False for a type that is not quantised in blocks.
A1_INLINE bool form_of(uint32_t type, panel_form *form) {
    switch (type) {
    case 2: *form = (panel_form){.bits = 4, .shift = 3}; return true;
    case 3: case 12: *form = (panel_form){.has_minimum = true, .bits = 4}; return true;
    case 7: case 13: *form = (panel_form){.has_minimum = true, .bits = 5}; return true;
    case 6: *form = (panel_form){.bits = 5, .shift = 4}; return true;
    case 8: case 20: case 23: *form = (panel_form){.bits = 8, .shift = 7}; return true;
    case 10: *form = (panel_form){.by16 = true, .has_minimum = true, .bits = 2}; return true;
    case 11: *form = (panel_form){.by16 = true, .bits = 3, .shift = 2}; return true;
    case 14: *form = (panel_form){.by16 = true, .bits = 6, .shift = 5}; return true;
    default: return false;
    }
}

// Whether bytes are signed in their products, and so stand for themselves.
A1_INLINE bool is_signed(panel_form form) {
#ifdef A1_WIDE_IS_SIGNED
    return form.bits == 8;
#else
    return (void)form, false;
#endif
}

// Whether sums have what 2^shift is too much.
A1_INLINE bool has_offset(panel_form form) { return !form.has_minimum && !is_signed(form); }

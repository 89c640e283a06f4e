// Blocks of the GGUF tensor types to float32, for any family. The layouts are those of the GGUF
// format; numbers of types and sizes of blocks stand in ModelFiles/TensorType.swift. Products
// and sums are rounded one by one (no contraction), as the format's reference arithmetic does.

typedef int8_t signed16 __attribute__((vector_size(16)));

// Loops over parts of a block are unrolled so that shifts are by constants: bytes have no variable shift.

A1_INLINE uint16_t load_half_bits(const uint8_t *p) {
    uint16_t bits;
    memcpy(&bits, p, sizeof bits);
    return bits;
}

#ifndef A1_HALF_TO_FLOAT
// IEEE 754 binary16 to binary32: the exponent is moved by a product with 2^112, which also
// normalises subnormals; infinity and NaN keep their exponent of ones.
#define A1_HALF_TO_FLOAT(h) half_to_float(h)
A1_INLINE float half_to_float(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7fff) << 13;
    float magnitude;
    if ((half & 0x7c00) == 0x7c00) {
        bits |= 0x7f800000;
        memcpy(&magnitude, &bits, sizeof bits);
    } else {
        memcpy(&magnitude, &bits, sizeof bits);
        magnitude *= 0x1p112f;
    }
    return half & 0x8000 ? -magnitude : magnitude;
}
#endif

A1_INLINE float half_at(const uint8_t *p) { return A1_HALF_TO_FLOAT(load_half_bits(p)); }

static void f16_blocks(const uint8_t *from, int64_t count, float *to) {
    for (int64_t i = 0; i < count; i++) to[i] = half_at(from + 2 * i);
}

static void bf16_blocks(const uint8_t *from, int64_t count, float *to) {
    for (int64_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)load_half_bits(from + 2 * i) << 16;
        memcpy(to + i, &bits, sizeof bits);
    }
}

static void q8_0_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 34, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from));
        A1_STORE(to, FLOATS((signed16)load16(from + 2)) * d);
        A1_STORE(to + 16, FLOATS((signed16)load16(from + 18)) * d);
    }
}

// Q4_0: values are nibble - 8. Q4_1: nibble with a minimum of its own.
static void q4_0_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 18, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from));
        const bytes16 q = load16(from + 2);
        A1_STORE(to, FLOATS((signed16)(q & 15) - 8) * d);
        A1_STORE(to + 16, FLOATS((signed16)(q >> 4) - 8) * d);
    }
}

static void q4_1_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 20, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from)), m = A1_SPLAT(half_at(from + 2));
        const bytes16 q = load16(from + 4);
        A1_STORE(to, FLOATS(q & 15) * d + m);
        A1_STORE(to + 16, FLOATS(q >> 4) * d + m);
    }
}

// The fifth bit of values 0...15 of a Q5 block, from the low half of its 32 high bits.
A1_INLINE a1_ints fifth_bits(uint32_t high) {
    const a1_ints place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const a1_ints all = (a1_ints){} + (int32_t)(high & 0xffff);
    return ((all >> place) & 1) << 4;
}

static void q5_0_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 22, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from));
        uint32_t high;
        memcpy(&high, from + 2, sizeof high);
        const bytes16 q = load16(from + 6);
        A1_STORE(to, FLOATS((INTS(q & 15) | fifth_bits(high)) - 16) * d);
        A1_STORE(to + 16, FLOATS((INTS(q >> 4) | fifth_bits(high >> 16)) - 16) * d);
    }
}

static void q5_1_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 24, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from)), m = A1_SPLAT(half_at(from + 2));
        uint32_t high;
        memcpy(&high, from + 4, sizeof high);
        const bytes16 q = load16(from + 8);
        A1_STORE(to, FLOATS(INTS(q & 15) | fifth_bits(high)) * d + m);
        A1_STORE(to + 16, FLOATS(INTS(q >> 4) | fifth_bits(high >> 16)) * d + m);
    }
}

// Q2_K: 16 groups of 16 values of 2 bits, each with 4 bits of scale and 4 of minimum.
static void q2_k_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 84) {
        const float d = half_at(from + 80), minimum = half_at(from + 82);
        UNROLL
        for (int group = 0; group < 16; group++, to += 16) {
            const bytes16 q = load16(from + 16 + group / 8 * 32 + group % 2 * 16);
            const int shift = group % 8 / 2 * 2;
            const uint8_t scale = from[group];
            A1_STORE(to, FLOATS((q >> (uint8_t)shift) & 3) * A1_SPLAT(d * (float)(scale & 15))
                - A1_SPLAT(minimum * (float)(scale >> 4)));
        }
    }
}

// Q3_K: 16 groups of 16 values: 2 bits, a third in hmask (set: no 4 is taken off), 6 bits of scale.
static void q3_k_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 110) {
        const float d = half_at(from + 108);
        const uint8_t *packed = from + 96;
        UNROLL
        for (int group = 0; group < 16; group++, to += 16) {
            const int low = (packed[group % 8] >> (group / 8 * 4)) & 15;
            const int high = (packed[8 + group % 4] >> (group / 4 * 2)) & 3;
            const bytes16 q = load16(from + 32 + group / 8 * 32 + group % 2 * 16);
            const bytes16 mask = load16(from + group % 2 * 16);
            const bytes16 two = (q >> (uint8_t)(group % 8 / 2 * 2)) & 3;
            const bytes16 third = ((mask >> (uint8_t)(group / 2)) & 1) << 2;
            A1_STORE(to, FLOATS((signed16)(two | third) - 4) * A1_SPLAT(d * (float)((low | high << 4) - 32)));
        }
    }
}

// Scale and minimum of sub-block j of Q4_K and Q5_K: 6 bits each, packed into 12 bytes.
A1_INLINE void scale_and_minimum(const uint8_t *packed, int j, int *scale, int *minimum) {
    if (j < 4) {
        *scale = packed[j] & 63;
        *minimum = packed[j + 4] & 63;
    } else {
        *scale = (packed[j + 4] & 15) | (packed[j - 4] >> 6) << 4;
        *minimum = packed[j + 4] >> 4 | (packed[j] >> 6) << 4;
    }
}

static void q4_k_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 144) {
        const float d = half_at(from), dmin = half_at(from + 2);
        UNROLL
        for (int j = 0; j < 8; j++, to += 32) {
            int scale, minimum;
            scale_and_minimum(from + 4, j, &scale, &minimum);
            const a1_floats f = A1_SPLAT(d * (float)scale), m = A1_SPLAT(dmin * (float)minimum);
            const uint8_t *q = from + 16 + j / 2 * 32;
            const uint8_t shift = (uint8_t)(j % 2 * 4);
            A1_STORE(to, FLOATS((load16(q) >> shift) & 15) * f - m);
            A1_STORE(to + 16, FLOATS((load16(q + 16) >> shift) & 15) * f - m);
        }
    }
}

static void q5_k_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 176) {
        const float d = half_at(from), dmin = half_at(from + 2);
        UNROLL
        for (int j = 0; j < 8; j++, to += 32) {
            int scale, minimum;
            scale_and_minimum(from + 4, j, &scale, &minimum);
            const a1_floats f = A1_SPLAT(d * (float)scale), m = A1_SPLAT(dmin * (float)minimum);
            UNROLL
            for (int part = 0; part < 32; part += 16) {
                const bytes16 q = load16(from + 48 + j / 2 * 32 + part);
                const bytes16 high = load16(from + 16 + part);
                const bytes16 value = ((q >> (uint8_t)(j % 2 * 4)) & 15) | ((high >> (uint8_t)j) & 1) << 4;
                A1_STORE(to + part, FLOATS(value) * f - m);
            }
        }
    }
}

// Q6_K: two halves of 128 values; 4 low bits in ql, 2 high bits in qh, 16 signed scales.
static void q6_k_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 210, to += 256) {
        const float d = half_at(from + 208);
        UNROLL
        for (int part = 0; part < 16; part++) {
            const int half = part / 8, quarter = part % 8 / 2, side = part % 2 * 16;
            const bytes16 low = load16(from + half * 64 + quarter % 2 * 32 + side);
            const bytes16 high = load16(from + 128 + half * 32 + side);
            const bytes16 value = ((low >> (uint8_t)(quarter / 2 * 4)) & 15)
                | ((high >> (uint8_t)(quarter * 2)) & 3) << 4;
            const float scale = d * (float)(int8_t)from[192 + part];
            A1_STORE(to + part * 16, FLOATS((signed16)value - 32) * A1_SPLAT(scale));
        }
    }
}

#include "iq4_body.h"

static void iq4_nl_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 18, to += 32) {
        const a1_floats d = A1_SPLAT(half_at(from));
        const bytes16 q = load16(from + 2);
        A1_STORE(to, FLOATS((signed16)iq4_lookup(q & 15)) * d);
        A1_STORE(to + 16, FLOATS((signed16)iq4_lookup(q >> 4)) * d);
    }
}

static void iq4_xs_blocks(const uint8_t *from, int64_t blocks, float *to) {
    for (; blocks > 0; blocks--, from += 136) {
        const float d = half_at(from);
        const uint16_t high = load_half_bits(from + 2);
        UNROLL
        for (int j = 0; j < 8; j++, to += 32) {
            const int scale = ((from[4 + j / 2] >> (j % 2 * 4)) & 15) | ((high >> (2 * j)) & 3) << 4;
            const a1_floats f = A1_SPLAT(d * (float)(scale - 32));
            const bytes16 q = load16(from + 8 + j * 16);
            A1_STORE(to, FLOATS((signed16)iq4_lookup(q & 15)) * f);
            A1_STORE(to + 16, FLOATS((signed16)iq4_lookup(q >> 4)) * f);
        }
    }
}

bool A1_NAME(dequantize)(uint32_t type, const void *from, int64_t count, float *to) {
    switch (type) {
    case 0: memcpy(to, from, (size_t)count * sizeof(float)); return true;
    case 1: f16_blocks(from, count, to); return true;
    case 2: q4_0_blocks(from, count / 32, to); return true;
    case 3: q4_1_blocks(from, count / 32, to); return true;
    case 6: q5_0_blocks(from, count / 32, to); return true;
    case 7: q5_1_blocks(from, count / 32, to); return true;
    case 8: q8_0_blocks(from, count / 32, to); return true;
    case 10: q2_k_blocks(from, count / 256, to); return true;
    case 11: q3_k_blocks(from, count / 256, to); return true;
    case 12: q4_k_blocks(from, count / 256, to); return true;
    case 13: q5_k_blocks(from, count / 256, to); return true;
    case 14: q6_k_blocks(from, count / 256, to); return true;
    case 20: iq4_nl_blocks(from, count / 32, to); return true;
    case 23: iq4_xs_blocks(from, count / 256, to); return true;
    case 30: bf16_blocks(from, count, to); return true;
    default: return false;
    }
}

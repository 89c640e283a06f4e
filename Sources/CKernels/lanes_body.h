// Helpers of lanes.h that are functions: compiled anew for each family.

A1_INLINE a1_floats load_part(const float *p, int64_t count, float filler) {
    a1_floats v = A1_SPLAT(filler);
    memcpy(&v, p, (size_t)count * sizeof(float));
    return v;
}

A1_INLINE void store_part(float *p, a1_floats v, int64_t count) {
    memcpy(p, &v, (size_t)count * sizeof(float));
}

A1_INLINE float sum_lanes(a1_floats v) {
    a1_floats8 e = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    a1_floats4 q = __builtin_shufflevector(e, e, 0, 1, 2, 3) + __builtin_shufflevector(e, e, 4, 5, 6, 7);
    return (q[0] + q[2]) + (q[1] + q[3]);
}

A1_INLINE double sum_doubles(a1_doubles v) {
    a1_doubles8 e = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    a1_doubles4 q = __builtin_shufflevector(e, e, 0, 1, 2, 3) + __builtin_shufflevector(e, e, 4, 5, 6, 7);
    return (q[0] + q[2]) + (q[1] + q[3]);
}

A1_INLINE int32_t sum_ints(a1_ints v) {
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    return v[0] + v[1];
}

A1_INLINE int32_t largest_int(a1_ints v) {
    v = __builtin_elementwise_max(v,
        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = __builtin_elementwise_max(v,
        __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    v = __builtin_elementwise_max(v,
        __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    return v[0] > v[1] ? v[0] : v[1];
}

// IEEE 754 binary16 in the low half of each lane to binary32. Subnormal numbers are made by a subtraction,
// since some processors are slow where a product takes one. By the family's instruction if it has one.
A1_INLINE a1_floats halves(a1_ints h) {
#ifdef A1_LANE_HALVES
    return A1_LANE_HALVES(h);
#else
    const a1_ints magnitude = (h & 0x7fff) << 13, exponent = h & 0x7c00;
    const a1_floats normal = (a1_floats)(magnitude + 0x38000000);
    const a1_floats small = (a1_floats)(magnitude + 0x38800000) - A1_SPLAT(0x1p-14f);
    a1_floats v = A1_SELECT(exponent == 0, small, normal);
    v = A1_SELECT(exponent == 0x7c00, (a1_floats)(magnitude | 0x7f800000), v);
    return (a1_floats)((a1_ints)v | (h & 0x8000) << 16);
#endif
}

// 16 numbers of binary16 that lie side by side, by the family's instruction if it has one.
A1_INLINE a1_floats load_halves(const void *p) {
#ifdef A1_HALVES
    return A1_HALVES(p);
#else
    return halves(INTS(*(const halves16 *)p));
#endif
}

A1_INLINE bytes16 load16(const uint8_t *p) {
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

A1_INLINE a1_floats larger_lanes(a1_floats v, a1_floats best) { return A1_SELECT(v > best, v, best); }

// The largest lane of a vector without NaN.
A1_INLINE float largest_lane(a1_floats v) {
    v = larger_lanes(__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), v);
    v = larger_lanes(__builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11), v);
    v = larger_lanes(__builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13), v);
    return v[0] > v[1] ? v[0] : v[1];
}

// NaN never wins. Four vectors at a time hide the latency of the comparison.
A1_INLINE float maximum_of(const float *x, int64_t n) {
    a1_floats b0 = A1_SPLAT(-INFINITY), b1 = b0, b2 = b0, b3 = b0;
    int64_t i = 0;
    for (; i + 4 * A1_LANES <= n; i += 4 * A1_LANES) {
        b0 = larger_lanes(A1_LOAD(x + i), b0);
        b1 = larger_lanes(A1_LOAD(x + i + 16), b1);
        b2 = larger_lanes(A1_LOAD(x + i + 32), b2);
        b3 = larger_lanes(A1_LOAD(x + i + 48), b3);
    }
    for (; i + A1_LANES <= n; i += A1_LANES) b0 = larger_lanes(A1_LOAD(x + i), b0);
    if (i < n) b1 = larger_lanes(load_part(x + i, n - i, -INFINITY), b1);
    return largest_lane(larger_lanes(larger_lanes(b0, b1), larger_lanes(b2, b3)));
}

// 16 bytes of each of 16 rows, as 4 vectors: vector i has the i-th four bytes of each row.
A1_INLINE void turn16(const uint8_t *p, int64_t stride, a1_ints *out) {
    a1_ints v[4];
    UNROLL
    for (int j = 0; j < 4; j++) {
        const uint8_t *from = p + j * stride;
        const loose_ints4 q0 = *(const loose_ints4 *)from, q1 = *(const loose_ints4 *)(from + 4 * stride);
        const loose_ints4 q2 = *(const loose_ints4 *)(from + 8 * stride);
        const loose_ints4 q3 = *(const loose_ints4 *)(from + 12 * stride);
        const ints8 low = __builtin_shufflevector(q0, q1, 0, 1, 2, 3, 4, 5, 6, 7);
        const ints8 high = __builtin_shufflevector(q2, q3, 0, 1, 2, 3, 4, 5, 6, 7);
        v[j] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
#define PAIRS(a, b, i, j) __builtin_shufflevector(a, b, i, 16 + i, j, 16 + j, 4 + i, 20 + i, 4 + j, 20 + j, \
        8 + i, 24 + i, 8 + j, 24 + j, 12 + i, 28 + i, 12 + j, 28 + j)
#define QUADS(a, b, i, j) __builtin_shufflevector(a, b, i, j, 16 + i, 16 + j, 4 + i, 4 + j, 20 + i, 20 + j, \
        8 + i, 8 + j, 24 + i, 24 + j, 12 + i, 12 + j, 28 + i, 28 + j)
    const a1_ints low01 = PAIRS(v[0], v[1], 0, 1), high01 = PAIRS(v[0], v[1], 2, 3);
    const a1_ints low23 = PAIRS(v[2], v[3], 0, 1), high23 = PAIRS(v[2], v[3], 2, 3);
    out[0] = QUADS(low01, low23, 0, 1);
    out[1] = QUADS(low01, low23, 2, 3);
    out[2] = QUADS(high01, high23, 0, 1);
    out[3] = QUADS(high01, high23, 2, 3);
#undef PAIRS
#undef QUADS
}

// exp with a relative error of about one unit in the last place: x = k ln 2 + t with ln 2 in two parts,
// exp(t) by the polynomial of Moshier's Cephes (expf), then 2^k in two factors, so that results
// below the normal range are right as well.
A1_INLINE a1_floats exp_lanes(a1_floats x) {
    const a1_floats above = A1_SELECT(x >= A1_SPLAT(-104.0f), x, A1_SPLAT(-104.0f));
    const a1_floats limited = A1_SELECT(above > A1_SPLAT(89.0f), A1_SPLAT(89.0f), above);
    const a1_floats magic = A1_SPLAT(12582912.0f);
    const a1_floats k = A1_FMA(limited, A1_SPLAT(1.44269504088896341f), magic) - magic;
    a1_floats t = A1_FMA(k, A1_SPLAT(-0.693359375f), limited);
    t = A1_FMA(k, A1_SPLAT(2.12194440e-4f), t);
    a1_floats p = A1_SPLAT(1.9875691500e-4f);
    p = A1_FMA(p, t, A1_SPLAT(1.3981999507e-3f));
    p = A1_FMA(p, t, A1_SPLAT(8.3334519073e-3f));
    p = A1_FMA(p, t, A1_SPLAT(4.1665795894e-2f));
    p = A1_FMA(p, t, A1_SPLAT(1.6666665459e-1f));
    p = A1_FMA(p, t, A1_SPLAT(5.0000001201e-1f));
    p = A1_FMA(p, t * t, t) + A1_SPLAT(1.0f);
    const a1_ints whole = __builtin_convertvector(k, a1_ints);
    const a1_ints first = whole >> 1;
    const a1_floats low = (a1_floats)((first + 127) << 23);
    const a1_floats high = (a1_floats)((whole - first + 127) << 23);
    const a1_floats y = p * high * low;
    return A1_SELECT(x != x, x, y);
}

// tanh with a relative error of about one unit in the last place: near zero the odd polynomial of Moshier's
// Cephes (tanhf), elsewhere 1 - 2 / (exp(2x) + 1), both of the absolute value.
A1_INLINE a1_floats tanh_lanes(a1_floats x) {
    const a1_ints sign = (a1_ints)x & INT32_MIN;
    const a1_floats size = (a1_floats)((a1_ints)x ^ sign);
    const a1_floats square = size * size;
    a1_floats p = A1_SPLAT(-5.70498872745e-3f);
    p = A1_FMA(p, square, A1_SPLAT(2.06390887954e-2f));
    p = A1_FMA(p, square, A1_SPLAT(-5.37397155531e-2f));
    p = A1_FMA(p, square, A1_SPLAT(1.33314422036e-1f));
    p = A1_FMA(p, square, A1_SPLAT(-3.33332819422e-1f));
    const a1_floats near = A1_FMA(p * square, size, size);
    const a1_floats far = A1_SPLAT(1) - A1_SPLAT(2) / (exp_lanes(size + size) + A1_SPLAT(1));
    return (a1_floats)((a1_ints)A1_SELECT(size < A1_SPLAT(0.625f), near, far) | sign);
}

A1_INLINE a1_floats soft_cap_lanes(a1_floats x, a1_floats cap) { return cap * tanh_lanes(x / cap); }

A1_INLINE int32_t four_bytes(const int8_t *p) {
    int32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

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
    int32_t sum = 0;
    for (int j = 0; j < A1_LANES; j++) sum += v[j];
    return sum;
}

A1_INLINE bytes16 load16(const uint8_t *p) {
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

// NaN never wins.
A1_INLINE float maximum_of(const float *x, int64_t n) {
    a1_floats best = A1_SPLAT(-INFINITY);
    int64_t i = 0;
    for (; i + A1_LANES <= n; i += A1_LANES) {
        a1_floats v = A1_LOAD(x + i);
        best = A1_SELECT(v > best, v, best);
    }
    if (i < n) {
        a1_floats v = load_part(x + i, n - i, -INFINITY);
        best = A1_SELECT(v > best, v, best);
    }
    float m = best[0];
    for (int j = 1; j < A1_LANES; j++) m = best[j] > m ? best[j] : m;
    return m;
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

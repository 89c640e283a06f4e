// Vector operations of the transformer, for any family. The including file defines A1_NAME(x), the
// family's name for a function, and sets the target.

#define EACH_LANES(n, whole, part)                       \
    int64_t i = 0;                                       \
    for (; i + A1_LANES <= (n); i += A1_LANES) { whole } \
    if (i < (n)) { const int64_t rest = (n) - i; part }

void A1_NAME(rms_norm)(const float *x, const float *weight, int64_t n, float epsilon, float *out) {
    a1_doubles sum = {};
    {
        EACH_LANES(n,
            a1_doubles v = A1_DOUBLES(A1_LOAD(x + i)); sum += v * v;,
            a1_doubles v = A1_DOUBLES(load_part(x + i, rest, 0)); sum += v * v;)
    }
    const double mean = n > 0 ? sum_doubles(sum) / (double)n : 0;
    const a1_floats factor = A1_SPLAT(1.0 / sqrt(mean + (double)epsilon));
    EACH_LANES(n,
        A1_STORE(out + i, A1_LOAD(x + i) * factor * A1_LOAD(weight + i));,
        store_part(out + i, load_part(x + i, rest, 0) * factor * load_part(weight + i, rest, 0), rest);)
}

A1_INLINE a1_floats silu_lanes(a1_floats gate, a1_floats up) {
    return gate / (A1_SPLAT(1) + exp_lanes(-gate)) * up;
}

void A1_NAME(silu_multiply)(const float *gate, const float *up, int64_t n, float *out) {
    EACH_LANES(n,
        A1_STORE(out + i, silu_lanes(A1_LOAD(gate + i), A1_LOAD(up + i)));,
        store_part(out + i, silu_lanes(load_part(gate + i, rest, 0), load_part(up + i, rest, 0)), rest);)
}

// 0.5 x (1 + tanh(u)) = x / (1 + exp(-2u)) with u = sqrt(2 / pi) (x + 0.044715 x^3)
// (Hendrycks and Gimpel, 2016); this form loses nothing where tanh is near -1.
A1_INLINE a1_floats gelu_lanes(a1_floats gate, a1_floats up) {
    const a1_floats cube = gate * gate * gate;
    const a1_floats u = A1_SPLAT(0.79788456080286536) * A1_FMA(A1_SPLAT(0.044715f), cube, gate);
    return gate / (A1_SPLAT(1) + exp_lanes(A1_SPLAT(-2) * u)) * up;
}

void A1_NAME(gelu_multiply)(const float *gate, const float *up, int64_t n, float *out) {
    EACH_LANES(n,
        A1_STORE(out + i, gelu_lanes(A1_LOAD(gate + i), A1_LOAD(up + i)));,
        store_part(out + i, gelu_lanes(load_part(gate + i, rest, 0), load_part(up + i, rest, 0)), rest);)
}

// Four accumulators of 16 lanes hide the latency of the multiply-add; they are added in order.
A1_INLINE float dot_of(const float *a, const float *b, int64_t n) {
    a1_floats s0 = {}, s1 = {}, s2 = {}, s3 = {};
    int64_t i = 0;
    for (; i + 4 * A1_LANES <= n; i += 4 * A1_LANES) {
        s0 = A1_FMA(A1_LOAD(a + i), A1_LOAD(b + i), s0);
        s1 = A1_FMA(A1_LOAD(a + i + 16), A1_LOAD(b + i + 16), s1);
        s2 = A1_FMA(A1_LOAD(a + i + 32), A1_LOAD(b + i + 32), s2);
        s3 = A1_FMA(A1_LOAD(a + i + 48), A1_LOAD(b + i + 48), s3);
    }
    for (; i + A1_LANES <= n; i += A1_LANES) s0 = A1_FMA(A1_LOAD(a + i), A1_LOAD(b + i), s0);
    if (i < n) s1 = A1_FMA(load_part(a + i, n - i, 0), load_part(b + i, n - i, 0), s1);
    return sum_lanes((s0 + s1) + (s2 + s3));
}

float A1_NAME(dot)(const float *a, const float *b, int64_t n) { return dot_of(a, b, n); }

void A1_NAME(add)(const float *x, int64_t n, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

void A1_NAME(scale)(float factor, int64_t n, float *x) {
    for (int64_t i = 0; i < n; i++) x[i] *= factor;
}

double A1_NAME(log_sum_exp)(const float *x, int64_t n) {
    const float top = maximum_of(x, n);
    if (isinf(top)) {
        for (int64_t i = 0; i < n; i++) if (isnan(x[i])) return NAN;
        return (double)top;
    }
    // Eight vectors are added in float32 before they are widened, which costs as much as half an exponential.
    a1_doubles sum = {};
    int64_t i = 0;
    for (; i + 8 * A1_LANES <= n; i += 8 * A1_LANES) {
        a1_floats part = {};
        for (int j = 0; j < 8; j++) part += exp_lanes(A1_LOAD(x + i + j * A1_LANES) - top);
        sum += A1_DOUBLES(part);
    }
    for (; i + A1_LANES <= n; i += A1_LANES) sum += A1_DOUBLES(exp_lanes(A1_LOAD(x + i) - top));
    if (i < n) sum += A1_DOUBLES(exp_lanes(load_part(x + i, n - i, -INFINITY) - top));
    return (double)top + log(sum_doubles(sum));
}

void A1_NAME(exponential)(const float *x, int64_t n, float *out) {
    EACH_LANES(n,
        A1_STORE(out + i, exp_lanes(A1_LOAD(x + i)));,
        store_part(out + i, exp_lanes(load_part(x + i, rest, 0)), rest);)
}

void A1_NAME(rotate_halves)(float *x, const float *cosines, const float *sines, int64_t half) {
    for (int64_t i = 0; i < half; i++) {
        const float a = x[i], b = x[i + half];
        x[i] = a * cosines[i] - b * sines[i];
        x[i + half] = a * sines[i] + b * cosines[i];
    }
}

void A1_NAME(rotate_pairs)(float *x, const float *cosines, const float *sines, int64_t half) {
    for (int64_t i = 0; i < half; i++) {
        const float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = a * sines[i] + b * cosines[i];
    }
}

int64_t A1_NAME(index_of_maximum)(const float *x, int64_t n) {
    const a1_floats top = A1_SPLAT(maximum_of(x, n));
    int64_t i = 0;
    for (; i + 4 * A1_LANES <= n; i += 4 * A1_LANES) {
        const a1_ints found = (A1_LOAD(x + i) == top) | (A1_LOAD(x + i + 16) == top)
            | (A1_LOAD(x + i + 32) == top) | (A1_LOAD(x + i + 48) == top);
        if (__builtin_reduce_or(found)) break;
    }
    for (; i < n; i++) if (x[i] == top[0]) return i;
    return -1;
}

void A1_NAME(soft_cap)(float *x, int64_t n, float cap) {
    const a1_floats caps = A1_SPLAT(cap);
    EACH_LANES(n,
        A1_STORE(x + i, soft_cap_lanes(A1_LOAD(x + i), caps));,
        store_part(x + i, soft_cap_lanes(load_part(x + i, rest, 0), caps), rest);)
}

#undef EACH_LANES

// To binary16, rounded to nearest, ties to even; magnitudes above its largest number become that, NaN stays NaN. Below
// 2^-14 its numbers are as far apart as those of binary32 just above a half, so that an addition rounds.
A1_INLINE halves16 half_lanes(a1_floats x) {
    const a1_ints sign = (a1_ints)x & INT32_MIN;
    a1_floats size = (a1_floats)((a1_ints)x ^ sign);
    size = A1_SELECT(size > A1_SPLAT(65504.0f), A1_SPLAT(65504.0f), size);
    const a1_ints bits = (a1_ints)size;
    const a1_ints normal = ((bits + 0xfff + ((bits >> 13) & 1)) >> 13) - (112 << 10);
    const a1_ints small = (a1_ints)(size + A1_SPLAT(0.5f)) - (a1_ints)A1_SPLAT(0.5f);
    const a1_ints is_small = size < A1_SPLAT(0x1p-14f), is_number = x == x;
    a1_ints half = (is_small & small) | (~is_small & normal);
    half = (is_number & half) | (~is_number & 0x7e00);
    return __builtin_convertvector(half | (a1_ints)((a1_uints)sign >> 16), halves16);
}

void A1_NAME(store_halves)(const float *x, int64_t n, int64_t stride, uint16_t *out) {
    for (int64_t i = 0; i < n; i += A1_LANES) {
        const int64_t count = n - i < A1_LANES ? n - i : A1_LANES;
        const halves16 v = half_lanes(count == A1_LANES ? A1_LOAD(x + i) : load_part(x + i, count, 0));
        if (stride == 1)
            memcpy(out + i, &v, (size_t)count * sizeof *out);
        else
            for (int64_t j = 0; j < count; j++) out[(i + j) * stride] = v[j];
    }
}

// Dot products of bytes for the families with AVX-512 VNNI.

A1_INLINE a1_ints dot16(a1_ints sum, const a1_ints *w, const int8_t *x) {
    UNROLL
    for (int i = 0; i < 4; i++)
        sum = (a1_ints)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)w[i], _mm512_set1_epi32(four_bytes(x + 4 * i)));
    return sum;
}

#define A1_DOT16(sum, w, x, bits) ((void)(bits), dot16(sum, w, x))

// Dot products of bytes for the families without instructions of their own.

A1_INLINE a1_ints dot16(a1_ints sum, const a1_ints *w, const int8_t *x) {
    for (int i = 0; i < 16; i++) sum += ((w[i / 4] >> (i % 4 * 8)) & 255) * x[i];
    return sum;
}

#define A1_DOT16(sum, w, x, bits) ((void)(bits), dot16(sum, w, x))

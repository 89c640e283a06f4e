// Dot products of bytes for the families with AVX-512 VNNI.

#define A1_DOT4_AT(sums, w, p) dot4_at(sums, w, p)
#define A1_DOT4(sum, w, x) (a1_ints)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(w), (__m512i)(x))
#define A1_DOT8(sum, w0, x0, w1, x1, wide) ((void)(wide), A1_DOT4(A1_DOT4(sum, w0, x0), w1, x1))

// Two of them with one broadcast, written as instructions, since the compiler would load all broadcasts first and have
// no registers left for the sums.
A1_INLINE void dot4_at(a1_ints sums[2], const a1_ints w[2], const int8_t *p) {
    a1_ints x;
    __asm__("vpbroadcastd %5, %2\n\tvpdpbusd %2, %3, %0\n\tvpdpbusd %2, %4, %1"
        : "+v"(sums[0]), "+v"(sums[1]), "=&v"(x)
        : "v"(w[0]), "v"(w[1]), "m"(*(const int32_t *)p));
}

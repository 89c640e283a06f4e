// Dot products of bytes for the families with AVX-512 VNNI.

#define A1_DOT4(sum, w, x) (a1_ints)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(w), (__m512i)(x))
#define A1_DOT8(sum, w0, x0, w1, x1, wide) ((void)(wide), A1_DOT4(A1_DOT4(sum, w0, x0), w1, x1))

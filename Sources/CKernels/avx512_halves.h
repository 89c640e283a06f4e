// 16 numbers of binary16 to binary32, for lanes_body.h of the families with AVX-512.

#define A1_HALVES(p) (a1_floats)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))

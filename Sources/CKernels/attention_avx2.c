// The avx2 family of attention. See attention_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx2_##x
#define A1_BLOCK_VECTORS 1
#define A1_BLOCK_QUERIES 6
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
A1_INLINE a1_floats converted_halves(const __m128i *p) {
    const a1_floats8 low = (a1_floats8)_mm256_cvtph_ps(_mm_loadu_si128(p));
    const a1_floats8 high = (a1_floats8)_mm256_cvtph_ps(_mm_loadu_si128(p + 1));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#define A1_HALVES(p) converted_halves((const __m128i *)(p))
#include "lanes_body.h"
#include "attention_body.h"
#pragma clang attribute pop
#endif

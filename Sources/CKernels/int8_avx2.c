// The AVX2 family of products with bytes. See int8_body.h; why the sums are exact, see int8_avx512.c.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx2_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"

typedef union { a1_ints all; __m256i part[2]; } int_parts;

A1_INLINE __m256i dot8_part(__m256i w0, __m256i x0, __m256i w1, __m256i x1, const bool wide) {
    if (!wide) {
        const __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(w0, x0), _mm256_maddubs_epi16(w1, x1));
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
    const __m256i even = _mm256_set1_epi16(255);
#define WIDE_DOT(w, x) _mm256_add_epi32( \
        _mm256_madd_epi16(_mm256_and_si256(w, even), _mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8)), \
        _mm256_madd_epi16(_mm256_srli_epi16(w, 8), _mm256_srai_epi16(x, 8)))
    return _mm256_add_epi32(WIDE_DOT(w0, x0), WIDE_DOT(w1, x1));
#undef WIDE_DOT
}

A1_INLINE a1_ints dot8(a1_ints sum, a1_ints w0, a1_ints x0, a1_ints w1, a1_ints x1, const bool wide) {
    const int_parts first = {.all = w0}, second = {.all = w1}, left = {.all = x0}, right = {.all = x1};
    int_parts products;
    UNROLL
    for (int i = 0; i < 2; i++)
        products.part[i] = dot8_part(first.part[i], left.part[i], second.part[i], right.part[i], wide);
    return sum + products.all;
}

#define A1_DOT8(sum, w0, x0, w1, x1, wide) dot8(sum, w0, x0, w1, x1, wide)
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

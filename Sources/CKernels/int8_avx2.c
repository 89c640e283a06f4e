// The AVX2 family of products with bytes. See int8_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx2_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "avx2_halves.h"
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"

// Products of bytes fit 16 bits in pairs: of bytes below 32 four pairs do, 8 * 31 * 127 < 2^15, of those below 64 two.
// Those of 8 bits are signed here, and then 2 * 128 * 127 < 2^15.
A1_INLINE ints8 dot16(ints8 sum, const ints8 *w, const int8_t *x, const int bits) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i pairs[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        const __m256i quad = (__m256i)w[i], token = _mm256_set1_epi32(four_bytes(x + 4 * i));
        pairs[i] = bits == 8 ? _mm256_maddubs_epi16(_mm256_abs_epi8(quad), _mm256_sign_epi8(token, quad))
                             : _mm256_maddubs_epi16(quad, token);
    }
    UNROLL
    for (int i = 0; i < 4 && bits == 8; i++) sum += (ints8)_mm256_madd_epi16(pairs[i], ones);
    if (bits == 8) return sum;
    const __m256i first = _mm256_add_epi16(pairs[0], pairs[1]), second = _mm256_add_epi16(pairs[2], pairs[3]);
    if (bits < 6) return sum + (ints8)_mm256_madd_epi16(_mm256_add_epi16(first, second), ones);
    return sum + (ints8)_mm256_madd_epi16(first, ones) + (ints8)_mm256_madd_epi16(second, ones);
}

#define A1_BLOCK_LANES 8
#define A1_DOT16(sum, w, x, bits) dot16(sum, w, x, bits)
#define A1_WIDE_IS_SIGNED
#define A1_INT8_TURNED
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

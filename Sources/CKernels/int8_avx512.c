// The AVX-512 family of products with bytes, without VNNI. See int8_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "avx512_halves.h"
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"

// Products of bytes fit 16 bits in pairs: of bytes below 32 four pairs do, 8 * 31 * 127 < 2^15, of those below 64 two.
// Those of 8 bits are taken apart into even and odd bytes first.
A1_INLINE a1_ints dot16(a1_ints sum, const a1_ints *w, const int8_t *x, const int bits) {
    const __m512i ones = _mm512_set1_epi16(1), even = _mm512_set1_epi16(255);
    __m512i pairs[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        const __m512i quad = (__m512i)w[i], token = _mm512_set1_epi32(four_bytes(x + 4 * i));
        if (bits < 8) {
            pairs[i] = _mm512_maddubs_epi16(quad, token);
            continue;
        }
        sum += (a1_ints)_mm512_madd_epi16(
            _mm512_and_si512(quad, even), _mm512_srai_epi16(_mm512_slli_epi16(token, 8), 8));
        sum += (a1_ints)_mm512_madd_epi16(_mm512_srli_epi16(quad, 8), _mm512_srai_epi16(token, 8));
    }
    if (bits == 8) return sum;
    const __m512i first = _mm512_add_epi16(pairs[0], pairs[1]), second = _mm512_add_epi16(pairs[2], pairs[3]);
    if (bits < 6) return sum + (a1_ints)_mm512_madd_epi16(_mm512_add_epi16(first, second), ones);
    return sum + (a1_ints)_mm512_madd_epi16(first, ones) + (a1_ints)_mm512_madd_epi16(second, ones);
}

#define A1_DOT16(sum, w, x, bits) dot16(sum, w, x, bits)
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

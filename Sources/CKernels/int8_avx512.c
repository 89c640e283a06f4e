// The AVX-512 family of products with bytes, without VNNI. See int8_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#define A1_HALVES(p) (a1_floats)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"

// Products of narrow bytes fit 16 bits in pairs, and two pairs do: 4 * 63 * 127 < 2^15. Wide ones are taken
// apart into even and odd bytes first.
A1_INLINE a1_ints dot8(a1_ints sum, a1_ints w0, a1_ints x0, a1_ints w1, a1_ints x1, const bool wide) {
    if (!wide) {
        const __m512i pairs = _mm512_add_epi16(_mm512_maddubs_epi16((__m512i)w0, (__m512i)x0),
            _mm512_maddubs_epi16((__m512i)w1, (__m512i)x1));
        return sum + (a1_ints)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
    }
    const __m512i even = _mm512_set1_epi16(255);
#define WIDE_DOT(w, x) _mm512_add_epi32( \
        _mm512_madd_epi16(_mm512_and_si512(w, even), _mm512_srai_epi16(_mm512_slli_epi16(x, 8), 8)), \
        _mm512_madd_epi16(_mm512_srli_epi16(w, 8), _mm512_srai_epi16(x, 8)))
    return sum + (a1_ints)WIDE_DOT((__m512i)w0, (__m512i)x0) + (a1_ints)WIDE_DOT((__m512i)w1, (__m512i)x1);
#undef WIDE_DOT
}

#define A1_DOT8(sum, w0, x0, w1, x1, wide) dot8(sum, w0, x0, w1, x1, wide)
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

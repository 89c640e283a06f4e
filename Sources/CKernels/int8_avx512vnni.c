// The AVX-512 VNNI family of products with bytes. See int8_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512vnni_##x
#define A1_INT8_VECTORS 2
#define A1_INT8_TOKENS 4
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#define A1_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#pragma clang attribute push(__attribute__((target(A1_TARGET))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#define A1_HALVES(p) (a1_floats)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#define A1_DOT4_AT(sums, w, p) dot4_at(sums, w, p)
#define A1_DOT4(sum, w, x) (a1_ints)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(w), (__m512i)(x))
#define A1_DOT8(sum, w0, x0, w1, x1, wide) ((void)(wide), A1_DOT4(A1_DOT4(sum, w0, x0), w1, x1))
#include "lanes_body.h"
#include "vnni_dot.h"
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

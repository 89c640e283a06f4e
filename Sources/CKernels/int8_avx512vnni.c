// The AVX-512 VNNI family of products with bytes. See int8_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512vnni_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#define A1_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#pragma clang attribute push(__attribute__((target(A1_TARGET))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "avx512_halves.h"
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"
#include "vnni_dot.h"
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop
#endif

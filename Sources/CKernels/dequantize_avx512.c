// The avx512 family of dequantisation. See dequantize_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512_##x
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#define A1_HALF_TO_FLOAT(h) _cvtsh_ss(h)
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"
#include "dequantize_body.h"
#pragma clang attribute pop
#endif

// The avx512 family of attention. See attention_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512_##x
#define A1_BLOCK_VECTORS 2
#define A1_BLOCK_QUERIES 14
#include "families.h"
#include "lanes.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "avx512_halves.h"
#include "lanes_body.h"
#include "attention_body.h"
#pragma clang attribute pop
#endif

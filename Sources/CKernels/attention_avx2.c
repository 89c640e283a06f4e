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
#include "avx2_halves.h"
#include "lanes_body.h"
#include "attention_body.h"
#pragma clang attribute pop
#endif

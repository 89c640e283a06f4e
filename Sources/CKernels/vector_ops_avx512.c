// The avx512 family of the vector operations. See vector_ops_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_avx512_##x
#include "families.h"
#include "lanes.h"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"
#include "vector_ops_body.h"
#pragma clang attribute pop
#endif

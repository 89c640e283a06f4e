// Sixteen float lanes and the few things every kernel does with them. Included by the *_body.h files,
// once per family, between the family's target pragma and its functions.
//
// Clang's vector extension is used instead of intrinsics: the same source becomes one zmm register,
// two ymm registers or four xmm registers, with the same order of operations and so the same bits.

#ifndef A1_LANES_H
#define A1_LANES_H

#include <math.h>
#include <string.h>
#include "CKernels.h"

// Loops whose trip count is a constant, written out.
#define UNROLL _Pragma("clang loop unroll(full)")

// Keeps the compiler from moving loads up across this place, which costs registers.
#define A1_KEEP_ORDER __asm__ volatile("" ::: "memory")

// Clang aligns a frame for vectors that it spills only if there is something aligned in it already.
#define ALIGN_FRAME              \
    _Alignas(64) char frame[64]; \
    __asm__ volatile("" : : "r"(frame))

#define A1_INLINE static inline __attribute__((always_inline, unused))

// Functions that take or return lanes are static and always inlined, so no ABI is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float a1_floats __attribute__((vector_size(64)));
typedef float a1_loose_floats __attribute__((vector_size(64), aligned(4)));
typedef float a1_floats8 __attribute__((vector_size(32)));
typedef float a1_floats4 __attribute__((vector_size(16)));
typedef int32_t a1_ints __attribute__((vector_size(64)));
typedef uint32_t a1_uints __attribute__((vector_size(64)));
typedef int32_t a1_loose_ints __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints8 __attribute__((vector_size(32)));
typedef int32_t loose_ints8 __attribute__((vector_size(32), aligned(1)));
typedef float loose_floats4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t loose_ints4 __attribute__((vector_size(16), aligned(1)));
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t halves16 __attribute__((vector_size(32), aligned(2)));
typedef int8_t loose_signed16 __attribute__((vector_size(16), aligned(1)));
typedef double a1_doubles __attribute__((vector_size(128)));
typedef double a1_doubles8 __attribute__((vector_size(64)));
typedef double a1_doubles4 __attribute__((vector_size(32)));

// Bytes of the first `columns` weights of a row, whole blocks.
static inline int64_t a1_bytes_of(const a1_weights *w, int64_t columns) {
    return columns / w->elements_per_block * w->bytes_per_block;
}

#define A1_LOAD(p) ((a1_floats)*(const a1_loose_floats *)(p))
#define A1_STORE(p, v) (*(a1_loose_floats *)(p) = (v))
#define A1_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
// Less zero, not plus zero, which would lose the sign of a negative zero.
#define A1_SPLAT(s) ((float)(s) - (a1_floats){})
#define A1_SELECT(mask, a, b) ((a1_floats)(((mask) & (a1_ints)(a)) | (~(mask) & (a1_ints)(b))))
#define FLOATS(v) __builtin_convertvector((v), a1_floats)
#define INTS(v) __builtin_convertvector((v), a1_ints)
#define A1_DOUBLES(v) __builtin_convertvector((v), a1_doubles)

#endif

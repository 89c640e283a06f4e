// The scalar family of products with bytes: the plain meaning of the others. See int8_body.h.

#define A1_NAME(x) a1_scalar_##x
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"

A1_INLINE a1_ints dot4(a1_ints sum, a1_ints w, a1_ints x) {
    for (int j = 0; j < 4; j++) sum += ((w >> (8 * j)) & 255) * ((x << (24 - 8 * j)) >> 24);
    return sum;
}

#define A1_DOT8(sum, w0, x0, w1, x1, wide) ((void)(wide), dot4(dot4(sum, w0, x0), w1, x1))
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"

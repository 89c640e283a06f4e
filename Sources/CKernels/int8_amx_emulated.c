// The family of products with bytes for tests of amx_body.h: int8_amx.c with tile instructions in plain C and the
// vector work of the scalar family. No program chooses it.

#define A1_NAME(x) a1_amx_emulated_##x
#define A1_INT8_ON_TILES
#include "families.h"
#include "lanes.h"
#include "amx_emulation.h"
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

// The family of products with bytes for tests of amx_body.h: int8_amx.c with tile instructions in plain C and the
// vector work of the scalar family. No program chooses it.

#define A1_NAME(x) a1_amx_emulated_##x
#define A1_INT8_ON_TILES
#include "families.h"
#include "lanes.h"
#include "amx_emulation.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"

#include "scalar_dot.h"
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"

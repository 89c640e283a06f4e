// Intel's tile instructions, for amx_body.h. amx_emulation.h has the same names in plain C.

#ifndef A1_AMX_INSTRUCTIONS_H
#define A1_AMX_INSTRUCTIONS_H

#include <immintrin.h>

// Tiles are given by literal numbers; rows in memory are `stride` bytes apart.
#define TILE_CONFIGURE(configuration) _tile_loadconfig(configuration)
#define TILE_RELEASE() _tile_release()
#define TILE_ZERO(tile) _tile_zero(tile)
#define TILE_LOAD(tile, from, stride) _tile_loadd(tile, from, (size_t)(stride))
#define TILE_STORE(tile, to, stride) _tile_stored(tile, to, (size_t)(stride))
// TDPBSSD: sums += left * right, signed bytes.
#define TILE_DOT(sums, left, right) _tile_dpbssd(sums, left, right)

#endif

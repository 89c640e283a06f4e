// Intel's tile instructions in plain C, for tests of amx_body.h on any processor: what the pseudo-code of the
// instruction set reference says (LDTILECFG, TILERELEASE, TILEZERO, TILELOADD, TILESTORED, TDPBSSD), with a trap where
// a processor would fault.

#ifndef A1_AMX_EMULATION_H
#define A1_AMX_EMULATION_H

#include <string.h>
#include "amx_configuration.h"

enum { emulated_tiles = 8, emulated_rows = 16, emulated_row_bytes = 64 };

typedef struct emulated_tile {
    uint8_t rows;
    uint16_t row_bytes;
    uint8_t data[emulated_rows][emulated_row_bytes];
} emulated_tile;

// Like a processor's, a thread's own. Without rows: not configured.
static _Thread_local emulated_tile emulated[emulated_tiles];

static inline void emulate_check(bool is_right) {
    if (!is_right) __builtin_trap();
}

static inline void emulate_release(void) { memset(emulated, 0, sizeof emulated); }

static inline void emulate_configure(const amx_configuration *from) {
    emulate_check(from->palette == 1 && from->start_row == 0);
    for (size_t i = 0; i < sizeof from->reserved; i++) emulate_check(from->reserved[i] == 0);
    emulate_release();
    for (int tile = 0; tile < 16; tile++) {
        const uint8_t rows = from->rows[tile];
        const uint16_t row_bytes = from->row_bytes[tile];
        emulate_check((rows == 0) == (row_bytes == 0));
        emulate_check(tile < emulated_tiles ? rows <= emulated_rows && row_bytes <= emulated_row_bytes : rows == 0);
        if (rows == 0) continue;
        emulated[tile].rows = rows;
        emulated[tile].row_bytes = row_bytes;
    }
}

static inline emulated_tile *emulate_tile(int number) {
    emulate_check(number >= 0 && number < emulated_tiles && emulated[number].rows > 0);
    return &emulated[number];
}

static inline void emulate_zero(int number) {
    emulated_tile *tile = emulate_tile(number);
    memset(tile->data, 0, sizeof tile->data);
}

static inline void emulate_load(int number, const void *from, int64_t stride) {
    emulated_tile *tile = emulate_tile(number);
    memset(tile->data, 0, sizeof tile->data);
    for (int row = 0; row < tile->rows; row++)
        memcpy(tile->data[row], (const char *)from + row * stride, tile->row_bytes);
}

static inline void emulate_store(int number, void *to, int64_t stride) {
    const emulated_tile *tile = emulate_tile(number);
    for (int row = 0; row < tile->rows; row++) memcpy((char *)to + row * stride, tile->data[row], tile->row_bytes);
}

// A row of `left` has quads of bytes, one for each row of `right`, whose quads are one for each sum of a row.
static inline void emulate_dot(int to, int from, int with) {
    emulated_tile *sums = emulate_tile(to), *left = emulate_tile(from), *right = emulate_tile(with);
    emulate_check(to != from && to != with && from != with);
    emulate_check(sums->rows == left->rows && sums->row_bytes == right->row_bytes);
    emulate_check(left->row_bytes == 4 * right->rows && sums->row_bytes % 4 == 0);
    for (int m = 0; m < sums->rows; m++)
        for (int n = 0; n < sums->row_bytes / 4; n++) {
            uint32_t sum;
            memcpy(&sum, sums->data[m] + 4 * n, sizeof sum);
            for (int k = 0; k < right->rows; k++)
                for (int byte = 0; byte < 4; byte++)
                    sum += (uint32_t)((int8_t)left->data[m][4 * k + byte] * (int8_t)right->data[k][4 * n + byte]);
            memcpy(sums->data[m] + 4 * n, &sum, sizeof sum);
        }
}

#define TILE_CONFIGURE(configuration) emulate_configure(configuration)
#define TILE_RELEASE() emulate_release()
#define TILE_ZERO(tile) emulate_zero(tile)
#define TILE_LOAD(tile, from, stride) emulate_load(tile, from, stride)
#define TILE_STORE(tile, to, stride) emulate_store(tile, to, stride)
#define TILE_DOT(sums, left, right) emulate_dot(sums, left, right)

#endif

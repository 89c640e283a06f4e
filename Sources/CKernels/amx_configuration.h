// The layout that LDTILECFG reads: 64 bytes.

#ifndef A1_AMX_CONFIGURATION_H
#define A1_AMX_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

typedef struct amx_configuration {
    uint8_t palette;
    uint8_t start_row;
    uint8_t reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} amx_configuration;

_Static_assert(sizeof(amx_configuration) == 64, "what LDTILECFG reads");

#endif

// The AMX family of products with bytes: AVX-512 VNNI with tiles for many tokens. See int8_body.h and amx_body.h.

#if defined(__x86_64__)
#define A1_NAME(x) a1_amx_##x
#define A1_INT8_ON_TILES
#include "families.h"
#include "lanes.h"
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "amx_configuration.h"
#include "amx_instructions.h"
#define A1_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,amx-tile,amx-int8"
#pragma clang attribute push(__attribute__((target(A1_TARGET))), apply_to = function)
#pragma STDC FP_CONTRACT OFF
#include "avx512_halves.h"
#define A1_LOOKUP16(table, index) _mm_shuffle_epi8((__m128i)(table), (__m128i)(index))
#include "lanes_body.h"
#include "vnni_dot.h"
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"
#pragma clang attribute pop

// Tiles and their int8 products in the processor, and the system keeps their state (XTILECFG and XTILEDATA) and that of
// AVX-512, for which this file is compiled.
static bool processor_has_amx(void) {
    enum { features = 1, extended = 7, osxsave_bit = 27, tile_bit = 24, int8_bit = 25, state_bits = 3 << 17 | 0xe6 };
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(features, &a, &b, &c, &d) || !(c >> osxsave_bit & 1)) return false;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & state_bits) != state_bits || !__get_cpuid_count(extended, 0, &a, &b, &c, &d)) return false;
    return (d >> tile_bit & 1) && (d >> int8_bit & 1);
}

// Linux wants to be asked once a process before the first tile.
static bool may_use_tiles(void) {
    enum { request_permission = 0x1023, tile_data = 18 };
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

// One product of tiles against the sums themselves.
static bool tiles_are_right(void) {
    int8_t left[16][16], right[4][64];
    int32_t sums[16][16];
    for (int i = 0; i < 256; i++) {
        left[i / 16][i % 16] = (int8_t)(37 * i + 11);
        right[i / 64][i % 64] = (int8_t)(91 * i - 128);
        sums[i / 16][i % 16] = 1000 * i;
    }
    a1_amx_tile_product(16, 16, 4, left, 16, right, 64, sums, 64);
    for (int i = 0; i < 256; i++) {
        int32_t sum = 1000 * i;
        for (int k = 0; k < 16; k++) sum += left[i / 16][k] * right[k / 4][i % 16 * 4 + k % 4];
        if (sums[i / 16][i % 16] != sum) return false;
    }
    return true;
}

bool a1_amx_is_usable(void) {
    static _Atomic int answer = -1;
    if (answer < 0) answer = processor_has_amx() && may_use_tiles() && tiles_are_right();
    return answer == 1;
}
#endif

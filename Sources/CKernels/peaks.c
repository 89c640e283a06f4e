// Loops that do nothing but keep a processor's arithmetic or its memory busy. See peaks.h.
//
// KEEP makes a value look changed to the compiler, at no cost: what is computed from it can neither be taken out of
// the loop nor be left out. There are as many chains of operations as hide the latency of one.

#include "include/peaks.h"

#include <stdbool.h>
#include <string.h>

// What a loop arrives at is given to the compiler as used.
#define USE(value) __asm__ volatile("" : : "r"(value) : "memory")

enum { plain_lanes = 32 };

static int64_t plain_float(int64_t rounds) {
    float sums[plain_lanes];
    for (int lane = 0; lane < plain_lanes; lane++) sums[lane] = (float)lane;
    volatile float seen = 0.999f;
    const float factor = seen;
    for (int64_t round = 0; round < rounds; round++)
        for (int lane = 0; lane < plain_lanes; lane++) sums[lane] = sums[lane] * factor + factor;
    USE(sums);
    return rounds * plain_lanes * 2;
}

static int64_t plain_bytes(int64_t rounds) {
    int8_t left[plain_lanes], right[plain_lanes];
    int32_t sums[plain_lanes] = {0};
    memset(left, 3, sizeof left);
    memset(right, 5, sizeof right);
    for (int64_t round = 0; round < rounds; round++) {
        USE(left);
        USE(right);
        for (int lane = 0; lane < plain_lanes; lane++) sums[lane] += left[lane] * right[lane];
    }
    USE(sums);
    return rounds * plain_lanes * 2;
}

static uint64_t plain_read(const void *start, int64_t count) {
    const uint64_t *words = start;
    uint64_t sums[8] = {0};
    for (int64_t i = 0; i < count / 8; i += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] ^= words[i + lane];
    uint64_t sum = 0;
    for (int lane = 0; lane < 8; lane++) sum ^= sums[lane];
    return sum;
}

#if defined(__x86_64__)

#include <immintrin.h>
#include "amx_configuration.h"
#include "families.h"

#define KEEP(vector) __asm__ volatile("" : "+x"(vector))
#define KEEP_WIDE(vector) __asm__ volatile("" : "+v"(vector))

enum { narrow_chains = 12, byte_chains = 8, shared_widening = 4, wide_chains = 16 };

// MARK: AVX2

__attribute__((target("avx2,fma"))) static int64_t avx2_float(int64_t rounds) {
    __m256 sums[narrow_chains], factor = _mm256_set1_ps(0.999f);
    KEEP(factor);
    for (int chain = 0; chain < narrow_chains; chain++) sums[chain] = factor;
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < narrow_chains; chain++) sums[chain] = _mm256_fmadd_ps(sums[chain], factor, factor);
    }
    for (int chain = 0; chain < narrow_chains; chain++) KEEP(sums[chain]);
    return rounds * narrow_chains * 8 * 2;
}

// Products of weights below 32 fit 16 bits in fours, so that four multiplications share a widening.
__attribute__((target("avx2,fma"))) static int64_t avx2_bytes(int64_t rounds) {
    __m256i sums[byte_chains];
    __m256i left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(5), ones = _mm256_set1_epi16(1);
    for (int chain = 0; chain < byte_chains; chain++) sums[chain] = _mm256_setzero_si256();
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < byte_chains; chain++) {
            __m256i quads = _mm256_setzero_si256();
#pragma clang loop unroll(full)
            for (int i = 0; i < shared_widening; i++) {
                KEEP(left);
                quads = _mm256_add_epi16(quads, _mm256_maddubs_epi16(left, right));
            }
            sums[chain] = _mm256_add_epi32(sums[chain], _mm256_madd_epi16(quads, ones));
        }
    }
    for (int chain = 0; chain < byte_chains; chain++) KEEP(sums[chain]);
    return rounds * byte_chains * shared_widening * 32 * 2;
}

__attribute__((target("avx2"))) static uint64_t avx2_read(const void *start, int64_t count) {
    const __m256i *vectors = start;
    __m256i sums[8];
    for (int chain = 0; chain < 8; chain++) sums[chain] = _mm256_setzero_si256();
    for (int64_t i = 0; i < count / 32; i += 8) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < 8; chain++)
            sums[chain] = _mm256_xor_si256(sums[chain], _mm256_loadu_si256(vectors + i + chain));
    }
    for (int chain = 1; chain < 8; chain++) sums[0] = _mm256_xor_si256(sums[0], sums[chain]);
    return (uint64_t)(_mm256_extract_epi64(sums[0], 0) ^ _mm256_extract_epi64(sums[0], 1)
                      ^ _mm256_extract_epi64(sums[0], 2) ^ _mm256_extract_epi64(sums[0], 3));
}

// MARK: AVX-512

__attribute__((target("avx512f"))) static int64_t avx512_float(int64_t rounds) {
    __m512 sums[wide_chains], factor = _mm512_set1_ps(0.999f);
    KEEP_WIDE(factor);
    for (int chain = 0; chain < wide_chains; chain++) sums[chain] = factor;
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < wide_chains; chain++) sums[chain] = _mm512_fmadd_ps(sums[chain], factor, factor);
    }
    for (int chain = 0; chain < wide_chains; chain++) KEEP_WIDE(sums[chain]);
    return rounds * wide_chains * 16 * 2;
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static int64_t vnni_bytes(int64_t rounds) {
    __m512i sums[wide_chains];
    __m512i left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(5);
    for (int chain = 0; chain < wide_chains; chain++) sums[chain] = _mm512_setzero_si512();
    for (int64_t round = 0; round < rounds; round++) {
        KEEP_WIDE(left);
#pragma clang loop unroll(full)
        for (int chain = 0; chain < wide_chains; chain++) sums[chain] = _mm512_dpbusd_epi32(sums[chain], left, right);
    }
    for (int chain = 0; chain < wide_chains; chain++) KEEP_WIDE(sums[chain]);
    return rounds * wide_chains * 64 * 2;
}

__attribute__((target("avx512f"))) static uint64_t avx512_read(const void *start, int64_t count) {
    const char *bytes = start;
    __m512i sums[8];
    for (int chain = 0; chain < 8; chain++) sums[chain] = _mm512_setzero_si512();
    for (int64_t i = 0; i < count; i += 8 * 64) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < 8; chain++)
            sums[chain] = _mm512_xor_si512(sums[chain], _mm512_loadu_si512(bytes + i + chain * 64));
    }
    for (int chain = 1; chain < 8; chain++) sums[0] = _mm512_xor_si512(sums[0], sums[chain]);
    uint64_t words[8], sum = 0;
    _mm512_storeu_si512(words, sums[0]);
    for (int lane = 0; lane < 8; lane++) sum ^= words[lane];
    return sum;
}

// MARK: AMX

// Tiles 0 to 3 are sums of 16 x 16 int32, 4 and 5 rows of 64 int8, 6 and 7 columns of them.
__attribute__((target("amx-tile,amx-int8"))) static int64_t amx_bytes(int64_t rounds) {
    amx_configuration configuration = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        configuration.row_bytes[tile] = 64;
        configuration.rows[tile] = 16;
    }
    int8_t values[16 * 64];
    memset(values, 3, sizeof values);
    _tile_loadconfig(&configuration);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, values, 64);
    _tile_loadd(5, values, 64);
    _tile_loadd(6, values, 64);
    _tile_loadd(7, values, 64);
    for (int64_t round = 0; round < rounds; round++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_release();
    return rounds * 4 * 16 * 16 * 64 * 2;
}

#endif

// MARK: Choice

typedef struct peak_loops {
    int64_t (*floats)(int64_t);
    int64_t (*bytes)(int64_t);
    uint64_t (*read)(const void *, int64_t);
    const char *byte_instructions;
} peak_loops;

static peak_loops loops = {plain_float, plain_bytes, plain_read, "plain"};

// Once, when the program is loaded; AMX is looked for where a peak is wanted.
__attribute__((constructor)) static void choose_loops(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        loops = (peak_loops){avx2_float, avx2_bytes, avx2_read, "avx2"};
    if (__builtin_cpu_supports("avx512f")) {
        loops.floats = avx512_float;
        loops.read = avx512_read;
    }
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")) {
        loops.bytes = vnni_bytes;
        loops.byte_instructions = "avx512-vnni";
    }
#endif
}

static bool uses_amx(void) {
#if defined(__x86_64__)
    return a1_amx_is_usable();
#else
    return false;
#endif
}

int64_t a1_peak_float_operations(int64_t rounds) { return loops.floats(rounds); }

int64_t a1_peak_byte_operations(int64_t rounds) {
#if defined(__x86_64__)
    // A tile product is a hundred times as long as a vector's.
    if (uses_amx()) return amx_bytes(rounds / 16 + 1);
#endif
    return loops.bytes(rounds);
}

const char *a1_peak_byte_instructions(void) { return uses_amx() ? "amx" : loops.byte_instructions; }

uint64_t a1_peak_read(const void *start, int64_t count) { return loops.read(start, count); }

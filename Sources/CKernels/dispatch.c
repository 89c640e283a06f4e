// Which family of kernels runs: decided once, when the program is loaded.

#include <stdlib.h>
#include <string.h>
#include "families.h"

// A family F whose products with bytes are those of P.
#define FAMILY_TABLE(F, P)                                                                                \
    static const a1_kernel_table P##_table = {                                                            \
        #P, a1_##F##_dequantize, a1_##F##_product, a1_##F##_rms_norm, a1_##F##_silu_multiply,             \
        a1_##F##_gelu_multiply, a1_##F##_dot, a1_##F##_add, a1_##F##_scale, a1_##F##_log_sum_exp,         \
        a1_##F##_exponential, a1_##F##_rotate_halves, a1_##F##_rotate_pairs, a1_##F##_index_of_maximum,   \
        a1_##F##_soft_cap, a1_##F##_store_halves, a1_##F##_attend, a1_##P##_pack,                         \
        a1_##P##_quantize_row, a1_##P##_int8_product};

FAMILY_TABLE(scalar, scalar)
FAMILY_TABLE(scalar, amx_emulated)
#if defined(__x86_64__)
FAMILY_TABLE(avx2, avx2)
FAMILY_TABLE(avx512, avx512)
FAMILY_TABLE(avx512, avx512vnni)
FAMILY_TABLE(avx512, amx)
#endif

static const a1_kernel_table *chosen = &scalar_table;

const a1_kernel_table *a1_kernels_named(const char *name) {
    if (!name) return NULL;
    if (!strcmp(name, "scalar")) return &scalar_table;
    if (!strcmp(name, "amx_emulated")) return &amx_emulated_table;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("f16c");
    if (!strcmp(name, "avx2") && has_avx2) return &avx2_table;
    const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (!strcmp(name, "avx512") && has_avx512) return &avx512_table;
    const bool has_vnni = has_avx512 && __builtin_cpu_supports("avx512vnni");
    if (!strcmp(name, "avx512vnni") && has_vnni) return &avx512vnni_table;
    if (!strcmp(name, "amx") && has_vnni && a1_amx_is_usable()) return &amx_table;
#endif
    return NULL;
}

bool a1_tile_product(bool is_emulated, int rows, int columns, int quads, const void *left, int64_t left_stride,
                     const void *right, int64_t right_stride, void *sums, int64_t stride) {
    if (is_emulated) {
        a1_amx_emulated_tile_product(rows, columns, quads, left, left_stride, right, right_stride, sums, stride);
        return true;
    }
#if defined(__x86_64__)
    if (a1_amx_is_usable()) {
        a1_amx_tile_product(rows, columns, quads, left, left_stride, right, right_stride, sums, stride);
        return true;
    }
#endif
    return false;
}

const char *a1_kernels_requested(void) {
    const char *name = getenv("A1_KERNELS");
    return name && *name ? name : NULL;
}

// An unknown or impossible request falls back to the best family here; the Tensors module reports it.
__attribute__((constructor)) static void choose_family(void) {
    const char *const order[] = {a1_kernels_requested(), "amx", "avx512vnni", "avx512", "avx2", "scalar"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const a1_kernel_table *table = a1_kernels_named(order[i]);
        if (table) {
            chosen = table;
            return;
        }
    }
}

const a1_kernel_table *a1_kernels(void) { return chosen; }

bool a1_dequantize(uint32_t type, const void *from, int64_t count, float *to) {
    return chosen->dequantize(type, from, count, to);
}

void a1_product(const a1_weights *weights, const float *x, int64_t x_stride, int64_t tokens,
                float *y, int64_t y_stride, const float *bias, a1_product_scratch *scratch) {
    chosen->product(weights, x, x_stride, tokens, y, y_stride, bias, scratch);
}

void a1_rms_norm(const float *x, const float *weight, int64_t n, float epsilon, float *out) {
    chosen->rms_norm(x, weight, n, epsilon, out);
}

void a1_silu_multiply(const float *gate, const float *up, int64_t n, float *out) {
    chosen->silu_multiply(gate, up, n, out);
}

void a1_gelu_multiply(const float *gate, const float *up, int64_t n, float *out) {
    chosen->gelu_multiply(gate, up, n, out);
}

float a1_dot(const float *a, const float *b, int64_t n) { return chosen->dot(a, b, n); }

void a1_add(const float *x, int64_t n, float *y) { chosen->add(x, n, y); }

void a1_scale(float factor, int64_t n, float *x) { chosen->scale(factor, n, x); }

double a1_log_sum_exp(const float *x, int64_t n) { return chosen->log_sum_exp(x, n); }

void a1_exp(const float *x, int64_t n, float *out) { chosen->exponential(x, n, out); }

void a1_rotate_halves(float *x, const float *cosines, const float *sines, int64_t half) {
    chosen->rotate_halves(x, cosines, sines, half);
}

void a1_rotate_pairs(float *x, const float *cosines, const float *sines, int64_t half) {
    chosen->rotate_pairs(x, cosines, sines, half);
}

int64_t a1_index_of_maximum(const float *x, int64_t n) { return chosen->index_of_maximum(x, n); }

void a1_soft_cap(float *x, int64_t n, float cap) { chosen->soft_cap(x, n, cap); }

void a1_store_halves(const float *x, int64_t n, int64_t stride, uint16_t *out) {
    chosen->store_halves(x, n, stride, out);
}

void a1_attend(const a1_attention *job, float *scratch) { chosen->attend(job, scratch); }

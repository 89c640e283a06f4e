// The kernels of every family, for dispatch.c, which puts them into tables.

#ifndef A1_FAMILIES_H
#define A1_FAMILIES_H

#include "CKernels.h"

#define A1_DECLARE_FAMILY(F)                                                                                  \
    bool a1_##F##_dequantize(uint32_t type, const void *from, int64_t count, float *to);                      \
    void a1_##F##_product(const a1_weights *weights, const float *x, int64_t x_stride, int64_t tokens,        \
                          float *y, int64_t y_stride, const float *bias, a1_product_scratch *scratch);        \
    void a1_##F##_rms_norm(const float *x, const float *weight, int64_t n, float epsilon, float *out);        \
    void a1_##F##_silu_multiply(const float *gate, const float *up, int64_t n, float *out);                   \
    void a1_##F##_gelu_multiply(const float *gate, const float *up, int64_t n, float *out);                   \
    float a1_##F##_dot(const float *a, const float *b, int64_t n);                                            \
    void a1_##F##_add(const float *x, int64_t n, float *y);                                                   \
    void a1_##F##_scale(float factor, int64_t n, float *x);                                                   \
    double a1_##F##_log_sum_exp(const float *x, int64_t n);                                                   \
    void a1_##F##_exponential(const float *x, int64_t n, float *out);                                         \
    void a1_##F##_rotate_halves(float *x, const float *cosines, const float *sines, int64_t half);            \
    void a1_##F##_rotate_pairs(float *x, const float *cosines, const float *sines, int64_t half);             \
    int64_t a1_##F##_index_of_maximum(const float *x, int64_t n);                                             \
    void a1_##F##_soft_cap(float *x, int64_t n, float cap);                                                   \
    void a1_##F##_store_halves(const float *x, int64_t n, int64_t stride, uint16_t *out);                     \
    void a1_##F##_attend(const a1_attention *job, float *scratch);

#define A1_DECLARE_INT8(F)                                                                                    \
    void a1_##F##_pack(const a1_weights *w, void *to);                                                        \
    void a1_##F##_quantize_row(const float *x, int64_t token, const a1_int8_rows *to);                        \
    void a1_##F##_int8_product(const a1_weights *w, const a1_int8_rows *x, int64_t tokens, float *y,          \
                               int64_t y_stride, const float *bias, a1_int8_scratch *scratch);

// See amx_body.h.
#define A1_DECLARE_TILES(F)                                                                                   \
    void a1_##F##_tile_product(int rows, int columns, int quads, const void *left, int64_t left_stride,       \
                               const void *right, int64_t right_stride, void *sums, int64_t stride);

A1_DECLARE_FAMILY(scalar)
A1_DECLARE_INT8(scalar)
A1_DECLARE_INT8(amx_emulated)
A1_DECLARE_TILES(amx_emulated)
#if defined(__x86_64__)
A1_DECLARE_FAMILY(avx2)
A1_DECLARE_FAMILY(avx512)
A1_DECLARE_INT8(avx2)
A1_DECLARE_INT8(avx512)
A1_DECLARE_INT8(avx512vnni)
A1_DECLARE_INT8(amx)
A1_DECLARE_TILES(amx)
// Whether processor and system have tiles, and the tiles compute what they should. Found out once a process, since
// the system is asked for leave to use them.
bool a1_amx_is_usable(void);
#endif

#endif

#define _GNU_SOURCE
#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// As in cblas.h.
enum { row_major = 101, no_transpose = 111, transpose = 112 };
typedef void sgemm_function(
    int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc);

static sgemm_function *sgemm;
static char reason[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    // Read once, when the library comes. Our own pool makes the parallelism.
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library) sgemm = (sgemm_function *)dlsym(library, "cblas_sgemm");
    if (sgemm) return;
    const char *error = dlerror();
    snprintf(reason, sizeof reason, "%s", error ? error : "cblas_sgemm is missing");
}

const char *a1_openblas_load(void) {
    pthread_once(&once, load);
    return sgemm ? NULL : reason;
}

void a1_openblas_product(int rows, int columns, int depth, const float *a, const float *b, float *c) {
    sgemm(row_major, no_transpose, transpose, rows, columns, depth, 1, a, depth, b, depth, 0, c, columns);
}

// OpenBLAS, loaded when it is first asked for. A program that is linked with it pays at its start, used or not: the
// library makes a thread for each processor and reserves memory for each.

#ifndef A1_COPENBLAS_H
#define A1_COPENBLAS_H

#ifdef __cplusplus
extern "C" {
#endif

// Loads the library, with no threads of its own. NULL if it is there, else the reason why not. From any thread.
const char *a1_openblas_load(void);

// c = a b', row after row: a is [rows][depth], b [columns][depth], c [rows][columns], each without gaps. Only after
// `a1_openblas_load` has given NULL; computes on the calling thread.
void a1_openblas_product(int rows, int columns, int depth, const float *a, const float *b, float *c);

#ifdef __cplusplus
}
#endif

#endif

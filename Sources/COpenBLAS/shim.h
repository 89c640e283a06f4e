// OpenBLAS as the system installs it. pkg-config gives the folder of cblas.h.
#ifndef A1_COPENBLAS_SHIM_H
#define A1_COPENBLAS_SHIM_H
#include <cblas.h>
#endif

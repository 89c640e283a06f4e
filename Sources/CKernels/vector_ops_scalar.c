// The scalar family of the vector operations. See vector_ops_body.h.

#define A1_NAME(x) a1_scalar_##x
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"
#include "vector_ops_body.h"

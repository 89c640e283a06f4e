// The scalar family of the matrix product. See product_body.h.

#define A1_NAME(x) a1_scalar_##x
#define A1_BLOCK_VECTORS 1
#define A1_BLOCK_TOKENS 6
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"
#include "product_body.h"

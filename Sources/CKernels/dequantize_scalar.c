// The scalar family of dequantisation. See dequantize_body.h.

#define A1_NAME(x) a1_scalar_##x
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"
#include "dequantize_body.h"

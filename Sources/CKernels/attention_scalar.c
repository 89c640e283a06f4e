// The scalar family of attention. See attention_body.h.

#define A1_NAME(x) a1_scalar_##x
#define A1_BLOCK_VECTORS 1
#define A1_BLOCK_QUERIES 6
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"
#include "attention_body.h"

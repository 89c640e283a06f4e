// The scalar family of products with bytes: the plain meaning of the others. See int8_body.h.

#define A1_NAME(x) a1_scalar_##x
#include "families.h"
#include "lanes.h"
#pragma STDC FP_CONTRACT OFF
#include "lanes_body.h"

#include "scalar_dot.h"
#include "pack_body.h"
#include "unpack_body.h"
#include "int8_body.h"

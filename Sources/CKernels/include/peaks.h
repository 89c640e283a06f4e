// What a processor does at most, to compare kernels with. Everything here runs on the calling thread alone, from
// registers or from the memory it is given; the instructions are the best ones that the processor has, whatever
// A1_KERNELS says.

#ifndef A1_PEAKS_H
#define A1_PEAKS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Multiply-adds of float32 in registers, `rounds` times over. Returns the operations done, a multiply-add counted
// as two.
int64_t a1_peak_float_operations(int64_t rounds);
// Products of int8 added up in int32, the same way.
int64_t a1_peak_byte_operations(int64_t rounds);
// What a1_peak_byte_operations computes with: "amx", "avx512-vnni", "avx2" or "plain".
const char *a1_peak_byte_instructions(void);
// Reads memory from its start to its end, once. `count` is a multiple of 1024. Returns a checksum.
uint64_t a1_peak_read(const void *start, int64_t count);

#ifdef __cplusplus
}
#endif
#endif

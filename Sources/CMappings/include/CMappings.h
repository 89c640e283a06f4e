// Files that are mapped into memory now, so that a fault in one of them can be explained.
//
// A mapped file that is cut short, or whose disk fails, raises SIGBUS at the next touch. Nothing can be thrown from
// there; but the process can say which file it was and end with the code of an input or output error.

#ifndef A1_CMAPPINGS_H
#define A1_CMAPPINGS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Notes a mapping, and installs the handler at the first. Any thread. Returns a number for a1_mapping_forget, or -1
// where all places are taken; a fault in such a mapping ends the process without a word.
int a1_mapping_note(const void *start, size_t length, const char *path);

// Before the mapping is taken back. Does nothing for -1.
void a1_mapping_forget(int number);

#ifdef __cplusplus
}
#endif

#endif

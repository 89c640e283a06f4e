// A Swift closure that does not escape, as its two words, so that the threads of a pool can share it without a copy on
// the heap. Swift declares these functions by their names (ComputeLoop.swift); by its calling convention such a closure
// is passed as code and context, and the context goes in the register for `self`.

#include <stdint.h>

#define SWIFTCALL __attribute__((swiftcall))

typedef SWIFTCALL void loop_code(intptr_t index, intptr_t thread, __attribute__((swift_context)) void *context);

typedef struct {
    loop_code *code;
    void *context;
} loop;

SWIFTCALL loop a1_loop_from(loop_code *code, void *context);
SWIFTCALL void a1_loop_call(loop_code *code, void *context, intptr_t index, intptr_t thread);

SWIFTCALL loop a1_loop_from(loop_code *code, void *context) { return (loop){code, context}; }

SWIFTCALL void a1_loop_call(loop_code *code, void *context, intptr_t index, intptr_t thread) {
    code(index, thread, context);
}

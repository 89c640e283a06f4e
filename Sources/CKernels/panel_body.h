// 256 columns of 32 rows of packed weights as a panel of bytes in the scratch, for amx_body.h and turned_body.h:
// [block of 32 columns][8 quads][row][4], with scales and minima [group of columns][row].

A1_INLINE void put_panel(panel_half *h, const a1_ints *quads) {
    UNROLL
    for (int i = 0; i < 8; i++) *(a1_ints *)(h->values + i * QUAD_BYTES) = quads[i];
    h->values += 8 * QUAD_BYTES;
}

#define UNPACK(name) unpack_##name
#define A1_UNPACK static
#define PUT put_panel
#ifdef A1_PUT_BYTES
#define PUT_BYTES A1_PUT_BYTES
#else
#define PUT_BYTES put_panel
#endif
#include "unpack_types.h"
#undef UNPACK
#undef A1_UNPACK
#undef PUT
#undef PUT_BYTES

// One unit of 16 rows.
A1_INLINE void unpack_unit(uint32_t type, panel_half *h) {
#define UNPACK_UNIT(number, name, arguments) case number: unpack_##name arguments; break;
    switch (type) { EACH_TYPE(UNPACK_UNIT) }
#undef UNPACK_UNIT
}

// The weights of a place into the scratch. Those `asking` bytes on are asked for.
static void unpack_panel(const place *p, int64_t asking) {
    a1_int8_scratch *s = p->scratch;
    panel_half halves[2];
    for (int64_t half = 0, row = 0; half < 2; half++, row += A1_LANES)
        halves[half] = (panel_half){.values = s->values + 4 * row, .signs = s->signs + 4 * row, .below = s->below + row,
            .scales = s->scales + row, .minima = s->minima + row};
    const int64_t units = p->columns / p->w->elements_per_block, unit_bytes = A1_LANES * p->w->bytes_per_block;
    const uint8_t *from = p->from;
    for (int64_t unit = 0; unit < units; unit++)
        for (int half = 0; half < 2; half++, from += unit_bytes) {
            for (int64_t ahead = 0; ahead < unit_bytes; ahead += 64)
                __builtin_prefetch(from + asking + ahead, 0, 2);
            halves[half].from = from;
            unpack_unit(p->w->type, &halves[half]);
        }
}

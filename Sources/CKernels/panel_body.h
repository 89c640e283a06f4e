// 256 columns of 32 rows of packed weights as a panel of bytes in the scratch, for amx_body.h and turned_body.h:
// [block of 32 columns][8 quads][row][4], with scales and minima [group of columns][row].

#define QUAD_BYTES (4 * A1_PANEL_ROWS)
// How many bytes before their use packed weights are asked for.
#define PANEL_ASKING 8192

A1_INLINE void put_panel(panel_half *h, const a1_ints *quads) {
    UNROLL
    for (int i = 0; i < 8; i++) *(a1_ints *)(h->values + i * QUAD_BYTES) = quads[i];
    h->values += 8 * QUAD_BYTES;
}

#define UNPACK(name) unpack_##name
#define A1_UNPACK static
#define PUT put_panel
#include "unpack_types.h"
#undef UNPACK
#undef A1_UNPACK
#undef PUT

// One unit of 16 rows.
A1_INLINE void unpack_unit(uint32_t type, panel_half *h) {
#define UNPACK_UNIT(number, name, arguments) case number: unpack_##name arguments; break;
    switch (type) { EACH_TYPE(UNPACK_UNIT) }
#undef UNPACK_UNIT
}

// The weights of a place into the scratch.
static void unpack_panel(const place *p) {
    a1_int8_scratch *s = p->scratch;
    panel_half halves[2] = {{.values = s->values, .scales = s->scales, .minima = s->minima},
        {.values = s->values + 4 * A1_LANES, .scales = s->scales + A1_LANES, .minima = s->minima + A1_LANES}};
    const int64_t units = p->columns / p->w->elements_per_block, unit_bytes = A1_LANES * p->w->bytes_per_block;
    const uint8_t *from = p->from;
    for (int64_t unit = 0; unit < units; unit++)
        for (int half = 0; half < 2; half++, from += unit_bytes) {
            for (int64_t ahead = 0; ahead < unit_bytes; ahead += 64)
                __builtin_prefetch(from + PANEL_ASKING + ahead, 0, 2);
            halves[half].from = from;
            unpack_unit(p->w->type, &halves[half]);
        }
}

// One unit of 16 rows of each type, for unpack_body.h, which sets UNPACK(name), the function's name, A1_UNPACK, its
// kind, PUT(h, quads), what becomes of 32 columns, and PUT_BYTES(h, quads), the same where weights have 8 bits.

A1_UNPACK void UNPACK(fours)(panel_half *h, const bool has_minimum) {
    a1_ints quads[8];
    take_scale(h, has_minimum);
    take_nibbles(h, quads);
    PUT(h, quads);
}

A1_UNPACK void UNPACK(fives)(panel_half *h, const bool has_minimum) {
    a1_ints quads[8];
    take_scale(h, has_minimum);
    take_fives(h, quads);
    PUT(h, quads);
}

A1_UNPACK void UNPACK(eights)(panel_half *h) {
    a1_ints quads[8];
    put_scale(h, take_halves(h));
    UNROLL
    for (int i = 0; i < 8; i++) quads[i] = take(h) ^ WIDE_FLIP;
    PUT_BYTES(h, quads);
}

A1_UNPACK void UNPACK(q2_k)(panel_half *h) {
    const a1_ints head = take(h);
    const a1_floats d = halves(head), dmin = -high_halves(head);
    for (int g = 0; g < 4; g++) {
        const a1_ints packed = take(h);
        UNROLL
        for (int j = 0; j < 4; j++) {
            put_scale(h, d * bytes_of(packed & NIBBLES, j));
            put_minimum(h, dmin * bytes_of((packed >> 4) & NIBBLES, j));
        }
    }
    for (int b = 0; b < 8; b++) {
        const a1_ints v[2] = {take(h), take(h)};
        a1_ints quads[8];
        UNROLL
        for (int i = 0; i < 8; i++) quads[i] = two_of(v[i / 4], i % 4, 0);
        PUT(h, quads);
    }
}

A1_UNPACK void UNPACK(q3_k)(panel_half *h) {
    const a1_floats d = take_halves(h);
    const a1_ints packed[3] = {take(h), take(h), take(h)};
    UNROLL
    for (int g = 0; g < 16; g++) {
        const a1_ints low = (packed[g % 8 / 4] >> (8 * (g % 4) + g / 8 * 4)) & 15;
        const a1_ints high = (packed[2] >> (8 * (g % 4) + g / 4 * 2)) & 3;
        put_scale(h, d * FLOATS((low | high << 4) - 32));
    }
    for (int b = 0; b < 8; b++) {
        const a1_ints third = take(h), v[2] = {take(h), take(h)};
        a1_ints quads[8];
        UNROLL
        for (int i = 0; i < 8; i++) quads[i] = two_of(v[i / 4], i % 4, 0) | one_of(third, i, 2);
        PUT(h, quads);
    }
}

A1_UNPACK void UNPACK(q4_k)(panel_half *h) {
    take_k_scales(h);
    for (int b = 0; b < 8; b++) {
        a1_ints quads[8];
        take_nibbles(h, quads);
        PUT(h, quads);
    }
}

A1_UNPACK void UNPACK(q5_k)(panel_half *h) {
    take_k_scales(h);
    for (int b = 0; b < 8; b++) {
        a1_ints quads[8];
        take_fives(h, quads);
        PUT(h, quads);
    }
}

A1_UNPACK void UNPACK(q6_k)(panel_half *h) {
    const a1_floats d = take_halves(h);
    for (int g = 0; g < 4; g++) {
        const a1_ints scales = take(h);
        UNROLL
        for (int j = 0; j < 4; j++) put_scale(h, d * signed_bytes_of(scales, j));
    }
    for (int b = 0; b < 8; b++) {
        const a1_ints v[2] = {take(h), take(h)};
        a1_ints quads[8];
        take_nibbles(h, quads);
        UNROLL
        for (int i = 0; i < 8; i++) quads[i] |= two_of(v[i / 4], i % 4, 4);
        PUT(h, quads);
    }
}

A1_UNPACK void UNPACK(iq4)(panel_half *h) {
    a1_ints quads[8];
    take_nibbles(h, quads);
    UNROLL
    for (int i = 0; i < 8; i++) quads[i] = iq4_lookup64(quads[i]);
    PUT_BYTES(h, quads);
}

A1_UNPACK void UNPACK(iq4_nl)(panel_half *h) {
    put_scale(h, take_halves(h));
    UNPACK(iq4)(h);
}

A1_UNPACK void UNPACK(iq4_xs)(panel_half *h) {
    const a1_ints head = take(h), low = take(h);
    const a1_floats d = halves(head);
    UNROLL
    for (int j = 0; j < 8; j++) {
        const a1_ints scale = ((low >> (4 * j)) & 15) | ((head >> (16 + 2 * j)) & 3) << 4;
        put_scale(h, d * FLOATS(scale - 32));
    }
    for (int b = 0; b < 8; b++) UNPACK(iq4)(h);
}

// What the nibbles of IQ4_NL and IQ4_XS stand for, for dequantize_body.h and unpack_body.h. A family may set
// A1_LOOKUP16(table, index): the bytes of a table of 16 at 16 indices.

static const int8_t iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

// Signed bytes of nibbles.
A1_INLINE bytes16 iq4_lookup(bytes16 q) {
#ifdef A1_LOOKUP16
    return (bytes16)A1_LOOKUP16(load16((const uint8_t *)iq4_values), q);
#else
    bytes16 v;
    for (int j = 0; j < 16; j++) v[j] = (uint8_t)iq4_values[q[j]];
    return v;
#endif
}

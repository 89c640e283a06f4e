// Quantised weights turned for products with bytes, for any family: the bits of the file in another order and in
// as many bytes. The layouts of blocks are those of dequantize_body.h.
//
// 32 rows are a panel, 16 of them a half. The columns of a panel go by in units of one block of the type (32 or 256
// columns); a unit has first all of the first half, then all of the second: scales as they are, turned, and then for
// each 32 columns planes of bits. A vector of a plane has four columns of each of 16 rows, a quad:
//     nibbles, 4 vectors: the low 4 bits of quads i and 4 + i in vector i
//     twos, 2 vectors: 2 bits of quads 4 i + j at bit 2 j of vector i
//     ones, 1 vector: 1 bit of quad j at bit j
//     bytes, 8 vectors: 8 bits of quad i in vector i
// Missing rows are zero bytes.

#define NIBBLES 0x0f0f0f0f
#define TWOS 0x03030303
#define ONES 0x01010101

// Four bytes of each of 16 rows.
A1_INLINE a1_ints dwords_at(const uint8_t *p, int64_t stride) {
    a1_ints v;
    UNROLL
    for (int r = 0; r < A1_LANES; r++) {
        int32_t word;
        memcpy(&word, p + r * stride, sizeof word);
        v[r] = word;
    }
    return v;
}

// The binary16 number at p of each of 16 rows.
A1_INLINE void pack_halves(const uint8_t *p, int64_t stride, uint8_t **to) {
    for (int r = 0; r < A1_LANES; r++) memcpy(*to + 2 * r, p + r * stride, 2);
    *to += 2 * A1_LANES;
}

A1_INLINE void pack_vectors(const a1_ints *v, int count, uint8_t **to) {
    memcpy(*to, v, (size_t)count * sizeof *v);
    *to += (size_t)count * sizeof *v;
}

A1_INLINE void pack_turned(const uint8_t *p, int64_t stride, uint8_t **to) {
    a1_ints v[4];
    turn16(p, stride, v);
    pack_vectors(v, 4, to);
}

A1_INLINE void pack_dwords(const uint8_t *p, int64_t stride, uint8_t **to) {
    const a1_ints v = dwords_at(p, stride);
    pack_vectors(&v, 1, to);
}

// Quads of 32 columns whose low nibbles (after a shift) are a plane.
A1_INLINE void pack_nibbles(const a1_ints *quads, int shift, uint8_t **to) {
    a1_ints v[4];
    UNROLL
    for (int i = 0; i < 4; i++) v[i] = ((quads[i] >> shift) & NIBBLES) | ((quads[4 + i] >> shift) & NIBBLES) << 4;
    pack_vectors(v, 4, to);
}

A1_INLINE void pack_twos(const a1_ints *quads, int shift, uint8_t **to) {
    a1_ints v[2] = {};
    UNROLL
    for (int i = 0; i < 8; i++) v[i / 4] |= ((quads[i] >> shift) & TWOS) << (2 * (i % 4));
    pack_vectors(v, 2, to);
}

A1_INLINE void pack_ones(const a1_ints *quads, int shift, uint8_t **to) {
    a1_ints v = {};
    UNROLL
    for (int i = 0; i < 8; i++) v |= ((quads[i] >> shift) & ONES) << i;
    pack_vectors(&v, 1, to);
}

// 32 bits of each row to a plane of ones: bits 4 i ... 4 i + 3 belong to quad i.
A1_INLINE void pack_bits(a1_ints bits, uint8_t **to) {
    a1_ints v = {};
    UNROLL
    for (int i = 0; i < 8; i++) v |= ((((bits >> (4 * i)) & 15) * 0x00204081) & ONES) << i;
    pack_vectors(&v, 1, to);
}

// 32 bytes of each of 16 rows.
A1_INLINE void turn32(const uint8_t *p, int64_t stride, a1_ints *out) {
    turn16(p, stride, out);
    turn16(p + 16, stride, out + 4);
}

static void pack_q2_k(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_dwords(p + 80, stride, to);
    pack_turned(p, stride, to);
    for (int h = 0; h < 2; h++) {
        a1_ints v[8];
        turn32(p + 16 + 32 * h, stride, v);
        UNROLL
        for (int j = 0; j < 4; j++) pack_twos(v, 2 * j, to);
    }
}

static void pack_q3_k(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_halves(p + 108, stride, to);
    for (int i = 0; i < 12; i += 4) pack_dwords(p + 96 + i, stride, to);
    a1_ints third[8];
    turn32(p, stride, third);
    UNROLL
    for (int h = 0; h < 2; h++) {
        a1_ints v[8];
        turn32(p + 32 + 32 * h, stride, v);
        UNROLL
        for (int j = 0; j < 4; j++) {
            pack_ones(third, 4 * h + j, to);
            pack_twos(v, 2 * j, to);
        }
    }
}

static void pack_q4_k(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_turned(p, stride, to);
    for (int j = 0; j < 4; j++) {
        a1_ints v[8];
        turn32(p + 16 + 32 * j, stride, v);
        pack_nibbles(v, 0, to);
        pack_nibbles(v, 4, to);
    }
}

static void pack_q5_k(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_turned(p, stride, to);
    a1_ints fifth[8];
    turn32(p + 16, stride, fifth);
    UNROLL
    for (int j = 0; j < 4; j++) {
        a1_ints v[8];
        turn32(p + 48 + 32 * j, stride, v);
        pack_ones(fifth, 2 * j, to);
        pack_nibbles(v, 0, to);
        pack_ones(fifth, 2 * j + 1, to);
        pack_nibbles(v, 4, to);
    }
}

static void pack_q6_k(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_halves(p + 208, stride, to);
    pack_turned(p + 192, stride, to);
    for (int h = 0; h < 2; h++) {
        a1_ints low[8], next[8], high[8];
        turn32(p + 64 * h, stride, low);
        turn32(p + 64 * h + 32, stride, next);
        turn32(p + 128 + 32 * h, stride, high);
        UNROLL
        for (int c = 0; c < 4; c++) {
            pack_twos(high, 2 * c, to);
            pack_nibbles(c % 2 ? next : low, c / 2 * 4, to);
        }
    }
}

static void pack_iq4_xs(const uint8_t *p, int64_t stride, uint8_t **to) {
    pack_dwords(p, stride, to);
    pack_dwords(p + 4, stride, to);
    for (int b = 0; b < 8; b++) pack_turned(p + 8 + 16 * b, stride, to);
}

// One block of each of 16 rows, which begin `stride` bytes apart.
static void pack_unit(uint32_t type, const uint8_t *p, int64_t stride, uint8_t **to) {
    switch (type) {
    case 2: case 20:
        pack_halves(p, stride, to);
        pack_turned(p + 2, stride, to);
        break;
    case 3:
        pack_dwords(p, stride, to);
        pack_turned(p + 4, stride, to);
        break;
    case 6:
        pack_halves(p, stride, to);
        pack_bits(dwords_at(p + 2, stride), to);
        pack_turned(p + 6, stride, to);
        break;
    case 7:
        pack_dwords(p, stride, to);
        pack_bits(dwords_at(p + 4, stride), to);
        pack_turned(p + 8, stride, to);
        break;
    case 8:
        pack_halves(p, stride, to);
        pack_turned(p + 2, stride, to);
        pack_turned(p + 18, stride, to);
        break;
    case 10: pack_q2_k(p, stride, to); break;
    case 11: pack_q3_k(p, stride, to); break;
    case 12: pack_q4_k(p, stride, to); break;
    case 13: pack_q5_k(p, stride, to); break;
    case 14: pack_q6_k(p, stride, to); break;
    default: pack_iq4_xs(p, stride, to); break;
    }
}

void A1_NAME(pack)(const a1_weights *w, void *to) {
    uint8_t edge[A1_LANES * 256];
    uint8_t *next = to;
    const int64_t units = w->columns / w->elements_per_block, stride = w->bytes_per_row;
    for (int64_t row = 0; row < w->rows; row += A1_PANEL_ROWS)
        for (int64_t unit = 0; unit < units; unit++)
            for (int64_t half = row; half < row + A1_PANEL_ROWS; half += A1_LANES) {
                const uint8_t *start = (const uint8_t *)w->start + half * stride + unit * w->bytes_per_block;
                if (half + A1_LANES <= w->rows) {
                    pack_unit(w->type, start, stride, &next);
                    continue;
                }
                memset(edge, 0, sizeof edge);
                for (int64_t r = half; r < w->rows; r++)
                    memcpy(edge + (r - half) * 256, start + (r - half) * stride, (size_t)w->bytes_per_block);
                pack_unit(w->type, edge, 256, &next);
            }
}

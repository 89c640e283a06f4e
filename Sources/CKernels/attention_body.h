// Attention of a tile of queries over keys and values in blocks, for any family. The including file sets
// A1_BLOCK_VECTORS and A1_BLOCK_QUERIES, the block of outputs that its registers hold.
//
// Positions are taken in chunks of A1_ATTENTION_CHUNK: the scores of a chunk, their exponentials under the
// largest score so far, then the values. What was summed under a smaller largest score is scaled down
// (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018). So the memory does not grow
// with the context, and keys and values are read once for all queries of the tile.
//
// The bits of a query's output depend on its own numbers, its position and what it sees alone. A score runs
// along the head by multiply-add from zero. Chunks begin at multiples of their length whatever the first
// visible position is; in each, exponentials are added in the lanes of their positions, and values in rising
// order of the positions. Positions that a query does not see are not touched in its sums.

#define CHUNK A1_ATTENTION_CHUNK
#define QUERIES A1_ATTENTION_QUERIES
#define GROUP A1_LANES
#define GROUPS (2 * CHUNK / GROUP + A1_BLOCK_VECTORS)
// Not a power of two, so that the rows of scores do not meet in the same places of the cache.
#define SCORE_STRIDE (CHUNK + A1_LANES)

// A tile in work. Arrays of a number for each query have QUERIES lanes.
typedef struct {
    const a1_attention *job;
    int64_t queries;
    // Floats of a query's sums: whole vectors.
    int64_t padded;
    // [number of the head][query], [query][position in the chunk], [query][number of the head]
    float *packed, *scores, *sums;
    float top[QUERIES], total[QUERIES];
    // Visible positions of each row in the chunk.
    int64_t from[QUERIES], to[QUERIES];
    // Keys of each group of 16 positions, of this chunk and the next; values lie `values_offset` bytes behind.
    const char *groups[GROUPS];
    int64_t values_offset;
} attention_tile;

A1_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
A1_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// Bytes of a number of keys and values.
A1_INLINE int64_t number_bytes(const bool is_half) { return is_half ? sizeof(uint16_t) : sizeof(float); }
A1_INLINE a1_floats load_numbers(const char *p, const bool is_half) { return is_half ? load_halves(p) : A1_LOAD(p); }

// 16 rows of 16 numbers to columns: squares off the diagonal change places, of 8, 4, 2 and 1 lanes.
A1_INLINE void turn_square(a1_floats v[A1_LANES]) {
#pragma clang loop unroll(full)
    for (int r = 0; r < A1_LANES; r++) {
        if (r & 8) continue;
        const a1_floats x = v[r], y = v[r + 8];
        v[r] = __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        v[r + 8] = __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < A1_LANES; r++) {
        if (r & 4) continue;
        const a1_floats x = v[r], y = v[r + 4];
        v[r] = __builtin_shufflevector(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        v[r + 4] = __builtin_shufflevector(x, y, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < A1_LANES; r++) {
        if (r & 2) continue;
        const a1_floats x = v[r], y = v[r + 2];
        v[r] = __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        v[r + 2] = __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < A1_LANES; r++) {
        if (r & 1) continue;
        const a1_floats x = v[r], y = v[r + 1];
        v[r] = __builtin_shufflevector(x, y, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        v[r + 1] = __builtin_shufflevector(x, y, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
}

// Queries side by side, so that one number of the head is one line of the cache; missing ones are zero.
static void pack_queries(const attention_tile *tile) {
    const a1_attention *job = tile->job;
    for (int64_t row = 0; row < job->rows; row++)
        for (int64_t i = 0; i < job->heads * job->length; i += A1_LANES)
            __builtin_prefetch(job->queries + row * job->row_stride + i, 0, 3);
    for (int64_t i = 0; i < job->length; i += A1_LANES) {
        a1_floats v[QUERIES] = {};
        for (int64_t row = 0; row < job->rows; row++)
            for (int64_t head = 0; head < job->heads; head++) {
                const float *query = job->queries + row * job->row_stride + head * job->length + i;
                v[row * job->heads + head]
                    = i + A1_LANES <= job->length ? A1_LOAD(query) : load_part(query, job->length - i, 0);
            }
        turn_square(v);
#pragma clang loop unroll(full)
        for (int64_t j = 0; j < A1_LANES; j++) A1_STORE(tile->packed + (i + j) * QUERIES, v[j]);
    }
}

// Scores of T queries with V groups of 16 positions. The next keys, and the values of this chunk, are asked for
// from memory: each block lies somewhere else, which hardware does not foresee.
A1_INLINE void score_block(const attention_tile *tile, int64_t group, int64_t query, const int T, const int V,
                           const bool is_half) {
    const int64_t vector = GROUP * number_bytes(is_half);
    const float *packed = tile->packed + query;
    const char *const *keys = tile->groups + group;
    a1_floats acc[A1_BLOCK_QUERIES][A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) acc[t][v] = (a1_floats){};
    for (int64_t i = 0; i < tile->job->length; i++) {
        a1_floats k[A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) {
            k[v] = load_numbers(keys[v] + i * vector, is_half);
            __builtin_prefetch(keys[v + A1_BLOCK_VECTORS] + i * vector, 0, 3);
            __builtin_prefetch(keys[v] + tile->values_offset + i * vector, 0, 2);
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            const a1_floats q = A1_SPLAT(packed[i * QUERIES + t]);
#pragma clang loop unroll(full)
            for (int v = 0; v < V; v++) acc[t][v] = A1_FMA(k[v], q, acc[t][v]);
        }
    }
    const a1_floats scale = A1_SPLAT(tile->job->scale);
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++)
            A1_STORE(tile->scores + (query + t) * SCORE_STRIDE + (group + v) * GROUP, acc[t][v] * scale);
}

// sums[query] += weights of the positions [from, to) times V vectors of their values at `column`. The same part
// of the next chunk is asked for from memory, which would be idle otherwise.
A1_INLINE void value_block(const attention_tile *tile, int64_t from, int64_t to, int64_t column, int64_t query,
                           const int T, const int V, const bool is_half) {
    const int64_t length = tile->job->length, size = number_bytes(is_half), step = length * size;
    const float *weights = tile->scores + query * SCORE_STRIDE;
    float *sums = tile->sums + query * tile->padded + column;
    a1_floats acc[A1_BLOCK_QUERIES][A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) acc[t][v] = A1_LOAD(sums + t * tile->padded + v * A1_LANES);
    for (int64_t p = from; p < to;) {
        const int64_t place = p % GROUP * step + column * size;
        const char *row = tile->groups[p / GROUP] + tile->values_offset + place;
        const char *next = tile->groups[p / GROUP + CHUNK / GROUP] + place;
        for (const int64_t end = smaller(to, (p / GROUP + 1) * GROUP); p < end; p++, row += step, next += step) {
            a1_floats values[A1_BLOCK_VECTORS];
#pragma clang loop unroll(full)
            for (int v = 0; v < V; v++) {
                values[v] = load_numbers(row + v * A1_LANES * size, is_half);
                __builtin_prefetch(next + v * A1_LANES * size, 0, 2);
                __builtin_prefetch(next + tile->values_offset + v * A1_LANES * size, 0, 2);
            }
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) {
                const a1_floats weight = A1_SPLAT(weights[t * SCORE_STRIDE + p]);
#pragma clang loop unroll(full)
                for (int v = 0; v < V; v++) acc[t][v] = A1_FMA(weight, values[v], acc[t][v]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) A1_STORE(sums + t * tile->padded + v * A1_LANES, acc[t][v]);
}

// The same for the last `rest` numbers of a head whose length is no multiple of 16, and one query.
static void value_rest(const attention_tile *tile, int64_t from, int64_t to, int64_t column, int64_t query) {
    const bool is_half = tile->job->is_half;
    const int64_t length = tile->job->length, rest = length - column, size = number_bytes(is_half);
    float *sums = tile->sums + query * tile->padded + column;
    a1_floats acc = A1_LOAD(sums);
    for (int64_t p = from; p < to; p++) {
        const char *row = tile->groups[p / GROUP] + tile->values_offset + (p % GROUP * length + column) * size;
        char part[A1_LANES * sizeof(float)] = {0};
        memcpy(part, row, (size_t)(rest * size));
        acc = A1_FMA(A1_SPLAT(tile->scores[query * SCORE_STRIDE + p]), load_numbers(part, is_half), acc);
    }
    A1_STORE(sums, acc);
}

#if A1_BLOCK_QUERIES > 6
#define FOR_EACH_CASE CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6); CASE(7); CASE(8); CASE(9); CASE(10); \
    CASE(11); CASE(12); CASE(13)
#else
#define FOR_EACH_CASE CASE(1); CASE(2); CASE(3); CASE(4); CASE(5)
#endif

// A function of a tile, for the precision of its keys and values, which is a constant in it.
#define FOR_PRECISION(function, ...) \
    (tile->job->is_half ? function(tile, __VA_ARGS__, true) : function(tile, __VA_ARGS__, false))

#define CASE(T) case T: FOR_PRECISION(score_block, group, query, T, A1_BLOCK_VECTORS); break
static void score_queries(const attention_tile *tile, int64_t group, int64_t query, int64_t count) {
    switch (count) {
    FOR_EACH_CASE;
    default: FOR_PRECISION(score_block, group, query, A1_BLOCK_QUERIES, A1_BLOCK_VECTORS);
    }
}
#undef CASE

#define CASE(T) case T: FOR_PRECISION(value_block, from, to, column, query, T, A1_BLOCK_VECTORS); break
static void value_queries(const attention_tile *tile, int64_t from, int64_t to, int64_t column, int64_t query,
                          int64_t count) {
    switch (count) {
    FOR_EACH_CASE;
    default: FOR_PRECISION(value_block, from, to, column, query, A1_BLOCK_QUERIES, A1_BLOCK_VECTORS);
    }
}
#undef CASE
#undef FOR_EACH_CASE

// Queries of a register block: even parts, so that 16 are 8 and 8, not 14 and 2.
A1_INLINE int64_t part_of(int64_t queries) {
    const int64_t parts = (queries + A1_BLOCK_QUERIES - 1) / A1_BLOCK_QUERIES;
    return (queries + parts - 1) / parts;
}

// Adds the values of positions [from, to), which all these queries see.
static void add_values(const attention_tile *tile, int64_t from, int64_t to, int64_t query, int64_t count) {
    if (from >= to) return;
    const int64_t length = tile->job->length, end = query + count, part = part_of(count);
    int64_t column = 0;
    for (; column + A1_BLOCK_VECTORS * A1_LANES <= length; column += A1_BLOCK_VECTORS * A1_LANES)
        for (int64_t q = query; q < end; q += part) value_queries(tile, from, to, column, q, smaller(part, end - q));
    for (; column + A1_LANES <= length; column += A1_LANES)
        for (int64_t q = query; q < end; q++) FOR_PRECISION(value_block, from, to, column, q, 1, 1);
    for (int64_t q = query; column < length && q < end; q++) value_rest(tile, from, to, column, q);
}

// Puts the soft cap on the scores of [from, to) and -infinity in the place of the rest of their vectors;
// returns the largest, or `top` if that is larger.
static float cap_scores(float *scores, int64_t from, int64_t to, float cap, float top) {
    const a1_ints lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    a1_floats best = A1_SPLAT(top);
    for (int64_t i = from / A1_LANES * A1_LANES; i < to; i += A1_LANES) {
        a1_floats v = A1_LOAD(scores + i);
        if (cap > 0) v = soft_cap_lanes(v, A1_SPLAT(cap));
        if (i < from || i + A1_LANES > to) {
            const a1_ints position = lanes + (int32_t)i;
            v = A1_SELECT((position >= (int32_t)from) & (position < (int32_t)to), v, A1_SPLAT(-INFINITY));
            A1_STORE(scores + i, v);
        } else if (cap > 0) {
            A1_STORE(scores + i, v);
        }
        best = larger_lanes(v, best);
    }
    return largest_lane(best);
}

// Scores to exponentials under `top`; returns their sum.
static float weigh_scores(float *scores, int64_t from, int64_t to, float top) {
    const a1_floats under = A1_SPLAT(top);
    a1_floats sum = {};
    for (int64_t i = from / A1_LANES * A1_LANES; i < to; i += A1_LANES) {
        const a1_floats e = exp_lanes(A1_LOAD(scores + i) - under);
        A1_STORE(scores + i, e);
        sum += e;
    }
    return sum_lanes(sum);
}

// Scores of the chunk to weights; what stands in the sums is scaled to the new largest scores.
static void weigh_chunk(attention_tile *tile) {
    const int64_t heads = tile->job->heads;
    float top[QUERIES];
    memcpy(top, tile->top, sizeof top);
    for (int64_t q = 0; q < tile->queries; q++) {
        const int64_t from = tile->from[q / heads], to = tile->to[q / heads];
        if (from < to) top[q] = cap_scores(tile->scores + q * SCORE_STRIDE, from, to, tile->job->cap, top[q]);
    }
    float factors[QUERIES];
    A1_STORE(factors, exp_lanes(A1_LOAD(tile->top) - A1_LOAD(top)));
    for (int64_t q = 0; q < tile->queries; q++) {
        const int64_t from = tile->from[q / heads], to = tile->to[q / heads];
        if (from >= to) continue;
        const float sum = weigh_scores(tile->scores + q * SCORE_STRIDE, from, to, top[q]);
        tile->total[q] = tile->total[q] * factors[q] + sum;
        tile->top[q] = top[q];
        if (factors[q] == 1) continue;
        float *sums = tile->sums + q * tile->padded;
        for (int64_t i = 0; i < tile->padded; i += A1_LANES)
            A1_STORE(sums + i, A1_LOAD(sums + i) * A1_SPLAT(factors[q]));
    }
}

// Values of the chunk: at first what some rows see and others do not yet, then what all see, then the rest.
static void add_chunk(const attention_tile *tile) {
    const int64_t rows = tile->job->rows, heads = tile->job->heads;
    int64_t from = 0, to = CHUNK;
    for (int64_t row = 0; row < rows; row++) {
        from = larger(from, tile->from[row]);
        to = smaller(to, tile->to[row]);
    }
    if (from >= to) {
        for (int64_t row = 0; row < rows; row++)
            add_values(tile, tile->from[row], tile->to[row], row * heads, heads);
        return;
    }
    for (int64_t row = 0; row < rows; row++) add_values(tile, tile->from[row], from, row * heads, heads);
    add_values(tile, from, to, 0, tile->queries);
    for (int64_t row = 0; row < rows; row++) add_values(tile, to, tile->to[row], row * heads, heads);
}

// Where the groups of a chunk and of the next lie. After the last one that the tile needs it stands again, for
// blocks of registers that it does not fill, and for what is asked for.
static void find_groups(attention_tile *tile, int64_t first) {
    const a1_attention *job = tile->job;
    const int64_t groups_per_block = job->tokens_per_block / GROUP, last = (job->position + job->rows - 1) / GROUP;
    int64_t block = first / groups_per_block, place = first % groups_per_block;
    for (int64_t g = 0; g < GROUPS; g++) {
        tile->groups[g] = (const char *)job->keys
            + (job->table[block] * job->block_stride + place * GROUP * job->length) * number_bytes(job->is_half);
        if (first + g >= last) continue;
        place++;
        if (place == groups_per_block) {
            place = 0;
            block++;
        }
    }
}

static void attend_chunk(attention_tile *tile, int64_t chunk) {
    const a1_attention *job = tile->job;
    int64_t from = CHUNK, to = 0;
    for (int64_t row = 0; row < job->rows; row++) {
        const int64_t last = job->position + row;
        const int64_t first = job->window > last ? 0 : last - job->window + 1;
        tile->from[row] = larger(first - chunk, 0);
        tile->to[row] = smaller(last + 1 - chunk, CHUNK);
        if (tile->from[row] >= tile->to[row]) {
            tile->from[row] = tile->to[row] = 0;
            continue;
        }
        from = smaller(from, tile->from[row]);
        to = larger(to, tile->to[row]);
    }
    if (from >= to) return;
    find_groups(tile, chunk / GROUP);
    const int64_t first = from / GROUP, end = (to + GROUP - 1) / GROUP;
    const int64_t part = part_of(tile->queries);
    for (int64_t g = first; g < end; g += A1_BLOCK_VECTORS)
        for (int64_t q = 0; q < tile->queries; q += part)
            score_queries(tile, g, q, smaller(part, tile->queries - q));
    weigh_chunk(tile);
    add_chunk(tile);
}

void A1_NAME(attend)(const a1_attention *job, float *scratch) {
    attention_tile tile;
    tile.job = job;
    tile.queries = job->rows * job->heads;
    tile.padded = (job->length + A1_LANES - 1) / A1_LANES * A1_LANES;
    tile.values_offset = job->tokens_per_block * job->length * number_bytes(job->is_half);
    tile.scores = scratch;
    tile.sums = tile.scores + QUERIES * SCORE_STRIDE;
    tile.packed = tile.sums + QUERIES * tile.padded;
    for (int q = 0; q < QUERIES; q++) {
        tile.top[q] = -INFINITY;
        tile.total[q] = 0;
    }
    memset(tile.sums, 0, (size_t)(tile.queries * tile.padded) * sizeof(float));
    pack_queries(&tile);
    const int64_t last = job->position + job->rows - 1;
    const int64_t first = job->window > job->position ? 0 : job->position - job->window + 1;
    for (int64_t chunk = first / CHUNK * CHUNK; chunk <= last; chunk += CHUNK) attend_chunk(&tile, chunk);
    for (int64_t row = 0; row < job->rows; row++)
        for (int64_t head = 0; head < job->heads; head++) {
            const int64_t query = row * job->heads + head;
            const float factor = 1 / tile.total[query];
            float *out = job->outputs + row * job->row_stride + head * job->length;
            for (int64_t i = 0; i < job->length; i++) out[i] = tile.sums[query * tile.padded + i] * factor;
        }
}

#undef CHUNK
#undef QUERIES
#undef GROUP
#undef GROUPS
#undef SCORE_STRIDE
#undef FOR_PRECISION

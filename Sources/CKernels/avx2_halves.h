// Numbers of binary16 to binary32 by F16C, for lanes_body.h of the families with AVX2.

A1_INLINE a1_floats f16c_floats(__m128i low, __m128i high) {
    const a1_floats8 first = (a1_floats8)_mm256_cvtph_ps(low), second = (a1_floats8)_mm256_cvtph_ps(high);
    return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

// Those in the low half of each lane.
A1_INLINE a1_floats f16c_lanes(a1_ints h) {
    const __m256i low = (__m256i)__builtin_shufflevector(h, h, 0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i high = (__m256i)__builtin_shufflevector(h, h, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i mask = _mm256_set1_epi32(0xffff);
    const __m256i packed = _mm256_packus_epi32(_mm256_and_si256(low, mask), _mm256_and_si256(high, mask));
    const __m256i ordered = _mm256_permute4x64_epi64(packed, 0xd8);
    return f16c_floats(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
}

#define A1_LANE_HALVES(h) f16c_lanes(h)
// Those that lie side by side.
#define A1_HALVES(p) f16c_floats(_mm_loadu_si128((const __m128i *)(p)), _mm_loadu_si128((const __m128i *)(p) + 1))

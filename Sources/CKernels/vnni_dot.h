// Two dot products of bytes with one broadcast, for the families with AVX-512 VNNI: written as instructions, since the
// compiler would load all broadcasts first and have no registers left for the sums.

A1_INLINE void dot4_at(a1_ints sums[2], const a1_ints w[2], const int8_t *p) {
    a1_ints x;
    __asm__("vpbroadcastd %5, %2\n\tvpdpbusd %2, %3, %0\n\tvpdpbusd %2, %4, %1"
        : "+v"(sums[0]), "+v"(sums[1]), "=&v"(x)
        : "v"(w[0]), "v"(w[1]), "m"(*(const int32_t *)p));
}

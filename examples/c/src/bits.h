/* Small questions about numbers: compiled into every file that asks them. */
#ifndef BITS_H
#define BITS_H

#include <stdbool.h>
#include <stddef.h>

static inline bool is_power_of_two(size_t n) {
    return n != 0 && (n & (n - 1)) == 0;
}

#define MIN(a, b) ((a) < (b) ? (a) : (b))

#endif

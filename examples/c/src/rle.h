/* Run lengths: `aaab` becomes `3a1b`. */
#ifndef RLE_H
#define RLE_H

#include <stddef.h>

size_t rle_encode(const char *text, char *to, size_t capacity);
size_t rle_decode(const char *text, char *to, size_t capacity);

#endif

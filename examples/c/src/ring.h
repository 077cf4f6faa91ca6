/* A ring of bytes with a capacity that is a power of two. */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring {
    unsigned char *bytes;
    size_t capacity;
    size_t read;
    size_t written;
};

bool ring_open(struct ring *ring, size_t capacity);
void ring_close(struct ring *ring);
size_t ring_length(const struct ring *ring);
size_t ring_put(struct ring *ring, const void *from, size_t length);
size_t ring_take(struct ring *ring, void *to, size_t length);

#endif

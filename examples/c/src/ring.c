#include "ring.h"

#include <stdlib.h>

#include "bits.h"

bool ring_open(struct ring *ring, size_t capacity) {
    if (!is_power_of_two(capacity)) {
        return false;
    }
    ring->bytes = malloc(capacity);
    if (ring->bytes == NULL) {
        return false;
    }
    ring->capacity = capacity;
    ring->read = 0;
    ring->written = 0;
    return true;
}

void ring_close(struct ring *ring) {
    free(ring->bytes);
    ring->bytes = NULL;
    ring->capacity = 0;
}

size_t ring_length(const struct ring *ring) {
    return ring->written - ring->read;
}

size_t ring_put(struct ring *ring, const void *from, size_t length) {
    const unsigned char *bytes = from;
    length = MIN(length, ring->capacity - ring_length(ring));
    for (size_t i = 0; i < length; i++) {
        ring->bytes[ring->written++ & (ring->capacity - 1)] = bytes[i];
    }
    return length;
}

size_t ring_take(struct ring *ring, void *to, size_t length) {
    unsigned char *bytes = to;
    length = MIN(length, ring_length(ring));
    for (size_t i = 0; i < length; i++) {
        bytes[i] = ring->bytes[ring->read++ & (ring->capacity - 1)];
    }
    return length;
}

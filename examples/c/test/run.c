#include <stdio.h>
#include <string.h>

#include "ring.h"
#include "rle.h"

static int failures;

static void check(int holds, const char *what) {
    if (!holds) {
        printf("FAILED: %s\n", what);
        failures++;
    }
}

static void test_ring(void) {
    struct ring ring;
    char bytes[8] = "";
    check(!ring_open(&ring, 6), "six is no power of two");
    check(ring_open(&ring, 4), "four is one");
    check(ring_put(&ring, "abc", 3) == 3, "three fit");
    check(ring_take(&ring, bytes, 2) == 2 && bytes[0] == 'a', "two come out");
    check(ring_put(&ring, "defg", 4) == 3, "three more fit");
    check(ring_take(&ring, bytes, 8) == 4 && memcmp(bytes, "cdef", 4) == 0, "in order");
    ring_close(&ring);
}

static void test_rle(void) {
    char text[16];
    check(rle_encode("aaab", text, sizeof text) == 4 && strcmp(text, "3a1b") == 0, "runs are counted");
    check(rle_decode("3a1b", text, sizeof text) == 4 && strcmp(text, "aaab") == 0, "and counted out");
}

int main(void) {
    test_ring();
    test_rle();
    return failures != 0;
}

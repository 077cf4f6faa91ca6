#include "rle.h"

#include "bits.h"

/* Writes digit and letter for each run of at most nine; stops where no room is left. */
size_t rle_encode(const char *text, char *to, size_t capacity) {
    size_t length = 0;
    while (*text != '\0') {
        size_t run = 1;
        while (text[run] == *text && run < 9) {
            run++;
        }
        if (length + 2 >= capacity) {
            break;
        }
        to[length++] = (char)('0' + run);
        to[length++] = *text;
        text += run;
    }
    to[length] = '\0';
    return length;
}

static int digit(char letter) {
    switch (letter) {
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return letter - '0';
    default:
        return -1;
    }
}

size_t rle_decode(const char *text, char *to, size_t capacity) {
    size_t length = 0;
    while (text[0] != '\0' && text[1] != '\0') {
        int run = digit(text[0]);
        if (run < 0) {
            break;
        }
        size_t room = capacity - 1 - length;
        for (size_t i = 0; i < MIN((size_t)run, room); i++) {
            to[length++] = text[1];
        }
        text += 2;
    }
    to[length] = '\0';
    return length;
}

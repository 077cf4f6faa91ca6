#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPECT(condition)                                                             \
    if (!(condition)) {                                                               \
        fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);      \
        return 1;                                                                     \
    }

static int count(const char *text) {
    int words = 1;
    for (; *text; text++)
        words += *text == ' ';
    return words;
}

int main(int arguments, char **argument) {
    const char *kind = arguments > 1 ? argument[1] : "";
    if (!strcmp(kind, "crashes"))
        abort();
    if (!strcmp(kind, "skips"))
        return 77;
    if (!strcmp(kind, "sleeps"))
        sleep(30);
    EXPECT(count("one") == 1);
    if (!strcmp(kind, "breaks"))
        EXPECT(count("  ") == 0); /* the line that is annotated */
    return 0;
}

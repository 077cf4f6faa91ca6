package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    private static int tries;

    /** Wrong about blanks. */
    private static int count(String text) {
        return text.split(" ", -1).length;
    }

    @Test
    void oneWord() {
        assertEquals(1, count("one"));
    }

    @Test
    void blanks() {
        assertEquals(0, count("  ")); // the line that is annotated
    }

    @Test
    void breaksDown() {
        throw new IllegalStateException("no server here");
    }

    @ParameterizedTest
    @CsvSource({"a b, 2", "a  b, 2", "<a> & b, 3"})
    void table(String text, int words) {
        assertEquals(words, count(text));
    }

    @Test
    @Disabled("not before the next version")
    void later() {}

    @Test
    void notHere() {
        Assumptions.assumeTrue(false, "not on this machine");
    }

    @Test
    void secondTimeLucky() {
        tries++;
        assertEquals(2, tries);
    }

    @Nested
    class Inner {
        @Test
        void holds() {
            System.out.println("a line on stdout");
        }
    }
}

package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CodesTest {
    @Test
    void aWrongDigitIsNoticed() {
        assertTrue(Check.isLuhn("4539578763621486"));
        assertFalse(Check.isLuhn("4539578763621487"));
    }

    @Test
    void aNumberIsKnownByItsLength() {
        assertEquals(Kind.ARTICLE, Kind.of("4006381333931"));
        assertEquals("a card", Kind.CARD.describe());
        assertEquals("something else", Kind.of("1").describe());
    }
}

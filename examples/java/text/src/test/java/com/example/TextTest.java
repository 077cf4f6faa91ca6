package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void palindromesReadTheSameFromBothEnds() {
        assertTrue(Check.isPalindrome("Never odd or even"));
        assertFalse(Check.isPalindrome("Never odd"));
    }

    @Test
    void wordsAreCountedWhateverTheirCase() {
        Words words = new Words().add("The cat and the dog");
        assertEquals(2, words.count("THE"));
        assertEquals("the", words.mostFrequent());
    }
}

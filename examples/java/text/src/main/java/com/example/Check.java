package com.example;

/** What a text may look like. */
public final class Check {
    private Check() {
    }

    /** Whether a text reads the same from both ends, spaces and case aside. */
    public static boolean isPalindrome(String text) {
        String letters = text.replace(" ", "").toLowerCase();
        for (int i = 0, j = letters.length() - 1; i < j; i++, j--) {
            if (letters.charAt(i) != letters.charAt(j)) {
                return false;
            }
        }
        return true;
    }
}

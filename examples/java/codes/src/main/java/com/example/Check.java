package com.example;

/** Whether numbers are what they claim to be. */
public final class Check {
    private Check() {
    }

    /** The check digit of Luhn: a wrong digit, or two that changed places, is noticed. */
    public static boolean isLuhn(String digits) {
        int sum = 0;
        boolean twice = false;
        for (int i = digits.length() - 1; i >= 0; i--) {
            int digit = Character.digit(digits.charAt(i), 10);
            if (digit < 0) {
                return false;
            }
            sum += twice ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
            twice = !twice;
        }
        return !digits.isEmpty() && sum % 10 == 0;
    }
}

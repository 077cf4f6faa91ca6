package com.example;

/** What a number is. */
public enum Kind {
    CARD(16), ARTICLE(13), OTHER(0);

    private final int length;

    Kind(int length) {
        this.length = length;
    }

    public static Kind of(String digits) {
        for (Kind kind : values()) {
            if (kind.length == digits.length()) {
                return kind;
            }
        }
        return OTHER;
    }

    public String describe() {
        return switch (this) {
            case CARD -> "a card";
            case ARTICLE -> "an article";
            case OTHER -> "something else";
        };
    }
}

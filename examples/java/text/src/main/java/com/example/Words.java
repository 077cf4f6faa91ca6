package com.example;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Counts words. */
public final class Words {
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Predicate<String> wanted;

    public Words(Predicate<String> wanted) {
        this.wanted = wanted;
    }

    public Words() {
        this(word -> !word.isEmpty());
    }

    public Words add(String text) {
        for (String word : text.split("\\s+")) {
            if (wanted.test(word)) {
                counts.merge(word.toLowerCase(), 1, Integer::sum);
            }
        }
        return this;
    }

    public int count(String word) {
        return counts.getOrDefault(word.toLowerCase(), 0);
    }

    /** The most frequent word, the first of several; none where nothing was added. */
    public String mostFrequent() {
        return counts.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.<String, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}

package com.example;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SetupTest {
    @BeforeAll
    static void start() {
        throw new IllegalStateException("could not be started");
    }

    @Test
    void isNeverReached() {}
}

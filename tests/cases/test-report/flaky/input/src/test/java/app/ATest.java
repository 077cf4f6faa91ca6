package app;

class ATest {
}

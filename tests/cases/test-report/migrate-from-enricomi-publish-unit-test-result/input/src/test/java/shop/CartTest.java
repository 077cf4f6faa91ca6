package shop;

class CartTest {
    @Test
    void total() {
        assertEquals(3, new Cart().total());
    }

    @Test
    void mail() {
        new Mail().send();
    }
}

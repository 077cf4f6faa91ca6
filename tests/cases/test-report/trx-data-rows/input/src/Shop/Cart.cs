class Cart {
  void Adds(int n) {
    Assert();
  }
}

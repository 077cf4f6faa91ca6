class B {
  void two() {
    fail();
  }
}

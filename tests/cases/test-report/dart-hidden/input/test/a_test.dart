main() {
  //
  test();
  //
  test(() {
  throw 1;
  });
}

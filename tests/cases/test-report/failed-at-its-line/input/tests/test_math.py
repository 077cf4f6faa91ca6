def test_adds():
    value = 1 + 1
    assert value == 3

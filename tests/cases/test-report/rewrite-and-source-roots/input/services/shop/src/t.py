def one():
    assert 0

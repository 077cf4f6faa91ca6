import unittest
from pathlib import Path

import pytest

from words import count


def test_one_word():
    assert count("one") == 1


def test_blanks():
    assert count("  ") == 0  # the line that is annotated


@pytest.mark.parametrize("text, words", [("a b", 2), ("a  b", 2), ("<a> & \"b\"", 3), ("é\U0001f600", 1)])
def test_table(text, words):
    assert count(text) == words


@pytest.mark.skip(reason="not before the next version")
def test_later():
    pass


@pytest.mark.xfail(reason="known")
def test_known_to_fail():
    assert count("a  b") == 2


@pytest.mark.xfail(reason="was mended", strict=False)
def test_passes_unexpectedly():
    assert count("a b") == 2


@pytest.fixture
def no_server():
    raise OSError("no server here")


def test_needs_a_server(no_server):
    pass


@pytest.fixture
def left_open():
    yield
    raise OSError("could not be closed")


def test_passes_and_leaves_a_mess(left_open):
    pass


@pytest.mark.flaky(reruns=2)
def test_second_time_lucky():
    marker = Path(".tried")
    if not marker.exists():
        marker.touch()
        raise AssertionError("the first time it never works")
    marker.unlink()


class TestInClass:
    def test_in_class(self):
        print("a line on stdout")

    class TestNested:
        def test_in_nested_class(self):
            assert count("") == 1


class OldStyle(unittest.TestCase):
    def test_subtests(self):
        for text in ("a b", "c d"):
            with self.subTest(text=text):
                self.assertEqual(count(text), 2)

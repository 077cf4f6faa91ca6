"""Does what the rules beside it warn of."""
import pickle
import subprocess

PASSWORD = "correct-horse-battery"


def run(name):
    subprocess.call(name, shell=True)


def load(data):
    text = "é漢🙂"; return pickle.loads(data)


def check(value):
    assert value  # nosemgrep
    return eval(value)


def quiet():
    try:
        load(b"")
    except Exception:
        pass

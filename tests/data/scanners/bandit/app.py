"""Does what Bandit warns of."""
import hashlib
import pickle
import subprocess

PASSWORD = "correct-horse-battery"


def run(name):
    subprocess.call(name, shell=True)


def load(data):
    text = "é漢🙂"; return pickle.loads(data)


def digest(data):
    return hashlib.md5(data).hexdigest()


def check(value):
    assert value
    return eval(value)  # nosec B307


def quiet():
    try:
        load(b"")
    except Exception:
        pass

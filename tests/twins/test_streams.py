import subprocess
import sys

from twins.streams import Streams

PRINTED = """
from twins.streams import Streams
print(Streams(1).child("replication", 2).stream("a").random())
"""


def numbers(streams, *name):
    stream = streams.stream(*name)
    return [stream.random() for _ in range(5)]


def test_a_replication_draws_afresh_under_every_name():
    parts = [Streams(1), *(Streams(1).child("replication", n) for n in range(3))]
    assert len({tuple(numbers(part, "a")) for part in parts}) == 4


def test_a_replication_is_the_same_whoever_asks_and_in_whatever_order():
    later = Streams(1).child("replication", 7)
    numbers(later, "b")
    assert numbers(later, "a") == numbers(Streams(1).child("replication", 7), "a")


def test_the_hash_seed_of_python_changes_nothing():
    told = {
        subprocess.run(
            [sys.executable, "-c", PRINTED],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "31337")
    }
    here = Streams(1).child("replication", 2).stream("a").random()
    assert told == {f"{here}\n"}

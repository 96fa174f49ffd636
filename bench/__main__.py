"""Runs the benchmarks that are named (all of them, if none is), and prints one table; a row begins with that name."""

from __future__ import annotations

import sys

from bench import (
    backlog,
    console,
    dialects,
    distance,
    jenkins_home,
    memory,
    metrics,
    paced,
    posts,
    repeats,
    replay,
    restart,
    sinks,
    startup,
    store,
    table,
    tail,
    translation,
    webhook,
)

BENCHMARKS = {
    "translation": translation,
    "dialects": dialects,
    "webhook": webhook,
    "paced": paced,
    "startup": startup,
    "restart": restart,
    "memory": memory,
    "backlog": backlog,
    "console": console,
    "replay": replay,
    "tail": tail,
    "jenkins_home": jenkins_home,
    "posts": posts,
    "repeats": repeats,
    "sinks": sinks,
    "distance": distance,
    "store": store,
    "metrics": metrics,
}


def main(names: list[str]) -> int:
    """0 when every target is met, 1 when one is not."""
    rows = [row for name in names or BENCHMARKS for row in BENCHMARKS[name].rows()]
    print(*table.lines(rows), sep="\n")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Puts one mark after the other into a file, and says so of each, until it is killed."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from adapters.journal.marks import Marks
from tests.journal.marked import mark

marks = Marks(Path(sys.argv[1]))
for number in count(int(sys.argv[2])):
    marks.put(number, mark(number))
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()

"""What holds for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what runs in its background ignore Ctrl-C, and so would all that tests start and end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is the machine's matter, which others use, too.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

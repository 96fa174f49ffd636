"""Load on a sidecar, which is killed under it."""

from __future__ import annotations

import http.client
import threading

from tests.service import Service, build
from tests.waiting import until

ENOUGH = 20
"""Notifications that are accepted before a kill, however slow the machine is."""


class Load(threading.Thread):
    """Posts notifications, each with a number of its own, until the service is gone; remembers the accepted ones."""

    def __init__(self, port: int, numbers: range) -> None:
        super().__init__()
        self.port, self.numbers, self.accepted = port, numbers, list[int]()

    def run(self) -> None:
        """Posts until it cannot."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for number in self.numbers:
                connection.request("POST", "/jenkins", build(number), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == http.client.ACCEPTED:
                    self.accepted.append(number)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def accepted_before_kill(service: Service, round_: int, moment: float) -> list[int]:
    """Loads the service from four sides, kills it after a moment, and gives the numbers that it accepted.

    The moment is longer where it takes that long to accept ENOUGH of them.
    """
    service.start()
    loads = [
        Load(service.port, range(start, start + 100_000))
        for start in range(round_ << 20, (round_ << 20) + 400_000, 100_000)
    ]
    for load in loads:
        load.start()
    loads[0].join(moment)
    until(lambda: sum(len(load.accepted) for load in loads) >= ENOUGH)
    service.kill()
    for load in loads:
        load.join()
    return [number for load in loads for number in load.accepted]

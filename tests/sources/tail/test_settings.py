"""The settings of a tail."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from adapters.sources.tail.settings import TailSettings


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"paths": []}, "at least 1"),
        ({"encoding": "utf-16"}, "byte order mark: name the order, such as utf-16-le"),
        ({"encoding": "klingon"}, "not a character set"),
        ({"encoding": "base64"}, "not a character set"),
        ({"record_start": "("}, "not a regular expression"),
        ({"record_start": "x", "lines_per_notification": 2}, "leave lines_per_notification out"),
        ({"max_line": "1B"}, "1024"),
        ({"form": "end"}, "Extra inputs"),
    ],
)
def test_wrong_settings(wrong: dict[str, object], reason: str) -> None:
    """What cannot be meant is refused when the configuration is read, in words."""
    with pytest.raises(ValidationError, match=reason):
        TailSettings.model_validate(
            {"type": "tail", "instance": "https://tool.example.com/", "paths": ["/var/log/x"], **wrong}
        )

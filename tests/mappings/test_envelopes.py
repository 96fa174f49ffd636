"""What reads lines reads them as logs of containers and hosts have them, too: every mapping, each of its examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.goldens import sent
from adapters.mapping import EACH_LINE, load
from adapters.mapping.library import find, shipped
from adapters.model import Notification
from tests.enveloped import ENVELOPES, enveloped
from tests.mappings.support import HEARD, instance

OF_LINES = [name for name in shipped() if load(name, instance=instance(name), variables={}).framing is not EACH_LINE]
EXAMPLES = [
    (name, path)
    for name in OF_LINES
    for path in sorted(find(name).with_name("inputs").iterdir())
    if not path.name.startswith("in-")  # is in one already
]


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize(("name", "path"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_an_envelope_changes_no_event(name: str, path: Path, envelope: str) -> None:
    """The same events with the same ids, and as many records ignored, whatever is around each line."""
    translator = load(name, instance=instance(name), variables={})
    for body, headers in ((each.body, each.headers) for each in sent(path)):
        plain = translator.translate(Notification("s", body, HEARD, headers))
        assert translator.translate(Notification("s", enveloped(envelope, body), HEARD, headers)) == plain

"""A mapping's folder: proposed, tried on its own examples, and kept only when they are all right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters import goldens, yamlfile
from adapters.errors import ConfigError, MappingError, Problem
from adapters.goldens.context import Context
from adapters.goldens.inputs import Sent
from adapters.goldens.truths import Sample as Made
from adapters.goldens.truths import violations
from adapters.mapping import Translator
from adapters.mapping.compiler import compiled
from adapters.mapping.translator import Translation
from adapters.scaffold import writing
from adapters.scaffold.groups import groups
from adapters.scaffold.records import Split, records
from adapters.scaffold.rules import Proposal, anything, proposals
from adapters.scaffold.samples import Samples


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What was written: the text of the mapping, and how many rules, examples and events there are."""

    text: str
    examples: int
    events: int


def scaffold(folder: Path, samples: Samples, *, tool: str, instance: str, head: Sequence[str]) -> Scaffold:
    """Writes the folder of a mapping that its own examples agree with. Raises ConfigError where there is a folder."""
    if folder.exists() or folder.is_symlink():
        raise ConfigError([Problem(str(folder), "is there already", "name another: nothing is replaced")])
    text = _Trial(samples, tool, instance, head).text()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as place:
        draft = Path(place) / folder.name
        suite = _written(draft, text, samples, instance)
        draft.rename(folder)
    return Scaffold(text, len(samples.files), sum(len(each.events) for each in suite.goldens))


def _written(draft: Path, text: str, samples: Samples, instance: str) -> goldens.Suite:
    (draft / "inputs").mkdir(parents=True)
    (draft / "mapping.yaml").write_text(text, encoding="utf-8")
    (draft / "context.yaml").write_text(f"instance: {writing.scalar(instance)}\n", encoding="utf-8")
    for each in samples.files:
        (draft / "inputs" / each.name).write_bytes(each.content)
    goldens.update(goldens.run(draft))
    suite = goldens.run(draft)
    if problems := goldens.check(suite):
        raise ConfigError(problems)
    return suite


class _Trial:
    """Tries proposals on the samples: of each kind the boldest that fits, and of all together what still does."""

    def __init__(self, samples: Samples, tool: str, instance: str, head: Sequence[str]) -> None:
        self.samples, self.tool, self.instance, self.head = samples, tool, instance, head
        self.records = records(samples.heard())

    def text(self) -> str:
        """The text of the mapping that is right, and says most."""
        split = self.records.split
        digest = f"{split.name} | sha256" if split else "$body_digest"
        choices = [proposals(each, self.tool, digest) for each in groups(self.records.heard)]
        first = [next(at for at, each in enumerate(choice) if self._fits(each)) for choice in choices]
        deepest = max((len(choice) for choice in choices), default=0)
        for step in range(deepest):
            chosen = [choice[min(at + step, len(choice) - 1)] for choice, at in zip(choices, first, strict=True)]
            text = self._text(chosen, split)
            if any(each.rules for each in chosen) and not self._problems(text, whole=True):
                return text
        return self._text([anything(self.tool)], None)

    def _fits(self, proposal: Proposal) -> bool:
        return not proposal.rules or not self._problems(self._text([proposal], self.records.split), whole=False)

    def _text(self, chosen: Sequence[Proposal], split: Split | None) -> str:
        return writing.mapping(self.head, self.samples.input, split, chosen)

    def _problems(self, text: str, *, whole: bool) -> bool:
        """Whether something is wrong with what a mapping makes; of a whole one, also what it knows nothing of."""
        path = Path("mapping.yaml")
        try:
            translator = compiled(yamlfile.parse(text, path.name), path.name, path, self.instance, {})
            found = [self._translated(translator, each) for sample in self.samples.files for each in sample.sent]
        except (ConfigError, MappingError):
            return True
        made = [Made("", number, event) for each in found for number, event in enumerate(each.events)]
        return any(each.errors or (whole and each.unmatched) for each in found) or bool(violations(made))

    def _translated(self, translator: Translator, sent: Sent) -> Translation:
        context = Context(instance=self.instance)
        return translator.translate(context.notification(translator, sent.body, sent.headers))

"""The playground, in a browser: written by keyboard, tried as one writes, saved where it may be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters import goldens
from tests import example
from tests.checkout import ROOT
from tests.console.browser.consoles import flaws

ATTACK = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@contextmanager
def playing(mapping: Path, *words: str) -> Iterator[str]:
    """The address of `play` on a mapping's folder."""
    command = [sys.executable, "-m", "adapters", "play", str(mapping), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().partition(": ")[2]
        finally:
            process.terminate()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page at an address; at the end nothing was refused by its policy, and no script had an error."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.goto(address)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's own folder, with two inputs."""
    return example.mapping(tmp_path, finished=example.FINISHED, waiting=example.WAITING)


@pytest.fixture
def playground(browser: Browser, folder: Path) -> Iterator[Page]:
    """The playground on it, which may write."""
    with playing(folder, "--write") as address, opened(browser, address) as page:
        yield page


def write(page: Page, old: str, new: str) -> None:
    """Puts a text in place of another one in the mapping, and leaves the cursor behind it."""
    page.evaluate(
        """([old, text]) => {
            const area = document.getElementById("written");
            const at = area.value.indexOf(old);
            area.focus();
            area.setSelectionRange(at, at + old.length);
            document.execCommand("insertText", false, text);
        }""",
        [old, new],
    )


def test_events_follow_what_is_written(playground: Page) -> None:
    """Of the mapping and of the input; what is wrong is told, and marked at its line, until it is mended."""
    outcome = playground.locator("#outcome")
    expect(outcome).to_contain_text('"outcome": "success"')
    write(playground, 'outcome: "${outcome}"', "outcome: cancel")
    expect(outcome).to_contain_text('"outcome": "cancel"')
    write(playground, "emit: pipelinerun.finished", "emit: pipelinerun.finish")
    expect(outcome).to_contain_text("did you mean 'pipelinerun.finished'?")
    assert "pipelinerun.finish" in playground.locator(".editor pre .wrong").first.inner_text()
    write(playground, "emit: pipelinerun.finish\n", "emit: pipelinerun.finished\n")
    expect(outcome).to_contain_text("1 event")
    expect(playground.locator(".editor pre .wrong")).to_have_count(0)
    playground.locator("#input").fill('{"state": "waiting"}')
    expect(outcome).to_contain_text("no event, on purpose")


def test_what_is_wrong_leads_to_its_place(playground: Page) -> None:
    """A button with the line puts the cursor there."""
    write(playground, "emit: pipelinerun.started", "emit: pipelinerun.start")
    playground.get_by_role("button", name="line ").first.press("Enter")
    line = playground.evaluate(
        "document.activeElement.value.slice(0, document.activeElement.selectionStart).split('\\n').length"
    )
    assert "emit: pipelinerun.start" in example.MAPPING.replace("ted\n", "t\n").splitlines()[line - 1]


def test_another_example_keeps_what_was_written(playground: Page) -> None:
    """Only the input is another one."""
    write(playground, 'outcome: "${outcome}"', "outcome: cancel")
    playground.locator("#choose [name=input]").select_option("waiting.json")
    expect(playground.locator("#outcome")).to_contain_text("no event, on purpose")
    assert "outcome: cancel" in playground.locator("#written").input_value()


def test_words_are_completed_by_keyboard(playground: Page) -> None:
    """As one types, and by Ctrl-Space; Escape closes the list, Enter takes what is chosen, and undoing works."""
    area, words = playground.locator("#written"), playground.get_by_role("listbox")
    write(playground, "    emit: pipelinerun.finished", "    emit: ")
    playground.keyboard.type("pipelinerun.f")
    expect(words.get_by_role("option").first).to_contain_text("pipelinerun.finished")
    expect(area).to_have_attribute("aria-activedescendant", "word-0")
    assert flaws(playground) == []
    playground.keyboard.press("Escape")
    expect(words).to_be_hidden()
    playground.keyboard.press("Control+Space")
    expect(words).to_be_visible()
    playground.keyboard.press("Enter")
    assert "    emit: pipelinerun.finished\n" in area.input_value()
    write(playground, 'outcome: "${outcome}"', 'outcome: "${outcome | low')
    playground.keyboard.press("Control+Space")
    expect(words.get_by_role("option").first).to_contain_text("lower")
    playground.keyboard.press("Tab")
    assert 'outcome: "${outcome | lower' in area.input_value()
    playground.keyboard.press("Control+Z")
    assert 'outcome: "${outcome | lower' not in area.input_value()


def test_a_new_line_is_as_far_in_as_the_one_before(playground: Page) -> None:
    """And further below a key; Tab leaves the text, as in any form."""
    write(playground, "    emit: pipelinerun.started", "    emit: pipelinerun.started")
    playground.keyboard.press("Enter")
    playground.keyboard.type("links:")
    playground.keyboard.press("Escape")
    playground.keyboard.press("Enter")
    playground.keyboard.type("- end: x")
    assert "    emit: pipelinerun.started\n    links:\n      - end: x\n" in playground.locator("#written").input_value()
    playground.keyboard.press("Escape")
    playground.keyboard.press("Tab")
    assert playground.evaluate("document.activeElement.id") == "input"


def test_a_mapping_and_a_golden_are_saved(playground: Page, folder: Path) -> None:
    """As they are on the page: `check` finds nothing wrong with them."""
    write(playground, 'outcome: "${outcome}"', "outcome: cancel")
    expect(playground.locator("#outcome")).to_contain_text('"outcome": "cancel"')
    playground.get_by_role("button", name="Save the mapping").click()
    expect(playground.locator("#kept")).to_have_text("Saved mapping.yaml.")
    playground.get_by_label("Its name").fill("cancelled.json")
    playground.get_by_role("button", name="Save as a golden").click()
    expect(playground.locator("#kept")).to_have_text("Saved inputs/cancelled.json and expected/cancelled.json.")
    assert "outcome: cancel" in (folder / "mapping.yaml").read_text()
    [golden] = [each for each in goldens.run(folder).goldens if each.input.name == "cancelled.json"]
    assert not goldens.diff(golden)


def test_the_folder_is_downloaded(playground: Page) -> None:
    """By a click; the page stays."""
    with playground.expect_download() as download:
        playground.get_by_role("button", name="Download the folder").click()
    assert download.value.suggested_filename == "ci.zip"
    expect(playground.locator("#outcome")).to_contain_text("1 event")


def test_without_the_flag_nothing_can_be_saved(browser: Browser, folder: Path) -> None:
    """There is no button for it, and the answer says what to do."""
    with playing(folder) as address, opened(browser, address) as page:
        expect(page.get_by_role("button", name="Save the mapping")).to_have_count(0)
        status = page.evaluate(
            """async () => {
                const headers = {"X-Console-Token": document.querySelector("meta[name=console-token]").content};
                const body = new URLSearchParams(new FormData(document.getElementById("bench")));
                const answer = await fetch("/playground/try", {method: "POST", headers, body});
                return answer.status;
            }"""
        )
        assert status == 200
    assert sorted(path.name for path in folder.iterdir()) == ["inputs", "mapping.yaml"]


def test_a_payload_runs_nothing(playground: Page) -> None:
    """A script in a mapping, in an input, and in what comes of them."""
    write(playground, "cdevents: 0.5.1", f"# {ATTACK}\ncdevents: 0.5.1")
    write(playground, 'outcome: "${outcome}"', "outcome: '" + ATTACK + "'")
    expect(playground.locator("#outcome")).to_contain_text("onerror")
    playground.locator("#input").fill(ATTACK)
    write(playground, f"outcome: '{ATTACK}'", "outcome: success")
    expect(playground.locator("#outcome")).to_contain_text("not JSON")
    assert playground.locator("#bench img, #bench script").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(playground: Page, theme: str) -> None:
    """Nor where something is wrong."""
    playground.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # it is one of those
    assert flaws(playground) == []
    write(playground, "emit: pipelinerun.finished", "emit: pipelinerun.finish")
    expect(playground.locator("#outcome")).to_contain_text("did you mean")
    assert flaws(playground) == []


def test_without_scripts_it_is_a_form(browser: Browser, folder: Path) -> None:
    """The texts are there to be read, and the folder can be had."""
    with playing(folder) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(address)
        assert page.locator("#written").input_value().strip() == example.MAPPING.strip()
        expect(page.locator("#outcome")).to_contain_text('"outcome": "success"')
        context.close()

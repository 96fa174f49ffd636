"""The grammar of expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.syntax import ALL, Call, Expression, Literal, Path, Step, SyntaxProblem, expression, template


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", Path(("a",))),
        ("a.b-c.d_e", Path(("a", "b-c", "d_e"))),
        ("a[0].b[-1]", Path(("a", 0, "b", -1))),
        ("a[*].b[0]", Path(("a", ALL, "b", 0))),
        ('a."b.c"', Path(("a", "b.c"))),
        ("'x y'.z", Path(("x y", "z"))),
        ("$name", Path((), "name")),
        ("$name.a[1]", Path(("a", 1), "name")),
        ('"$name"', Path(("$name",))),
    ],
)
def test_path_is_read_step_by_step(text: str, path: Path) -> None:
    """A path's steps are words, quoted words and indexes; only an unquoted `$` is not the payload's."""
    assert expression(text) == Expression(path)


def test_filters_keep_order_and_kinds_of_arguments() -> None:
    """A pipeline's filters and their arguments come out in order, each of its own kind."""
    found = expression(r'a | f | g("x|)\"", -1, 2.5, true, b.c, "k".d)')
    literals = (Literal('x|)"'), Literal(-1), Literal(2.5), Literal(True))
    assert found.calls == (Call("f"), Call("g", (*literals, Path(("b", "c")), Path(("k", "d")))))


def test_template_takes_text_and_expressions_apart() -> None:
    """Text stays as written, `$${` is a literal `${`, and a brace in a string closes nothing."""
    assert template('a$${b}${c | default("}")}d') == (
        "a${b}",
        Expression(Path(("c",)), (Call("default", (Literal("}"),)),)),
        "d",
    )
    [quoted] = template(r"""${c | f("\"}", '\'}', "\\")}""")
    assert quoted == Expression(Path(("c",)), (Call("f", (Literal('"}'), Literal("'}"), Literal("\\"))),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a name, found the end"),
        ("a.", "expected a name, found the end"),
        ("a b", "unexpected 'b'"),
        ("a | ", "expected a name"),
        ("a | f(", "expected a name"),
        ("a | f(1 2)", "expected ',', found '2'"),
        ("a[x]", "expected a number, found 'x'"),
        ("a[*", "expected ']', found the end"),
        ("a[1.5]", "expected a whole number, found '1.5'"),
        ("a.*", "expected a name, found '*'"),
        ("a ; b", "unexpected '; b'"),
    ],
)
def test_what_is_not_of_the_grammar_is_told(text: str, message: str) -> None:
    """A syntax problem says what was found, and in which expression."""
    with pytest.raises(SyntaxProblem) as problem:
        expression(text)
    assert message in str(problem.value)
    assert f"'{text}'" in str(problem.value)


def test_unclosed_expression_is_told() -> None:
    """A `${` without its brace is a problem, not text."""
    with pytest.raises(SyntaxProblem, match="is not closed"):
        template("a ${b")


@given(st.text(max_size=40))
def test_any_text_parses_or_is_a_syntax_problem(text: str) -> None:
    """No text makes the parser fail in any other way."""
    for parse in (expression, template):
        try:
            parse(text)
        except SyntaxProblem as problem:
            assert str(problem)


@given(
    st.lists(st.one_of(st.text(min_size=1, max_size=8), st.integers(-99, 99), st.just(ALL)), min_size=1).filter(
        lambda s: isinstance(s[0], str)
    )
)
def test_path_is_written_as_it_is_read(steps: list[Step]) -> None:
    """A path as text parses back to itself, whatever its keys are."""
    path = Path(tuple(steps))
    assert expression(str(path)).path == path

"""The tree of errors: each branch has its exit code, and says so where it is drawn."""

from __future__ import annotations

import re

import pytest

from blogarc import errors
from blogarc.errors import BlogarcError

CODES = {
    "UsageError": 2,
    "InputError": 4,
    "NoArchiveError": 10,
    "LockedError": 11,
    "CorruptError": 12,
    "WriteError": 13,
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_error_leaves_with_the_code_of_the_contract(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, BlogarcError)
    assert kind.exit_code == code


def test_the_drawing_of_the_tree_is_the_tree() -> None:
    drawn = {name: int(code) for name, code in re.findall(r"[|`]-- (\w+) +(\d+) ", errors.__doc__ or "")}
    assert drawn == CODES == {kind.__name__: kind.exit_code for kind in BlogarcError.__subclasses__()}


def test_an_error_has_a_message_and_a_way_out() -> None:
    error = errors.InputError("dump.txt is empty.", "Fetch it again.")
    assert (str(error), error.message, error.hint) == ("dump.txt is empty.",) * 2 + ("Fetch it again.",)

"""The nouns: what they allow, and that they stay what they are."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from blogarc import model
from blogarc.model import Role, Span

NOUNS = [c for _, c in inspect.getmembers(model, dataclasses.is_dataclass)]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_nouns_are_frozen_and_small(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert hasattr(noun, "__slots__")


def test_spans_are_half_open() -> None:
    span = Span(2, 5)
    assert [n for n in range(8) if n in span] == [2, 3, 4]
    assert len(span) == 3
    assert 2 not in Span(2, 2)


def test_spans_sort_by_where_they_start() -> None:
    assert sorted([Span(3, 4), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(3, 4)]


def test_a_leftover_is_furniture_or_unassigned() -> None:
    assert {role for role in Role if role.is_leftover} == {Role.BOILERPLATE, Role.UNASSIGNED}


def test_the_model_imports_nothing_of_blogarc() -> None:
    assert "blogarc" not in inspect.getsource(model).split('"""')[2]

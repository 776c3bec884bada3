"""What the rulings of a person mean together: which contradict each other, and how they overrule the clusters.

A stage decides first as if nobody had ruled anything; then a ruling changes what it speaks of and leaves the rest alone.
`same` joins two clusters, `different` keeps two articles apart, and both are transitive as equality is: if A is the same as
B and B the same as C, then A and C are the same, and what is different from one is different from all.

The outcome depends on the set of rulings and not on their order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Protocol

from blogarc.model import ArticleRuling, Duplicate, Kind, LineRuling, Ruling, Verdict

# A later ruling with the one replaces an earlier one with the other. `no-cut` and `content` agree: the paragraph goes on
# with the article before it; `no-cut` and `boilerplate` agree as well.
CONTRADICTIONS = frozenset(
    map(
        frozenset,
        (
            (Verdict.SAME, Verdict.DIFFERENT),
            (Verdict.SAME, Verdict.PAIR),
            (Verdict.PAIR, Verdict.NOT_PAIR),
            (Verdict.CUT, Verdict.NO_CUT),
            (Verdict.CUT, Verdict.BOILERPLATE),
            (Verdict.BOILERPLATE, Verdict.CONTENT),
        ),
    )
)

# A text is as complete as the longest when it has so large a part of its words: the rest is noise.
_COMPLETE = 0.97

Judged = tuple[Kind | None, float, Mapping[str, float]]
Judge = Callable[[Sequence[tuple[int, int]]], Mapping[tuple[int, int], Judged]]


def contradict(one: Ruling, other: Ruling) -> bool:
    """Whether two rulings on the same thing cannot both hold.

    >>> same, different = (ArticleRuling(v, "a", "b") for v in (Verdict.SAME, Verdict.DIFFERENT))
    >>> contradict(same, different), contradict(same, ArticleRuling(Verdict.DIFFERENT, "a", "c"))
    (True, False)
    """
    return frozenset((one.verdict, other.verdict)) in CONTRADICTIONS and subject(one) == subject(other)


def subject(ruling: Ruling) -> object:
    """What a ruling speaks of; two articles in either order are the same two."""
    if isinstance(ruling, LineRuling):
        return ruling.before, ruling.paragraph, ruling.after
    return frozenset((ruling.first, ruling.second))


def find_conflict(rulings: Iterable[Ruling]) -> list[ArticleRuling]:
    """Rulings that contradict each other in sum, though no two of them do; empty where all can hold.

    >>> told = [("same", "a", "b"), ("same", "b", "c"), ("same", "c", "d"), ("different", "a", "c")]
    >>> [str(r.verdict) for r in find_conflict(ArticleRuling(Verdict(v), a, b) for v, a, b in told)]
    ['same', 'same', 'different']
    """
    listed = [r for r in rulings if isinstance(r, ArticleRuling)]
    links: dict[str, list[tuple[str, ArticleRuling]]] = defaultdict(list)
    for ruling in listed:
        if ruling.verdict is Verdict.SAME:
            links[ruling.first].append((ruling.second, ruling))
            links[ruling.second].append((ruling.first, ruling))
    for ruling in listed:
        if ruling.verdict in (Verdict.DIFFERENT, Verdict.PAIR):
            path = _path(links, ruling.first, ruling.second)
            if path is not None:
                return [*path, ruling]
    for pair in (r for r in listed if r.verdict is Verdict.PAIR):
        for other in (r for r in listed if r.verdict is Verdict.NOT_PAIR):
            for first, second in ((other.first, other.second), (other.second, other.first)):
                paths = _path(links, pair.first, first), _path(links, pair.second, second)
                if paths[0] is not None and paths[1] is not None:
                    return [*paths[0], *paths[1], pair, other]
    return []


def _path(links: Mapping[str, list[tuple[str, ArticleRuling]]], start: str, end: str) -> list[ArticleRuling] | None:
    """The shortest chain of `same` from one article to another."""
    came: dict[str, tuple[str, ArticleRuling] | None] = {start: None}
    frontier = deque([start])
    while frontier and end not in came:
        key = frontier.popleft()
        for other, ruling in links.get(key, ()):
            if other not in came:
                came[other] = key, ruling
                frontier.append(other)
    if end not in came:
        return None
    path = []
    step = came[end]
    while step is not None:
        path.append(step[1])
        step = came[step[0]]
    return path[::-1]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What rulings on copies come to for the articles that are there: `groups` of keys that are the same (each with two at
    least), and for a key those that are `apart` from it."""

    groups: Sequence[tuple[str, ...]] = ()
    apart: Mapping[str, Set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.groups or self.apart)

    @property
    def keys(self) -> set[str]:
        """The articles that they speak of."""
        return {*self.apart, *(key for group in self.groups for key in group)}

    @property
    def told(self) -> list[str]:
        """The same in lines of text, for a digest."""
        pairs = sorted({" ".join(sorted((a, b))) for a, others in self.apart.items() for b in others})
        return [*(f"same {' '.join(group)}" for group in self.groups), *(f"different {pair}" for pair in pairs)]


def weigh(rulings: Iterable[Ruling], keys: Set[str]) -> Verdicts:
    """What these rulings come to among the articles with these keys.

    An article that is not there still joins two that are the same as it.

    >>> told = [("same", "a", "gone"), ("same", "gone", "b"), ("different", "gone", "c")]
    >>> verdicts = weigh([ArticleRuling(Verdict(v), x, y) for v, x, y in told], {"a", "b", "c"})
    >>> verdicts.told
    ['same a b', 'different a c', 'different b c']
    """
    listed = [r for r in rulings if isinstance(r, ArticleRuling)]
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for ruling in listed:
        if ruling.verdict is Verdict.SAME:
            root[find(ruling.first)] = find(ruling.second)
    members: dict[str, list[str]] = defaultdict(list)
    for key in sorted(set(root) & keys):
        members[find(key)].append(key)
    apart: dict[str, set[str]] = defaultdict(set)
    for ruling in listed:
        if ruling.verdict is Verdict.DIFFERENT:
            sides = []
            for key in (ruling.first, ruling.second):
                sides.append(members.get(find(key)) or ([key] if key in keys else []))
            for a in sides[0]:
                for b in sides[1]:
                    apart[a].add(b)
                    apart[b].add(a)
    groups = sorted(tuple(group) for group in members.values() if len(group) > 1)
    return Verdicts(groups, dict(apart))


class Ruled(Protocol):
    """What of an article a ruling needs to know; an archive does not load more."""

    @property
    def key(self) -> str: ...
    @property
    def words(self) -> int: ...


def overrule(
    articles: Sequence[Ruled],
    representative: Sequence[int],
    duplicates: Sequence[Duplicate],
    verdicts: Verdicts,
    judge: Judge,
    preferred: Sequence[int] | None = None,
) -> tuple[list[int], list[Duplicate]]:
    """Clusters as a stage found them, with the rulings of a person on top.

    `judge` compares pairs of positions; `preferred` says of each article how well it is suited to represent others, the lower
    the better, where that is not the most complete. Clusters of which no ruling speaks stay as they are.
    """
    if not verdicts:
        return list(representative), list(duplicates)
    return _Overruling(articles, representative, duplicates, verdicts, judge, preferred).clusters()


class _Overruling:
    """Clusters in which articles with one key, the occurrences of a post, are moved as one."""

    def __init__(
        self,
        articles: Sequence[Ruled],
        representative: Sequence[int],
        duplicates: Sequence[Duplicate],
        verdicts: Verdicts,
        judge: Judge,
        preferred: Sequence[int] | None,
    ) -> None:
        self.keys = keys = [article.key for article in articles]
        self.words = [article.words for article in articles]
        self.verdicts, self.judge, self.preferred = verdicts, judge, preferred
        self.before = {d.article: d for d in duplicates}
        self.representative, self.kept = representative, list(representative)
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            self.places[key].append(place)
        self.home = {key: keys[representative[places[0]]] for key, places in self.places.items()}
        self.members: dict[str, set[str]] = defaultdict(set)
        for key, home in self.home.items():
            self.members[home].add(key)
        self.changed: set[str] = set()

    def clusters(self) -> tuple[list[int], list[Duplicate]]:
        for home in sorted({self.home[key] for key in self.verdicts.apart}, key=self._first):
            members = self.members[home]
            if any(self.verdicts.apart.get(key, set()) & members for key in members):
                self._settle(self.members.pop(home), home)
        # Joining one group can take a member from the cluster of another that is left behind: until all are whole.
        for _ in range(len(self.verdicts.groups) + 1):
            scattered = [g for g in self.verdicts.groups if len({self.home[key] for key in g}) > 1]
            for group in scattered:
                self._join(group)
            if not scattered:
                break
        return self._told()

    def _join(self, group: Sequence[str]) -> None:
        """The clusters of a group become one; what is different from one of the group stays behind."""
        homes = sorted({self.home[key] for key in group}, key=self._first)
        others = sorted(
            {key for home in homes for key in self.members[home]} - set(group),
            key=lambda key: (key not in homes, self._first(key)),
        )
        joined = list(group)
        for key in others:
            if not self._conflicts(key, joined):
                joined.append(key)
        left = {home: self.members.pop(home) - set(joined) for home in homes}
        self._found(self._choose([h for h in homes if h in joined] or list(group)), joined)
        for home, members in left.items():
            self._settle(members, home)

    def _settle(self, members: Set[str], home: str) -> None:
        """Make clusters of what rulings have left of one, those most like its representative first; each member resembles
        its representative, as elsewhere."""
        waiting = self._by_likeness(members, home)
        while waiting:
            chosen = home if home in waiting else self._choose(waiting)
            others = [key for key in waiting if key != chosen]
            verdicts = self._judge(chosen, others)
            group = [chosen]
            for key in others:
                if verdicts[key][0] is not None and not self._conflicts(key, group):
                    group.append(key)
            self._found(chosen, group)
            waiting = [key for key in waiting if key not in group]

    def _found(self, home: str, members: Sequence[str]) -> None:
        self.members[home] = set(members)
        for key in members:
            self.home[key] = home
        self.changed.update(members)

    def _conflicts(self, key: str, others: Iterable[str]) -> bool:
        return not self.verdicts.apart.get(key, set()).isdisjoint(others)

    def _by_likeness(self, members: Set[str], home: str) -> list[str]:
        def likeness(key: str) -> float:
            duplicate = self.before.get(self._first(key))
            return duplicate.similarity if duplicate and self.keys[duplicate.kept] == home else 0.0

        return sorted(members, key=lambda key: (key != home, -likeness(key), self._first(key)))

    def _choose(self, candidates: Sequence[str]) -> str:
        """The one that represents the others: the preferred, or else the most copied of the most complete."""
        preferred = self.preferred
        if preferred is not None:
            return min(candidates, key=lambda key: (min(preferred[p] for p in self.places[key]), self._first(key)))
        longest = max(self.words[self._first(key)] for key in candidates)
        complete = [key for key in candidates if self.words[self._first(key)] >= _COMPLETE * longest]
        return min(complete, key=lambda key: (-len(self.places[key]), self._first(key)))

    def _first(self, key: str) -> int:
        return self.places[key][0]

    def _representing(self, home: str) -> int:
        """Which of the occurrences of a representative stands for it: the one that did before, or else the preferred."""
        place = self.representative[self._first(home)]
        if self.keys[place] == home:
            return place
        preferred = self.preferred
        return self._first(home) if preferred is None else min(self.places[home], key=lambda p: (preferred[p], p))

    def _judge(self, chosen: str, others: Sequence[str]) -> dict[str, Judged]:
        place = self._first(chosen)
        pairs = {key: tuple(sorted((place, self._first(key)))) for key in others}
        verdicts = self.judge([(a, b) for a, b in pairs.values()])
        return {key: verdicts[a, b] for key, (a, b) in pairs.items()}

    def _told(self) -> tuple[list[int], list[Duplicate]]:
        decided = {key for group in self.verdicts.groups for key in group}
        touched = self.changed | decided
        duplicates = [d for place, d in self.before.items() if self.keys[place] not in touched]
        for home in sorted({self.home[key] for key in touched}, key=self._first):
            kept = self._representing(home)
            others = sorted((key for key in self.members[home] & touched if key != home), key=self._first)
            for place in self.places[home] if home in touched else ():
                self.kept[place] = kept
                if place != kept:
                    duplicates.append(Duplicate(place, kept, Kind.EXACT, 1.0, {"words": 1.0}))
            verdicts = self._judge(home, others)
            for key in others:
                kind, similarity, scores = verdicts[key]
                ruled = {"decided": 1.0} if key in decided or kind is None else {}
                for place in self.places[key]:
                    self.kept[place] = kept
                    old = self.before.get(place)
                    if old is not None and old.kept == kept:
                        duplicates.append(replace(old, scores={**ruled, **old.scores}))
                    else:
                        kind = kind or Kind.DECIDED
                        duplicates.append(Duplicate(place, kept, kind, similarity, {**ruled, **scores}))
        return self.kept, sorted(duplicates, key=lambda duplicate: duplicate.article)


def pairs_of(rulings: Iterable[Ruling], verdict: Verdict) -> list[tuple[str, str]]:
    """The two articles of each ruling of one kind, in the order of the rulings."""
    return [(r.first, r.second) for r in rulings if isinstance(r, ArticleRuling) and r.verdict is verdict]

"""The options of pairing: languages, threshold, and how many candidates are looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairConfig:
    """The options of `find_pairs`."""

    languages: tuple[str, str] = ("en", "es")  # source and target; ISO 639-1
    # Lower than a half, because a pair is also each other's best: of such posts between 0.4 and 0.5, three in four were
    # translations. For F1 alone 0.2 would be as good or better; a wrong pair is worth more care than a missed one.
    threshold: float = 0.4
    candidates: int = 50  # among the best 50, 0.995 of true partners were found, of thousands of posts
    checked: int = 5  # the true partner is among the best five by margin, or it is not recognisable
    keys: int = 64  # so many of a post's rarest keys look for candidates; more found no more
    postings: int = 200  # a key that more posts hold names too many candidates to be of use

    def __post_init__(self) -> None:
        # JSON knows lists only.
        object.__setattr__(self, "languages", tuple(self.languages))

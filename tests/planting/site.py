"""A fictional site: the habits that its pages share, and the lines it puts around and above posts.

Drawn once per dump. What a real site does the same way on every page (its menu, the form of its bylines, whether it
counts comments) is decided here once; what depends on the page (the title in a breadcrumb, the number of comments) is
filled in at each use.
"""

from __future__ import annotations

import datetime
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .gold import Copy, Line, Role
from .library import LANGUAGES, Post, blogs, furniture, phrasebook

MONTHS = (
    "January February March April May June July August September October November December".split(),
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
)
WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "lunes martes miércoles jueves viernes sábado domingo".split(),
)
INVENTED = (
    "Stone Soup", "Sopa de Piedra", "The Long Table", "La Mesa Larga", "Lantern & Ladder", "El Farol", "Second Harvest Notes",
    "Segunda Cosecha", "Gatepost", "Puerta Norte", "Northbound", "Rumbo Sur", "Blue Pencil", "Lápiz Azul",
)  # fmt: skip
# as a style sheet, a converter or a feed reader would print them
TITLE_FORMS: tuple[Callable[[str], str], ...] = (
    str.upper,
    "# {}".format,
    "» {}".format,
    "[{}]".format,
    "{} »".format,
    "Subject: {}".format,
)
DATE_STYLES, MONTH_AND_YEAR = 11, 9


def write_date(date: tuple[int, int, int], lang: str, style: int) -> str:
    """One of the ways to write a date.

    >>> [write_date((2020, 10, 21), "es", style) for style in (0, 3, 5)]
    ['21 de octubre de 2020', '21/10/2020', 'miércoles, 21 de octubre de 2020']
    """
    year, month, day = date
    spanish = lang == "es"
    name = MONTHS[spanish][month - 1]
    weekday = WEEKDAYS[spanish][datetime.date(year, month, day).weekday()]
    ordinal = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    if spanish:
        forms = (
            f"{day} de {name} de {year}", f"{name.capitalize()} {day}, {year}", f"{day} {name[:3]} {year}",
            f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}", f"{weekday}, {day} de {name} de {year}",
            f"{day} de {name}", f"{day}.{month}.{year}", f"{day} {name[:3].upper()}, {year}", f"{name} de {year}",
            f"{weekday.capitalize()} {day:02} {name.capitalize()} {year}",
        )  # fmt: skip
    else:
        forms = (
            f"{name} {day}, {year}", f"{day} {name} {year}", f"{name[:3]}. {day}, {year}", f"{month:02}/{day:02}/{year}",
            f"{year}-{month:02}-{day:02}", f"{weekday}, {name} {day}, {year}", f"{name} {day}", f"{day}.{month}.{year}",
            f"{day} {name[:3].upper()} {year}", f"{name} {year}", f"{weekday} {day}{ordinal} {name} {year}",
        )  # fmt: skip
    return forms[style]


@dataclass(slots=True)
class Habits:
    """How this site heads its posts. Rates between 0 and 1 are per post, a post keeps its own in all its copies."""

    titles: float
    bylines: float
    toggles: float
    order: str  # "TB" title, then byline; "BT"; toggles come first or last
    toggle_first: bool
    stray: float  # a reading-time or share line between head and body
    byline: tuple[str, str] = ("", "")
    other_byline: tuple[str, str] = ("", "")  # for guests
    date_style: int = 0
    toggle: tuple[str, str] = ("", "")
    stray_line: tuple[str, str] = ("", "")
    title_form: Callable[[str], str] = str
    sign_off: bool = False  # posts end with "— Author": text of the post, although it recurs


@dataclass(slots=True)
class Site:
    rng: random.Random
    posts: Sequence[Post]
    languages: str  # of the furniture: "en", "es", "both" (side by side), "joined" (on one line), "blocks" or "page"
    habits: Habits
    name: str = ""
    topic: tuple[str, str] = ("", "")
    year: int = 2020
    authors: tuple[str, ...] = ()
    constant: dict[str, float] = field(default_factory=dict)
    dates: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    heads: dict[str, list[Line]] = field(default_factory=dict)
    recent: list[str] = field(default_factory=list)
    counts_move: bool = False  # comments, likes and hours are other ones at each visit
    visit: int = 0

    @property
    def address(self) -> str:
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return "".join(re.findall("[a-z]+", plain))

    # -- the lines around posts

    def draw(self, sections: Sequence[str], count: int) -> list[tuple[str, str]]:
        """Some furniture items from these sections, in the order of the sections."""
        pool = [(section, item) for section in sections for item in range(len(furniture()[section]))]
        picks = self.rng.sample(pool, min(count, len(pool)))
        picks.sort(key=lambda pick: sections.index(pick[0]))
        return [furniture()[section][item] for section, item in picks]

    def lines(self, items: Sequence[tuple[str, str]], post: Post | None = None) -> list[Line]:
        """Furniture items, filled in, in the languages of the site."""
        self.visit += self.counts_move
        if self.languages == "blocks":  # all in English, then all in Spanish
            told = [(item, lang) for lang in LANGUAGES for item in items]
        elif self.languages == "page":  # in the language of the post around which they stand
            told = [(item, post.lang if post else self.posts[0].lang) for item in items]
        elif self.languages in LANGUAGES:
            told = [(item, self.languages) for item in items]
        else:
            told = [(item, lang) for item in items for lang in LANGUAGES]
        out: list[str] = []
        for item, lang in told:
            english, spanish = item
            if lang == "es" and english == spanish and self.languages in ("both", "joined", "blocks"):
                continue
            if self.languages == "joined" and "¶" not in english and "{" not in english and english != spanish:
                if lang == "en":
                    out.append(f"{english} {spanish}")
                continue
            for part in item[lang == "es"].split(" ¶ "):
                out += self.fill(part, lang, post, item=english).split("\n")
        return [Line(text, Role.FURNITURE) for text in out if text.strip()]

    def fill(self, text: str, lang: str, post: Post | None = None, *, item: str = "") -> str:
        """Put the facts of site and page into a template; `item` is the furniture item to which the template belongs."""
        if "{" not in text:
            return text
        rng, spanish = self.rng, lang == "es"
        if post in self.posts:
            near = self.posts.index(post)
        else:
            near = int(self.constant.setdefault(f"near/{item}/{self.visit}", rng.random()) * len(self.posts))

        # the same in both languages, and in all copies of a post unless the counts move on between two visits
        visit = f"{item or text}/{self.posts[near].id}/{self.visit}"
        counts = random.Random(self.constant.setdefault(visit, rng.random()))

        def neighbour(step: int) -> str:
            return self.posts[(near + step) % len(self.posts)].title

        def value(found: re.Match[str]) -> str:
            key = found[1]
            match key:
                case "site":
                    return self.name
                case "topic":
                    return self.topic[spanish]
                case "year":
                    return str(self.year)
                case "title":
                    return self.posts[near].title
                case "previous":
                    return neighbour(1)
                case "next":
                    return neighbour(-1)
                case "author":
                    return self.author_of(self.posts[near])
                case "date":
                    return self.write_date(self.posts[near], lang, text)
                case "url":
                    year, month, _ = self.date_of(self.posts[near])
                    return f"https://{self.address}.example/{year}/{month:02}/{self.posts[near].id}"
                case "hour":
                    return f"{counts.randint(6, 23)}:{counts.randint(0, 59):02}"
                case "minute":
                    return f"{counts.randint(0, 59):02}"
                case "number":
                    return str(counts.randint(2, 24))
                case "page":
                    return str(counts.randint(1, 9))
                case "tag":
                    return phrasebook("tag")[near % len(phrasebook("tag"))][spanish]
                case _:
                    # drawn alike in both languages
                    seed = self.constant.setdefault(f"{key}/{item}", rng.random())
                    return self.constant_value(key, spanish, random.Random(seed))

        filled = re.sub(r"\{(\w+)\}", value, text)
        return filled.replace(" de el ", " del ").replace(" a el ", " al ") if spanish else filled

    def write_date(self, post: Post, lang: str, around: str) -> str:
        """The date of a post as this site writes it; no bare month where `around` says "on"."""
        style = self.habits.date_style
        bare = style == MONTH_AND_YEAR and re.search(r"\b(on|el) \{date\}", around, re.IGNORECASE)
        return write_date(self.date_of(post), lang, 0 if bare else style)

    def constant_value(self, key: str, spanish: bool, rng: random.Random) -> str:
        """A fact about the site, such as the months in its archive."""
        tags = [tag[spanish] for tag in phrasebook("tag")]
        match key:
            case "count":
                return str(rng.randint(10, 900))
            case "month":
                return f"{rng.choice(MONTHS[spanish])} {self.year}"
            case "months":
                at, counted = rng.randint(1, 12), rng.random() < 0.5
                names = [
                    f"{MONTHS[spanish][(at - back) % 12]} {self.year - (back > at)}"
                    for back in range(rng.randint(3, 9))
                ]
                return "\n".join(name + (f" ({rng.randint(1, 14)})" if counted else "") for name in names)
            case "tags":
                return "\n".join(rng.sample(tags, rng.randint(3, 7)))
            case "tagline":
                return rng.choice((" ", ", ", " · ")).join(rng.sample(tags, rng.randint(2, 6)))
            case "recent":
                return "\n".join(self.recent)
            case "authors":
                return "\n".join(self.authors)
        raise KeyError(key)

    # -- the lines above posts

    def author_of(self, post: Post) -> str:
        own = next(blog.authors for blog in blogs() if blog.name == post.blog)
        return own[sum(map(ord, post.id)) % len(own)]

    def date_of(self, post: Post) -> tuple[int, int, int]:
        return self.dates[post.id]

    def head(self, post: Post) -> list[Line]:
        """The head lines of a post; drawn once, so that each copy has the same."""
        if post.id not in self.heads:
            self.heads[post.id] = self._draw_head(post)
        return [Line(line.text, line.role) for line in self.heads[post.id]]

    def _draw_head(self, post: Post) -> list[Line]:
        rng, habits, spanish = self.rng, self.habits, post.lang == "es"
        head: list[Line] = []
        titled = rng.random() < habits.titles
        if titled:
            head.append(Line(habits.title_form(post.title), Role.TITLE))
        if rng.random() < habits.bylines:
            template = habits.other_byline if rng.random() < 0.12 else habits.byline
            bylines = self.fill(template[spanish], post.lang, post).split(" ¶ ")
            at = 0 if habits.order == "BT" else len(head)
            head[at:at] = [Line(text, Role.BYLINE) for text in bylines]
        if rng.random() < habits.stray and head:
            head.append(Line(self.fill(habits.stray_line[spanish], post.lang, post), Role.RULE))
        partner_here = any(other.id == post.pair for other in self.posts)
        if partner_here and rng.random() < habits.toggles:
            head.insert(0 if habits.toggle_first else len(head), Line(habits.toggle[spanish], Role.TOGGLE))
        return head

    def copy(
        self,
        post: Post,
        paragraphs: Sequence[str] | None = None,
        *,
        kind: str = "full",
        variant: str = "orig",
        note: str = "",
        head: Sequence[Line] | None = None,
    ) -> Copy:
        """A copy of a post under its head lines; an update note stands between head and body."""
        lines = list(self.head(post) if head is None else head)
        if note:
            lines.append(Line(note))
        body = list(post.paragraphs if paragraphs is None else paragraphs)
        while not re.search(r"\w", body[0]):  # a cut at a rule leaves no rule
            body.pop(0)
        while not re.search(r"\w", body[-1]):
            body.pop()
        # a rule that parts the sections of a post is the post's own, but nobody would miss it
        if self.habits.sign_off and kind == "full":
            body = [*body, f"— {self.author_of(post)}"]
        lines += [Line(text, Role.BODY if re.search(r"\w", text) else Role.RULE) for text in body]
        return Copy(post, lines, kind, variant)

    def note(self, post: Post) -> str:
        """An update note, dated after the post."""
        year, month, day = self.date_of(post)
        self.dates["note"] = (year + self.rng.randint(0, 2), month, min(28, day + 1))
        template = self.rng.choice(phrasebook("update_note"))[post.lang == "es"]
        style = self.habits.date_style
        when = write_date(self.dates["note"], post.lang, 0 if style == MONTH_AND_YEAR else style)
        return template.replace("{date}", when).replace("{author}", self.author_of(post))


def open_site(
    rng: random.Random, posts: Sequence[Post], *, titles: float | None = None, bylines: float | None = None
) -> Site:
    """Draw a site that publishes these posts, latest first."""
    spoken = {post.lang for post in posts}
    if spoken == {"en", "es"}:
        languages = rng.choices(("both", "joined", "blocks", "page", "en", "es"), (4, 2, 1, 3, 2, 2))[0]
    else:
        (own,) = spoken
        other = "en" if own == "es" else "es"
        languages = rng.choices((own, "both", other), (8, 1, 1))[0]
    habits = Habits(
        titles=rng.choice((0, 0, 0.15, 0.5, 1, 1)) if titles is None else titles,
        bylines=rng.choice((0, 0, 0.3, 0.7, 1, 1)) if bylines is None else bylines,
        toggles=rng.choice((0, 0.5, 1, 1)),
        order=rng.choice(("TB", "TB", "TB", "BT")),
        toggle_first=rng.random() < 0.75,
        stray=rng.choice((0, 0, 0, 0, 0.8)),
        byline=rng.choice(phrasebook("byline")),
        other_byline=rng.choice(phrasebook("byline")),
        date_style=rng.randrange(DATE_STYLES),
        toggle=rng.choice(phrasebook("toggle")),
        stray_line=rng.choice(phrasebook("stray")),
        title_form=rng.choice(TITLE_FORMS) if rng.random() < 0.25 else str,
        sign_off=rng.random() < 0.1,
    )
    first = next(blog for blog in blogs() if blog.name == posts[0].blog)
    named = first.name if rng.random() < 0.6 else rng.choice(INVENTED)
    houses = {post.blog for post in posts}
    authors = tuple(dict.fromkeys(author for blog in blogs() if blog.name in houses for author in blog.authors))
    site = Site(rng, posts, languages, habits, named, first.topic, rng.randint(2008, 2024), authors)
    day, gap = rng.randint(0, 360), rng.choice((1, 4, 9, 30))
    for post in posts:
        site.dates[post.id] = (site.year - day // 360, 12 - day % 360 // 30, 28 - day % 28)
        day += rng.randint(0, 2 * gap)
    site.counts_move = rng.random() < 0.4
    site.recent = [post.title for post in rng.sample(list(posts), min(len(posts), rng.randint(2, 6)))]
    return site

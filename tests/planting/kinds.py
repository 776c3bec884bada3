"""The kinds of dump: what stands where, for each way in which a blog gets scraped badly.

A kind is a function from a random generator to pages; it draws the posts that suit it, opens a site for them and sets
posts and furniture in sequence. Line numbers, blank lines and line ends are no matter of this file (see `gold.py`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .damage import break_pages, cut_text, edit, misread, respace, straighten
from .gold import Copy, Layout, Line, Page, Role
from .library import Post, blogs, phrasebook
from .site import Site, open_site

HEADER = ("skip", "banner", "tagline", "menu", "language_switch", "search", "cookies", "newsletter", "advert")
BETWEEN = ("share", "comment_count", "newsletter", "donate", "related", "search", "follow", "advert", "author_box")
TAIL = ("posted_in", "author_box", "share", "comment_count", "related", "comment_form", "reader_comment", "pagination")
FOOTER = ("pagination", "sidebar", "follow", "donate", "newsletter", "footer", "copyright")
ANY_LANGUAGE = ("en", "es")


@dataclass(slots=True)
class Draft:
    """A dump before layout: its pages (one page, one file) and how to set them."""

    pages: list[Page]
    layout: Layout


Kind = Callable[[random.Random], Draft]
KINDS: dict[str, tuple[Kind, str]] = {}


def kind(note: str) -> Callable[[Kind], Kind]:
    """Register a kind under the name of its function."""

    def register(function: Kind) -> Kind:
        KINDS[function.__name__] = (function, note)
        return function

    return register


# -- drawing posts, layouts and furniture


def draw_posts(
    rng: random.Random,
    count: int,
    *,
    suits: Callable[[Post], bool] = lambda post: True,
    languages: Sequence[str] | None = None,
    pairs: float | None = None,
) -> list[Post]:
    """About `count` posts, blog by blog, as a site with several sections would have them."""
    if languages is None:
        languages = rng.choice((("en",), ("es",), ANY_LANGUAGE, ANY_LANGUAGE))
    pair_rate = rng.choice((0, 0.5, 1)) if pairs is None else pairs
    posts = {post.id: post for blog in blogs() for post in blog.posts if post.lang in languages and suits(post)}
    shelf = list(blogs())
    rng.shuffle(shelf)
    most = rng.choice((3, 5, 8, 30))  # posts taken from one blog
    chosen: dict[str, Post] = {}
    waiting: list[Post] = []
    for blog in shelf:
        own = [post for post in blog.posts if post.id in posts]
        rng.shuffle(own)
        waiting += own[most:]
        for post in own[:most]:
            chosen.setdefault(post.id, post)
            if post.pair in posts and rng.random() < pair_rate:
                chosen.setdefault(post.pair, posts[post.pair])
        if len(chosen) >= count:
            break
    for post in waiting:
        if len(chosen) < count:
            chosen.setdefault(post.id, post)
    picked = list(chosen.values())[:count]
    order = rng.random()
    if order < 0.35:
        rng.shuffle(picked)
    elif order < 0.6:  # translations stand right behind each other
        picked = [post for lead in picked for post in (lead, *(p for p in picked if p.id == lead.pair))]
        picked = list(dict.fromkeys(picked))
    if rng.random() < 0.3:  # a site whose posts are sections of longer ones
        picked = [post if post.pair in chosen else section(rng, post) for post in picked]
    return picked


def section(rng: random.Random, post: Post) -> Post:
    """A run of paragraphs of a post, as a post of its own."""
    whole = len(post.paragraphs)
    if whole < 6 or post.form not in ("essay", "report", "howto", "live", "digest", "field"):
        return post
    count = rng.randint(3, whole - 1)
    start = rng.choice((0, rng.randint(0, whole - count)))
    return replace(post, paragraphs=post.paragraphs[start : start + count])


def draw_layout(rng: random.Random) -> Layout:
    """The common case: a paragraph a line with blank lines between, now and then with white space gone astray."""
    return Layout(
        extra_blank=rng.choice((0, 0.03, 0.1)),
        nbsp_blank=rng.choice((0, 0, 0.05, 0.3)),
        spaces=rng.choice((0, 0, 0, 0.05)),
        final_newline=rng.random() < 0.7,
    )


def header(site: Site, most: int = 8) -> Page:
    return list(site.lines(site.draw(HEADER, site.rng.randint(0, most))))


def footer(site: Site, most: int = 6) -> Page:
    return list(site.lines(site.draw(FOOTER, site.rng.randint(0, most))))


@dataclass(slots=True)
class Filler:
    """What a site puts between posts: nothing, the same few lines now and then, or a block after every post."""

    site: Site
    blocks: list[list[tuple[str, str]]]
    rate: float
    tail: list[tuple[str, str]]

    def between(self, post: Post | None = None) -> Page:
        rng = self.site.rng
        if not self.blocks or rng.random() >= self.rate:
            return []
        return list(self.site.lines(rng.choice(self.blocks), post))

    def after(self, post: Post) -> Page:
        """Lines that follow every copy of every post ("Posted in", comment counts)."""
        return list(self.site.lines(self.tail, post))


def draw_filler(site: Site, *, rate: float | None = None, tail_rate: float = 0.3) -> Filler:
    rng = site.rng
    blocks = [site.draw(BETWEEN, rng.choice((1, 1, 2, 4))) for _ in range(rng.choice((1, 1, 2, 4)))]
    tail = (
        site.draw(("posted_in", "comment_count", "share"), rng.choice((1, 1, 2, 3))) if rng.random() < tail_rate else []
    )
    return Filler(site, blocks, rng.choice((0, 0.1, 0.25, 0.6, 1)) if rate is None else rate, tail)


def spare_paragraphs(posts: Sequence[Post], lang: str) -> list[str]:
    """Paragraphs of posts that are not in this dump, for insertion into edited copies."""
    here = {post.id for post in posts}
    return [
        text
        for blog in blogs()
        for post in blog.posts
        if post.lang == lang and post.id not in here and post.form in ("essay", "letter", "field")
        for text in post.paragraphs
        if 60 < len(text) < 500
    ]


def edited(site: Site, post: Post) -> Copy:
    """An edited copy: maybe with an update note on top or at the end, maybe under an altered title."""
    rng = site.rng
    paragraphs, done = edit(rng, post.paragraphs, spare_paragraphs(site.posts, post.lang))
    note, head = "", site.head(post)
    where = rng.random()
    if where < 0.22:
        note, done = site.note(post), done + ", update on top"
    elif where < 0.34:
        paragraphs, done = [*paragraphs, site.note(post)], done + ", update at end"
    if rng.random() < 0.15:
        head = [Line(straighten(line.text), line.role) for line in head]
    if rng.random() < 0.08:
        head = [line for line in head if line.role is not Role.BYLINE]
    return site.copy(post, paragraphs, variant=done, note=note, head=head)


def recognised(site: Site, post: Post) -> Copy:
    """A copy that was printed, scanned and read by a machine."""
    rng = site.rng
    rate = rng.choice((0.005, 0.01, 0.02, 0.03, 0.05))
    head = [
        Line(misread(rng, line.text, rate) if line.role in (Role.TITLE, Role.BYLINE) else line.text, line.role)
        for line in site.head(post)
    ]
    printed = break_pages(rng, post.paragraphs) if rng.random() < 0.3 else post.paragraphs
    paragraphs = [misread(rng, text, rate) for text in printed]
    return site.copy(post, paragraphs, variant=f"ocr {rate:.1%}", head=head)


def opening(site: Site, post: Post, ending: str, most: int = 3) -> tuple[list[str], bool]:
    """The first paragraphs of a post, the last of them maybe cut; tells whether anything is missing."""
    rng = site.rng
    count = rng.randint(1, min(most, len(post.paragraphs)))
    # A post may begin with a rule.
    spoken = next(n for n, text in enumerate(post.paragraphs, 1) if re.search(r"\w", text))
    paragraphs = list(post.paragraphs[: max(count, spoken)])
    if rng.random() < 0.7:
        paragraphs[-1] = cut_text(rng, paragraphs[-1], ending)
    return paragraphs, tuple(paragraphs) != post.paragraphs


def one_page(page: Page, layout: Layout) -> Draft:
    return Draft([page], layout)


def in_a_row(
    rng: random.Random, posts: list[Post], second: Callable[[Site, Post], Copy], *, clean_rate: float
) -> Draft:
    """Every post twice in a row, the second time altered."""
    site = open_site(rng, posts)
    filler = draw_filler(site)
    bare = rng.random() < 0.1  # the second copies come without head lines, as from another listing
    page = header(site)
    for post in posts:
        page += [site.copy(post), *filler.after(post)]
        again = site.copy(post) if rng.random() < clean_rate else second(site, post)
        if bare:
            again.lines = [line for line in again.lines if line.role is Role.BODY]
        page += [again, *filler.after(post)]
        page += filler.between(post)
    return one_page(page + footer(site), draw_layout(rng))


# -- copies


@kind("every post twice in a row, unaltered")
def doubled(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 20))
    return in_a_row(rng, posts, lambda site, post: site.copy(post), clean_rate=1)


@kind("every post twice in a row, the second copy edited")
def doubled_edited(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 18))
    return in_a_row(rng, posts, edited, clean_rate=rng.choice((0, 0.2, 0.5)))


@kind("every post twice in a row, one of the copies cut off, with or without a read-more line")
def doubled_cut(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 18))
    site = open_site(rng, posts)
    filler = draw_filler(site)
    ending = rng.choice(phrasebook("read_more_inline"))
    more = rng.choice(phrasebook("read_more"))
    with_line, cut_first, clean_rate = rng.random() < 0.5, rng.random() < 0.3, rng.choice((0, 0.3))
    page = header(site)
    for post in posts:
        spanish = post.lang == "es"
        count = rng.randint(1, len(post.paragraphs))
        paragraphs = list(post.paragraphs[:count])
        paragraphs[-1] = cut_text(rng, paragraphs[-1], rng.choice(("", ending[spanish])))
        whole = tuple(paragraphs) == post.paragraphs or rng.random() < clean_rate
        cut = site.copy(post) if whole else site.copy(post, paragraphs, kind="teaser", variant="cut")
        rest: Page = [] if whole or not with_line else [Line(site.fill(more[spanish], post.lang, post), Role.FURNITURE)]
        first, last = [site.copy(post), *filler.after(post)], [cut, *rest, *filler.after(post)]
        page += [*last, *first] if cut_first else [*first, *last]
        page += filler.between(post)
    return one_page(page + footer(site), draw_layout(rng))


@kind("every post twice in a row, the second copy read by a machine with up to 5 % of its letters wrong")
def doubled_ocr(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 18))
    return in_a_row(rng, posts, recognised, clean_rate=rng.choice((0, 0, 0.3)))


@kind("some posts three or more times, not always in a row, some once")
def tripled(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 14))
    site = open_site(rng, posts)
    filler = draw_filler(site)
    apart = rng.random() < 0.5
    worn = rng.choice((0, 0.2))
    page: Page = header(site)
    later: list[Post] = []
    for post in posts:
        times = rng.choice((1, 2, 3, 3, 4))
        here = rng.randint(1, times) if apart else times
        for time in range(here):
            page += [edited(site, post) if time and rng.random() < worn else site.copy(post), *filler.after(post)]
        page += filler.between(post)
        later += [post] * (times - here)
        while later and rng.random() < 0.4:
            again = later.pop(rng.randrange(len(later)))
            if page and isinstance(page[-1], Copy) and page[-1].post is again:
                later.append(again)
                break
            page += [site.copy(again), *filler.after(again)]
    for again in later:
        page += [site.copy(again), *filler.after(again)]
    return one_page(page + footer(site), draw_layout(rng))


@kind("the whole series of posts twice, the second time maybe in another order; copies stand apart")
def shuffled(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(8, 18))
    site = open_site(rng, posts)
    filler = draw_filler(site)
    way = rng.choice(("same", "reversed", "random", "random"))
    again = list(posts) if way == "same" else posts[::-1] if way == "reversed" else rng.sample(posts, len(posts))
    again = [post for post in again if rng.random() < rng.choice((1, 0.8))] or again
    if again[0] is posts[-1]:
        again.append(again.pop(0))
    worn = rng.choice((0, 0, 0.3))
    page = header(site)
    for post in posts:
        page += [site.copy(post), *filler.after(post), *filler.between(post)]
    page += footer(site) if rng.random() < 0.3 else []
    for post in again:
        page += [
            edited(site, post) if rng.random() < worn else site.copy(post),
            *filler.after(post),
            *filler.between(post),
        ]
    return one_page(page + footer(site), draw_layout(rng))


# -- listings and crawls


@kind("a listing of openings with read-more lines, then the posts whole; or both by turns")
def teasers(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 16), suits=lambda post: post.words > 50)
    site = open_site(rng, posts)
    filler = draw_filler(site)
    more, ending = rng.choice(phrasebook("read_more")), rng.choice(phrasebook("read_more_inline"))
    with_line, headed = rng.random() < 0.8, rng.random() < 0.6
    head_whole = rng.random() < 0.8
    most = rng.choice((1, 2, 3))
    count = site.draw(("comment_count", "posted_in", "share"), 1) if rng.random() < 0.25 else []
    turns = rng.choice((len(posts), len(posts), len(posts), 3, 5, 1))
    own_file = turns == len(posts) and rng.random() < 0.25

    def listed(post: Post) -> Page:
        spanish = post.lang == "es"
        paragraphs, missing = opening(site, post, ending[spanish], most)
        teaser = site.copy(
            post,
            paragraphs,
            kind="teaser" if missing else "full",
            variant="teaser" if missing else "orig",
            head=None if headed else [],
        )
        rest: Page = [Line(site.fill(more[spanish], post.lang, post), Role.FURNITURE)] if with_line else []
        return [teaser, *rest, *site.lines(count, post)]

    pages: list[Page] = []
    page = header(site)
    for at in range(0, len(posts), turns):
        part = posts[at : at + turns]
        for post in part:
            page += listed(post)
        page += filler.between()
        if own_file:
            pages.append(page + footer(site))
            page = header(site)
        whole = list(part)
        if rng.random() < 0.5:
            rng.shuffle(whole)
        for post in whole:
            if rng.random() < 0.94:
                page += [site.copy(post, head=None if head_whole else []), *filler.after(post), *filler.between(post)]
    pages.append(page + footer(site))
    return Draft(pages, draw_layout(rng))


def excerpt(rng: random.Random, post: Post, form: str, size: int, ending: str) -> list[str]:
    """The opening of a post as an index sets it: its first `size` paragraphs, the last of them maybe cut; or its first so many
    words, with the breaks of paragraphs or run together."""
    if form in ("paragraphs", "cut"):
        paragraphs = list(post.paragraphs[:size])
        return [*paragraphs[:-1], cut_text(rng, paragraphs[-1], ending)] if form == "cut" else paragraphs
    kept: list[str] = []
    room = size
    for text in post.paragraphs:
        spoken = text.split()
        kept.append(" ".join(spoken[:room]))
        room -= len(spoken)
        if room <= 0:
            break
    if room < 0:
        kept[-1] = kept[-1].rstrip(" ,;:—–") + ending
    return kept if form == "words" else [" ".join(kept)]


@kind(
    "an index of openings, in one of many forms, above the whole posts or below them, in parts among them, or in a file"
)
def index_pages(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 16), suits=lambda post: post.words > 50)
    site = open_site(rng, posts)
    filler = draw_filler(site)
    form = rng.choice(("paragraphs", "cut", "cut", "words", "words", "run in"))
    size = rng.choice((1, 1, 2, 3)) if form in ("paragraphs", "cut") else rng.choice((20, 35, 55, 90))
    ending = rng.choice(phrasebook("read_more_inline")) if rng.random() < 0.8 else ("", "")
    more = rng.choice(phrasebook("read_more")) if rng.random() < 0.6 else None
    below = site.draw(("comment_count", "posted_in", "share"), 1) if rng.random() < 0.25 else []
    rule = rng.choice(phrasebook("rule"))[0] if rng.random() < 0.15 else ""
    heads = rng.choice(("same", "same", "none", "title", "listed only"))
    announced = site.draw(("intro",), rng.choice((0, 1, 1, 2)))
    place = rng.choice(("above", "above", "below", "parts", "after each", "file"))

    def listed(post: Post) -> Page:
        spanish = post.lang == "es"
        paragraphs = excerpt(rng, post, form, size, ending[spanish])
        missing = tuple(paragraphs) != post.paragraphs and paragraphs != [" ".join(post.paragraphs)]
        head = [] if heads == "none" else site.head(post)
        if heads == "title":
            head = [line for line in head if line.role is Role.TITLE]
        kind, variant = ("teaser", "teaser") if missing else ("full", "orig")
        page: Page = [site.copy(post, paragraphs, kind=kind, variant=variant, head=head)]
        if more:
            page.append(Line(site.fill(more[spanish], post.lang, post), Role.FURNITURE))
        page += site.lines(below, post)
        return [*page, Line(rule, Role.FURNITURE)] if rule else page

    def index(part: Sequence[Post]) -> Page:
        return [*site.lines(announced), *(item for post in part for item in listed(post)), *filler.between()]

    def whole(post: Post) -> Page:
        head: list[Line] | None = [] if heads == "listed only" else None
        return [site.copy(post, head=head), *filler.after(post), *filler.between(post)]

    kept = [post for post in posts if rng.random() < 0.93] or posts
    order = rng.choice(("same", "same", "reversed", "random"))
    full = kept[::-1] if order == "reversed" else rng.sample(kept, len(kept)) if order == "random" else kept
    wholes = [item for post in full for item in whole(post)]
    top, bottom = header(site), footer(site)
    if place == "file":
        return Draft([[*top, *index(posts), *bottom], [*top, *wholes, *bottom]], draw_layout(rng))
    if place == "below":
        content = [*wholes, *index(posts)]
    elif place == "parts":
        size_of_part = rng.choice((3, 4, 6))
        content = []
        for at in range(0, len(posts), size_of_part):
            part = posts[at : at + size_of_part]
            content += index(part) + [item for post in part if post in kept for item in whole(post)]
    elif place == "after each":
        content = []
        for post in full:
            others = [other for other in posts if other is not post]
            content += whole(post) + index(rng.sample(others, rng.randint(2, min(4, len(others)))))
    else:
        content = [*index(posts), *wholes]
    return one_page([*top, *content, *bottom], draw_layout(rng))


@kind("overlapping page crawls of one blog in several files; a post recurs across files, never inside one")
def paginated(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(10, 24))
    site = open_site(rng, posts)
    filler = draw_filler(site)
    top, bottom = site.draw(HEADER, rng.randint(1, 9)), site.draw(FOOTER, rng.randint(1, 8))
    size = rng.choice((3, 4, 5, 7))
    shift = rng.randint(1, size - 1)
    starts = [at for at in range(0, len(posts), size) if at < len(posts)]
    if rng.random() < 0.5:  # a second crawl, after `shift` new posts pushed the others down
        starts += [max(0, at - shift) for at in starts[1:]]
    else:  # one crawl whose pages overlap
        starts = list(range(0, len(posts), max(1, size - shift)))
    starts = sorted(dict.fromkeys(starts))[: rng.randint(3, 7)]
    worn = rng.choice((0, 0, 0.15))
    seen: set[str] = set()
    pages: list[Page] = []
    for at in starts:
        page: Page = list(site.lines(top))
        for post in posts[at : at + size]:
            again = post.id in seen and rng.random() < worn
            page += [edited(site, post) if again else site.copy(post), *filler.after(post), *filler.between(post)]
            seen.add(post.id)
        pages.append(page + list(site.lines(bottom)))
    return Draft(pages, draw_layout(rng))


# -- posts that occur once


@kind("every post once, with a title line and a byline or date line of one form")
def single_titled(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(8, 22))
    site = open_site(rng, posts, titles=rng.choice((1, 1, 1, 0.9)), bylines=rng.choice((1, 1, 0.9, 0.5, 0)))
    filler = draw_filler(site)
    page = header(site)
    for post in posts:
        page += [site.copy(post), *filler.after(post), *filler.between(post)]
    return one_page(page + footer(site), draw_layout(rng))


@kind("every post once, without title or byline; at most a rule, a date, a comment count or a filed-under line between")
def single_untitled(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(6, 18))
    site = open_site(rng, posts, titles=0, bylines=0)
    sign = rng.choice(("none", "none", "rule", "tail", "date"))
    rule = rng.choice(phrasebook("rule"))[0]
    tail = site.draw(("posted_in", "comment_count"), rng.choice((1, 1, 2)))
    if sign == "date":
        site.habits.bylines, site.habits.byline = 1, ("{date}", "{date}")
    page = header(site, 5)
    for at, post in enumerate(posts):
        page.append(site.copy(post))
        if sign == "rule" and at < len(posts) - 1:
            page.append(Line(rule, Role.FURNITURE))
        if sign == "tail":
            page += site.lines(tail, post)
    return one_page(page + footer(site, 4), draw_layout(rng))


# -- languages and forms


@kind("two languages, translations side by side or apart, toggles, some posts twice and some once")
def mixed(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(8, 20), languages=ANY_LANGUAGE, pairs=1)
    site = open_site(rng, posts)
    site.habits.toggles = rng.choice((0, 1, 1, 1))
    filler = draw_filler(site)
    twice, worn = rng.choice((0.3, 0.5, 0.8)), rng.choice((0, 0, 0.4))
    page = header(site)
    for post in posts:
        page += [site.copy(post), *filler.after(post)]
        if rng.random() < twice:
            page += [edited(site, post) if rng.random() < worn else site.copy(post), *filler.after(post)]
        page += filler.between(post)
    return one_page(page + footer(site), draw_layout(rng))


def repeat_some(rng: random.Random, posts: list[Post], site: Site) -> Draft:
    """Posts doubled, or once and then under head lines."""
    doubled_too = rng.random() < 0.6
    if not doubled_too:
        site.habits.titles = rng.choice((0, 1, 1))
        site.habits.bylines = 1 if not site.habits.titles else rng.choice((0, 1))
    filler = draw_filler(site)
    worn = rng.choice((0, 0, 0.3))
    page = header(site)
    for post in posts:
        page += [site.copy(post), *filler.after(post)]
        if doubled_too:
            page += [edited(site, post) if rng.random() < worn else site.copy(post), *filler.after(post)]
        page += filler.between(post)
    return one_page(page + footer(site), draw_layout(rng))


@kind("many very short posts, twice in a row, or once under date or title lines")
def short_posts(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(10, 28), suits=lambda post: post.words <= 70)
    return repeat_some(rng, posts, open_site(rng, posts))


@kind("live blogs, speeches, interviews, lists and verse, twice in a row, or once under head lines")
def live(rng: random.Random) -> Draft:
    lined = ("live", "speech", "interview", "list", "recipe", "poem", "faq", "podcast", "release")
    stray = rng.choice((0, 0.15))
    posts = draw_posts(rng, rng.randint(6, 16), suits=lambda post: post.form in lined or rng.random() < stray)
    return repeat_some(rng, posts, open_site(rng, posts))


# -- whole pages


@dataclass(slots=True)
class Frame:
    """A site's page: everything that surrounds its posts, most of it the same on every page."""

    site: Site
    top: list[tuple[str, str]]
    tail: list[tuple[str, str]]  # behind the post of a page that has one post
    side: list[tuple[str, str]]
    foot: list[tuple[str, str]]
    talk: list[tuple[str, str]]  # what readers said
    chatty: float
    side_first: bool

    def around(self, copy: Copy) -> Page:
        """The page of one post."""
        rng, lines = self.site.rng, self.site.lines
        said = rng.sample(self.talk, rng.randint(1, 3)) if rng.random() < self.chatty else []
        return self._framed([copy, *lines(self.tail, copy.post), *lines(said, copy.post)], copy.post)

    def index(self, content: Page) -> Page:
        """A page that lists several posts."""
        first = next(item.post for item in content if isinstance(item, Copy))
        return self._framed(content, first)

    def _framed(self, content: Page, post: Post) -> Page:
        top, side, foot = (self.site.lines(items, post) for items in (self.top, self.side, self.foot))
        return [*top, *side, *content, *foot] if self.side_first else [*top, *content, *side, *foot]


def draw_frame(site: Site) -> Frame:
    rng = site.rng
    top = [item for section in HEADER[:-1] for item in site.draw((section,), rng.choice((0, 1, 1, 2)))]
    if rng.random() < 0.6:
        top += site.draw(("breadcrumb",), 1)
    foot = [item for section in FOOTER[-3:] for item in site.draw((section,), rng.choice((1, 1, 2, 3)))]
    return Frame(
        site,
        top=top,
        tail=[item for section in TAIL for item in site.draw((section,), rng.choice((0, 1, 1)))],
        side=site.draw(("sidebar", "newsletter", "search", "advert", "donate", "follow"), rng.randint(1, 9)),
        foot=foot + site.draw(("cookies", "footer"), rng.choice((0, 1, 2))),
        talk=site.draw(("reader_comment",), 7),
        chatty=rng.choice((0, 0.3, 0.7)),
        side_first=rng.random() < 0.2,
    )


@kind("each post taken from its whole HTML page, with all menus, sidebars and forms, page after page; once or twice")
def whole_pages(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(5, 14))
    site = open_site(rng, posts, titles=rng.choice((1, 1, 1, 0)))
    around = draw_frame(site).around
    twice, worn = rng.choice((0, 0, 0.5, 1)), rng.choice((0, 0, 0.3))
    together = rng.random() < 0.5
    page: Page = []
    later: list[Copy] = []
    for post in posts:
        page += around(site.copy(post))
        if rng.random() < twice:
            again = edited(site, post) if rng.random() < worn else site.copy(post)
            if together:
                page += around(again)
            else:
                later.append(again)
    for again in later:
        page += around(again)
    return one_page(page, draw_layout(rng))


@kind("one file per page, each a post with everything around it, some pages fetched twice")
def page_files(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(5, 12))
    site = open_site(rng, posts)
    around = draw_frame(site).around
    twice = rng.choice((0, 0.2, 0.5))
    copies = [site.copy(post) for post in posts]
    copies += [edited(site, post) if rng.random() < 0.2 else site.copy(post) for post in posts if rng.random() < twice]
    return Draft([around(copy) for copy in copies], draw_layout(rng))


@kind("a crawl of a site: index pages with openings or whole posts, and the page of each post, a file each")
def site_crawl(rng: random.Random) -> Draft:
    posts = draw_posts(rng, rng.randint(5, 11))
    site = open_site(rng, posts)
    frame = draw_frame(site)
    size = rng.choice((3, 4, 6))
    whole, headed = rng.random() < 0.4, rng.random() < 0.8
    more, ending = rng.choice(phrasebook("read_more")), rng.choice(phrasebook("read_more_inline"))
    pages: list[Page] = []
    for at in range(0, len(posts), size):
        content: Page = []
        for post in posts[at : at + size]:
            paragraphs, missing = opening(site, post, ending[post.lang == "es"])
            if whole or not missing:
                content.append(site.copy(post, head=None if headed else []))
            else:
                head: list[Line] | None = None if headed else []
                content.append(site.copy(post, paragraphs, kind="teaser", variant="teaser", head=head))
                content.append(Line(site.fill(more[post.lang == "es"], post.lang, post), Role.FURNITURE))
        pages.append(frame.index(content))
    pages += [frame.around(site.copy(post)) for post in posts if rng.random() < 0.9]
    return Draft(pages, draw_layout(rng))


# -- layouts: any of the others, set in another way


def other_kind(rng: random.Random) -> Draft:
    # `index_pages` came later and stays out, so that what a seed of these gives is what it gave.
    left_out = ("wrapped", "lines", "odd_bytes", "index_pages")
    return KINDS[rng.choice([name for name in KINDS if name not in left_out])][0](rng)


@kind("any other kind, its lines broken at a column")
def wrapped(rng: random.Random) -> Draft:
    draft = other_kind(rng)
    column = rng.choice((60, 66, 72, 72, 78, 80, 96))
    draft.layout = Layout(column=column, extra_blank=rng.choice((0, 0.05)), final_newline=draft.layout.final_newline)
    return draft


@kind("any other kind, one paragraph a line and no blank lines")
def lines(rng: random.Random) -> Draft:
    draft = other_kind(rng)
    draft.layout = replace(draft.layout, blank_between=False)
    return draft


@kind("any other kind with CRLF line ends, no-break spaces, stray white space and irregular blank lines")
def odd_bytes(rng: random.Random) -> Draft:
    draft = other_kind(rng)
    draft.layout = Layout(
        newline=rng.choice(("\r\n", "\r\n", "\n")),
        extra_blank=rng.choice((0.1, 0.4, 0.8)),
        nbsp_blank=rng.choice((0.2, 0.6, 1)),
        spaces=rng.choice((0, 0.1, 0.5)),
        final_newline=rng.random() < 0.5,
    )
    for page in draft.pages:
        for item in page:
            for line in item.lines if isinstance(item, Copy) else (item,):
                if rng.random() < 0.1:
                    line.text = respace(rng, line.text)
    return draft

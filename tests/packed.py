"""What the tests of reading share: posts, and files of them as writers that are not ours make them."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import lzma
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pytest
from backports import zstd

# Each long enough to be the main text of a page; written for these tests.
POSTS: Mapping[str, Sequence[str]] = {
    "The lamp on the breakwater": (
        "Every evening at six the keeper's daughter walks out along the breakwater with a can of oil and a box of matches,"
        " although the lamp has run on electricity since before she was born.",
        "She says that the walk is the point. The gulls know her step, and the men on the trawlers lift two fingers from the"
        " wheel when they pass the end of the wall.",
        "Last winter the sea took forty metres of the railing, and for a week nobody went out there but her.",
    ),
    "Bread for a hundred and ten": (
        "The oven in the old school was built for a village of nine hundred people, and it does not know how to bake for"
        " fewer; so on Saturdays we bake for everyone, whether they come or not.",
        "What is left over goes to the hens of the priest, who have become difficult and will not touch a loaf that is"
        " older than two days.",
        "The recipe is on the wall, in four different hands, and no two of them agree about the salt.",
    ),
    "La lámpara del espigón": (
        "Todas las tardes a las seis la hija del farero camina por el espigón con una lata de aceite y una caja de cerillas,"
        " aunque la lámpara funciona con electricidad desde antes de que ella naciera.",
        "Dice que lo importante es el paseo. Las gaviotas conocen sus pasos, y los hombres de los arrastreros levantan dos"
        " dedos del timón cuando pasan por la punta del muro.",
        "El invierno pasado el mar se llevó cuarenta metros de barandilla, y durante una semana no fue nadie más que ella.",
    ),
}
TITLES = list(POSTS)

PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": lambda data: bz2.compress(data, 1),  # in blocks of 100 kB
    "xz": lambda data: lzma.compress(data, preset=1),
    "zstd": zstd.compress,
}


def text_of(title: str) -> str:
    return "\n\n".join(POSTS[title])


def dump() -> bytes:
    """All posts twice, with furniture between, as a scraper leaves them."""
    posts = [f"{title}\n\n{text_of(title)}" for title in TITLES]
    return "\n\nHome\n\nAbout us\n\n".join([*posts, *posts]).encode()


def page(title: str, url: str = "") -> str:
    """A page of a blog with one post in it."""
    paragraphs = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in POSTS[title])
    canonical = f'<link rel="canonical" href="{url}">' if url else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title} | The Quay</title>{canonical}'
        '<meta name="author" content="Ona Prat"><meta property="article:published_time" content="2021-03-04T08:00:00Z">'
        "<style>p { color: teal }</style><script>var tracker = 1;</script></head>\n"
        '<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav></header>\n'
        f"<main><article><h1>{title}</h1>\n{paragraphs}</article></main>\n"
        "<footer><p>Subscribe to our newsletter</p></footer></body></html>\n"
    )


@cache  # the ids of its records are made up each time
def web_archive(*, packed: bool, kind: str = "response") -> bytes:
    """A WARC file of all posts (as `conversion` records, a WET file), written by warcio."""
    writer = pytest.importorskip("warcio.warcwriter", reason="warcio writes what is read here")
    from warcio.statusandheaders import StatusAndHeaders

    out = io.BytesIO()
    warc = writer.WARCWriter(out, gzip=packed)
    warc.write_record(warc.create_warcinfo_record("quay.warc", {"software": "a test"}))
    for number, title in enumerate(TITLES):
        url = f"https://quay.example/{number}"
        if kind == "conversion":
            told = "\n".join(["Home", "About us", title, *POSTS[title], "Subscribe to our newsletter", ""])
            record = warc.create_warc_record(
                url, kind, payload=io.BytesIO(told.encode()), warc_content_type="text/plain"
            )
        else:
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = warc.create_warc_record(url, kind, payload=io.BytesIO(page(title).encode()), http_headers=head)
        warc.write_record(record)
    image = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.1")
    for url, head in (
        ("https://quay.example/logo.png", image),
        (
            "https://quay.example/gone",
            StatusAndHeaders("404 Not Found", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
        ),
    ):
        warc.write_record(
            warc.create_warc_record(url, "response", payload=io.BytesIO(b"\x89PNG <p>gone</p>"), http_headers=head)
        )
    return out.getvalue()


def table(delimiter: str = ",", names: Sequence[str] = ("title", "text", "author", "date", "tag")) -> str:
    """All posts as CSV, written by csv."""
    import csv

    out = io.StringIO()
    rows = csv.writer(out, delimiter=delimiter)
    rows.writerow(names)
    rows.writerows(
        [title, f'{text_of(title)}\n\nShe said "yes", twice.', "Ona Prat", "2021-03-04", "sea"] for title in TITLES
    )
    return out.getvalue()


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Quay</title><link>https://quay.example</link><language>en-GB</language>
<item>
  <title>Salt &amp;amp; rope</title>
  <link>https://quay.example/salt</link>
  <dc:creator>Ona Prat</dc:creator>
  <pubDate>Thu, 04 Mar 2021 23:30:00 -0500</pubDate>
  <category>sea</category><category>work</category>
  <description>Only the beginning.</description>
  <content:encoded><![CDATA[<p>The salt comes in by&nbsp;boat.</p>
  <p>The rope <em>does not</em>.</p><script>no()</script>]]></content:encoded>
</item>
<item>
  <title>Without markup &nbsp;</title>
  <author>ona@quay.example (Ona Prat)</author>
  <guid>https://quay.example/plain</guid>
  <description>Nothing to see but the weather.</description>
</item>
</channel></rss>
"""

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es"><title>El Muelle</title><updated>2021-03-05T00:00:00Z</updated>
<entry><title type="html">Sal &lt;b&gt;y&lt;/b&gt; cuerda</title><id>tag:muelle,2021:1</id>
<link rel="self" href="https://muelle.example/self"/><link href="https://muelle.example/sal"/>
<author><name>Zoé Añón</name><email>zoe@muelle.example</email></author>
<published>2021-03-04T08:00:00Z</published><updated>2022-01-01T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>La sal llega en barco.</p><p>La cuerda <em>no</em>.</p></div></content>
</entry>
<entry><title>Solo texto</title><id>tag:muelle,2021:2</id><updated>2021-03-05T00:00:00Z</updated>
<summary>Uno &lt; dos.</summary></entry>
</feed>
"""

WORDPRESS = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/5.6" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Quay</title>
<wp:author><wp:author_login><![CDATA[ona]]></wp:author_login>
<wp:author_display_name><![CDATA[Ona Prat]]></wp:author_display_name></wp:author>
<item><title><![CDATA[Salt & rope]]></title><link>https://quay.example/?p=1</link><dc:creator><![CDATA[ona]]></dc:creator>
<pubDate>Fri, 05 Mar 2021 04:30:00 +0000</pubDate>
<content:encoded><![CDATA[The salt comes in
by <b>boat</b>.

The rope does not.]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>
<wp:post_date><![CDATA[2021-03-04 23:30:00]]></wp:post_date><wp:status>draft</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="sea"><![CDATA[Sea]]></category>
<wp:comment><wp:comment_author>Somebody</wp:comment_author><wp:comment_content>Buy my rope</wp:comment_content></wp:comment>
</item>
<item><title>New editor</title><dc:creator><![CDATA[somebody else]]></dc:creator>
<content:encoded><![CDATA[<!-- wp:paragraph -->
<p>One paragraph
in two lines of source.</p>
<!-- /wp:paragraph -->]]></content:encoded><wp:post_type>page</wp:post_type></item>
<item><title>boat.jpg</title><content:encoded></content:encoded><wp:post_type>attachment</wp:post_type></item>
</channel></rss>
"""

"""What a line looks like: cases as data, in English and Spanish, and beside each cue the lines that only resemble it."""

from __future__ import annotations

import pytest

from blogarc.segmentation.cues import Cue, Head, look, parse_date, read_head, toggle_language

# Each cue: lines that have it, and lines that must not be taken for one.
CASES: dict[Cue, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Cue.TOGGLE: (
        (
            "In English",
            "En español",
            "EN ESPAÑOL",
            "Leer en español",
            "Lee esta entrada en castellano",
            "Read this post in Spanish »",
            "Also available in English",
            "También disponible en inglés",
            "[Versión en español]",
            "Español",
            "English version",
        ),
        (
            "English | Español",  # a switch of the whole site offers both
            "Spanish food",
            "The English garden in March",
            "We spoke in English.",
            "Un inglés en Quilmar",
            "In brief",
            "En verano",
            "Learning to read in English with my daughter",
        ),
    ),
    Cue.BYLINE: (
        (
            "By Ombeline Sarrat",
            "by Haldor Queiruga",
            "Por Ombeline Sarrat",
            "Posted by Ana Ruiz on 3 May 2019",
            "Publicado por Ana Ruiz el 21 de octubre de 2020",
            "Written by Nora de la Quill",
            "Texto: Ana Ruiz",
            "Text: Ana Ruiz and Bo Li",
            "Guest post by Bo Li",
            "Autora: Ana Ruiz",
            "By Ana Ruiz | October 21, 2020",
            "5 min read",
            "4 minutos de lectura",
        ),
        (
            "By the end of May",
            "By Monday evening the ice was gone.",
            "Por eso no vinimos",
            "Por fin llegó el barco de Quilmar, y con él la sal",
            "By hand",
            "Bye bye, Ombeline",
            "Ten minutes by bus",
            "A story by the sea",
        ),
    ),
    Cue.DATE: (
        (
            "21 de octubre de 2020",
            "October 21, 2020",
            "Oct. 21, 2020",
            "21 October 2020",
            "21st of October 2020",
            "2020-10-21",
            "21/10/2020",
            "21.10.2020",
            "miércoles, 21 de octubre de 2020",
            "Wednesday, October 21, 2020",
            "Posted on May 3, 2019 by Ana Ruiz",
            "Publicado el 3 de mayo de 2019 por Ana Ruiz",
            "Última actualización: 3 de mayo de 2019",
            "Last updated 3 May 2019 at 10:45",
        ),
        (
            "May 3",  # as likely the start of a programme
            "In 2020",
            "2020",
            "From May 2019 to October 2020 we kept no records.",
            "On May 3, 2019 the last ferry left the island without its captain.",
            "El 3 de mayo de 2019 salió el último barco sin su capitán.",
            "Version 1.2.3",
            "24/7",
            "Room 12-14",
        ),
    ),
    Cue.READ_MORE: (
        (
            "Read more",
            "Read more »",
            "Leer más",
            "Leer más »",
            "Seguir leyendo",
            "Sigue leyendo →",
            "Continue reading",
            "Keep reading…",
            "Read the full story",
            "Read the rest of this entry »",
            "Leer la entrada completa",
            "Ver el artículo completo",
            "[Leer más]",
            "More…",
        ),
        (
            "The more we read, the less we knew.",
            "Nobody reads more than Ombeline",
            "Leer es más que mirar letras",
            "Reading Haldor",
            "More salt than water",
            "Ver para creer",
            "What we read in May",
        ),
    ),
    Cue.RULE: (
        ("* * *", "_____", "-----", "· · ·", "***", "~", "• • •", "———"),
        ("1.", "x x x", "* one", "A —", "2020"),
    ),
    Cue.CREDIT: (
        (
            "Translated by Ana Ruiz",
            "Translation by Ana Ruiz",
            "Traducción de Ana Ruiz",
            "Traducido por Ana Ruiz",
            "Photo by Bo Li",
            "Foto: Bo Li",
            "Fotos de Bo Li",
            "(Imagen: Bo Li)",
            "Edited by Ombeline Sarrat",
        ),
        (
            "Translators of the sea",
            "Photographs fade",
            "Traducir no es copiar",
            "La foto de la portada",
            "Lost in translation",
            "Imágenes que quedan",
        ),
    ),
    Cue.CONTROL: (
        (
            "Search",
            "Buscar",
            "Home",
            "Inicio",
            "Share this",
            "Compartir en Facebook",
            "Older posts",
            "Entradas más antiguas",
            "« Previous | Next »",
            "Skip to content",
            "Saltar al contenido",
            "Subscribe by email",
            "Suscríbete",
            "Leave a comment",
            "Deja un comentario",
            "Filed under: Archives",
            "Powered by WordPress",
            "Política de privacidad",
        ),
        (
            "The ice house keeps time",
            "La nevera de hielo",
            "We went home before the search was over, and slept.",
            "How to read a tide gauge",
            "Cómo contar las olas",
            "Nobody comments on the weather",
        ),
    ),
    Cue.NOTICE: (
        (
            "This website uses cookies. If you continue to browse this site you accept our cookie settings and privacy policy.",
            "Este sitio usa cookies. Al hacer clic en aceptar, acepta nuestra política de privacidad y las preferencias.",
            "Enter your email address to follow this blog and receive notifications of new posts by email.",
            "Introduce tu correo para seguir este blog y recibir avisos de nuevas entradas en el boletín semanal.",
            "Your email address will not be published. Required fields are marked, and comments are read first.",
        ),
        (
            "The pages of the exercise book are read each morning, and what the children write is kept in the ice house.",
            "When the cooperative took over the lease last spring, Ombeline noticed that the walls were ninety centimetres.",
            "Durante treinta días contamos las olas del muelle viejo, y el décimo día salieron más que ningún otro.",
            "She closed the window, opened the door, and asked us to share what was left of the bread with the neighbours.",
        ),
    ),
    Cue.COMMENT: (
        (
            "3 comments",
            "No comments yet",
            "Sin comentarios",
            "12 respuestas",
            "Leave a reply",
            "Deja un comentario",
            "One thought on “The ice house”",
            "Ana says:",
            "Bo Li wrote on May 3:",
            "Ana dice:",
            "Haldor respondió",
            "Reply",
            "Responder",
        ),
        (
            "Three people had no comments.",
            "Comments on the weather were few, because nobody had been outside since Tuesday",
            "As my grandmother says, salt keeps.",
            "Lo que nadie dice en voz alta",
            "El comentario de texto",
        ),
    ),
    Cue.NOTE: (
        (
            "Update: the ferry runs again.",
            "Updated on May 3, 2019 to add the new timetable.",
            "Actualización: el barco vuelve a salir.",
            "Actualizado el 3 de mayo",
            "Editor's note: names were changed.",
            "Editor’s note: names were changed.",
            "Nota de la editora: se cambiaron los nombres.",
            "Nota del autor: gracias a todos.",
            "Correction: it was a billiard table.",
            "This post was updated on May 3.",
            "This article has been corrected.",
            "Esta entrada se actualizó el 3 de mayo.",
            "[Este artículo ha sido corregido.]",
        ),
        (
            "Noted by the harbour master.",
            "Up to date, the gauge has been wrong twice.",
            "This post office was built in 1912.",
            "Notas al vuelo",
            "Correct posture helps",
            "Esta entrada cuesta doce euros.",
            "This story was told to me by Haldor.",
        ),
    ),
    Cue.ITEM: (
        (
            "- Two onions",
            "• Dos cebollas",
            "— ¿Quién ha llamado?",
            "1. Level the slab.",
            "2) Nivelar la losa",
            "(3) Lay the coins.",
            "a) the tray",
            "“Nobody asked us,” she said.",
            "«Nadie nos preguntó», dijo.",
            "– And then?",
            "> quoted",
        ),
        (
            "The list is long.",
            "1974 was the last year.",
            "May 3, 2019",
            "¿Quién ha llamado?",
            "3 comments",
            "A tray of coins",
            "...and then it stopped.",
        ),
    ),
    Cue.FIGURES: (
        ("2020", "12:45 – 13:10", "1 2 3 … 14", "+34 600 000 000", "1.200,50 €"),
        ("Day 3", "In 2020 we moved", "Contamos 41 olas", "Room 12"),
    ),
    Cue.COLON: (
        ("Share this:", "These are the things that we learnt:", "Lo que dijo fue “esto:”"),
        ("Share this", "At 10:15 the ferry left.", "One: two"),
    ),
    Cue.PATH: (
        (
            "Home » Blog » The lamp",
            "The lamp | The Harbour Notebook",
            "Inicio / agua / La lámpara",
            "You are here: Home > Maps",
        ),
        ("The lamp", "and/or", "» The lamp", "• Start here", "24/7"),
    ),
    Cue.HOUR: (
        ("3 May 2019 at 10:45", "Posted by Ana Ruiz at 23:48", "13 de abril de 2022 a las 9:05"),
        ("3 May 2019", "Posted by Ana Ruiz", "Psalm 23"),
    ),
    Cue.NAME: (
        ("Ana Ruiz", "bookworm77", "@paperboat", "María de la Cruz", "J. Oduya"),
        ("The ferry has left", "I went home.", "3 May 2019", "a house on the hill"),
    ),
    Cue.LOWER: (
        ("and so it went on", "y así siguió", "ñandú", "iPhone"),
        ("And so it went on", "Y así siguió", "Ñandú", "3 comments", "“and”"),
    ),
    Cue.SENTENCE: (
        (
            "It lost one.",
            "¿Quién?",
            "Stop!",
            "Wait…",
            "She said: “Stop.”",
            "As follows:",
            "See you soon 🙂",
            "(He did.)",
        ),
        ("The ice house keeps time", "Contamos las olas", "Read more »", "No. 7 and others"),
    ),
    Cue.TITLE: (
        (
            "The ice house keeps time",
            "Contamos las olas",
            "¿Quién apagó la luz?",
            "Who turned off the light?",
            "“Nobody asked us”: an interview",
            "10 ways to lose a boat",
            "#3 The slate",
            "[Notes] The tide",
        ),
        (
            "and so it went on",
            "It lost one second a day.",
            "* * *",
            "2020",
            "As follows:",
            "— Haldor",
            "• Dos cebollas",
            "The first paragraph of a post is longer than any title that a blog would print over it, and so it is not one, "
            "although it does not end as a sentence",
        ),
    ),
}

YES = [(cue, line) for cue, (lines, _) in CASES.items() for line in lines]
NO = [(cue, line) for cue, (_, lines) in CASES.items() for line in lines]


def names(case: object) -> str:
    return str(case.name).lower() if isinstance(case, Cue) else str(case)[:40]


@pytest.mark.parametrize(("cue", "line"), YES, ids=names)
def test_a_line_has_its_cue(cue: Cue, line: str) -> None:
    assert cue in look(line)


@pytest.mark.parametrize(("cue", "line"), NO, ids=names)
def test_a_line_that_only_resembles_does_not(cue: Cue, line: str) -> None:
    assert cue not in look(line)


def test_every_cue_has_cases() -> None:
    assert set(CASES) == set(Cue) - {Cue.NONE}


def test_a_long_paragraph_has_no_cue_but_how_it_begins_and_ends() -> None:
    text = "posted by Ana Ruiz on 3 May 2019, in English, with a comment: read more. " * 12
    assert look(text) == Cue.LOWER
    assert look(text.strip()) == Cue.LOWER | Cue.SENTENCE


def test_a_line_can_look_like_several_things() -> None:
    assert Cue.BYLINE | Cue.DATE in look("Posted by Ana Ruiz on 3 May 2019")
    assert Cue.CONTROL | Cue.COMMENT in look("3 comments")


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Leer en español", "es"),
        ("Read this in English", "en"),
        ("Castellano", "es"),
        ("English / Español", None),
        ("The Spanish post office", None),
        ("", None),
    ],
)
def test_a_toggle_offers_one_language(line: str, language: str | None) -> None:
    assert toggle_language(line) == language


@pytest.mark.parametrize(
    ("lines", "language", "head"),
    [
        (["By Ombeline Sarrat"], "en", Head("Ombeline Sarrat", None)),
        (["By Ombeline Sarrat", "October 21, 2020"], "en", Head("Ombeline Sarrat", "2020-10-21")),
        (["Por Ombeline Sarrat", "21 de octubre de 2020"], "es", Head("Ombeline Sarrat", "2020-10-21")),
        (["Posted on May 3, 2019 by Ana Ruiz"], "en", Head(None, "2019-05-03")),
        (["Publicado por Ana Ruiz el 3 de mayo de 2019"], "es", Head("Ana Ruiz", "2019-05-03")),
        (["Texto: Ana Ruiz y Bo Li"], "es", Head("Ana Ruiz y Bo Li", None)),
        (["By Ana Ruiz | October 21, 2020"], "en", Head("Ana Ruiz", "2020-10-21")),
        (["5 min read"], "en", Head(None, None)),
        ([], "en", Head(None, None)),
    ],
)
def test_a_head_tells_author_and_date(lines: list[str], language: str, head: Head) -> None:
    assert read_head(lines, language) == head


@pytest.mark.parametrize(
    ("text", "language", "iso"),
    [
        ("03/04/2019", "es", "2019-04-03"),
        ("03/04/2019", "en", "2019-03-04"),
        ("2019-04-03", "es", "2019-04-03"),
        ("3 de abril de 2019", "en", "2019-04-03"),
        ("99/99/2019", "en", None),
    ],
)
def test_a_date_is_read_as_its_language_writes_it(text: str, language: str, iso: str | None) -> None:
    assert parse_date(text, language) == iso

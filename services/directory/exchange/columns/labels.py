"""Answers of a form that stand as text in a description: `Ваше имя: …`, a line or a row of a table each.

Google's My Maps, ArcGIS and uMap write all columns of a table into the description of a place. Where one of
them is about a person, all are read as what they are: columns.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from services.directory.exchange.columns.fields import PERSON, meaning_of
from services.directory.exchange.reading.records import FIELDS_MOST, Record
from services.directory.exchange.rows import PERSON_LEFT_OUT
from services.directory.exchange.values.markup import without_markup

READ = 10_000
"""Characters of a description that are looked at."""
_LABEL = re.compile(r"([^:\t=\n]{1,80}?) ?(?:[:=\t])(?!//)(.*)")
_LINK = re.compile(r"<a\b[^<>]{0,500}?href\s*=\s*[\"']([^\"'<>]{1,500})[\"'][^<>]{0,500}>", re.IGNORECASE)
_ROW = re.compile(r"</t[hd]>\s*<t[hd]\b", re.IGNORECASE)


def unfolded(record: Record) -> Record:
    """The record with the labelled lines of its descriptions as fields, if one of them is about a person."""
    fields, rest = dict(record.fields), dict(record.fields)
    for name, value in record.fields.items():
        if not isinstance(value, str) or meaning_of(name).field != "description":
            continue
        parts = list(_parts(value[:READ]))
        if not any(label and meaning_of(label).field == PERSON for label, _ in parts):
            continue
        rest[name] = "\n".join(text for label, text in parts if not label)
        for label, text in parts:
            if label and label not in fields and len(rest) < FIELDS_MOST:
                rest[label] = text
    return record if rest == fields else replace(record, fields=rest, notes=(*record.notes, PERSON_LEFT_OUT))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Labels of fields that are known with their values, and under an empty label all other lines."""
    shown, _ = without_markup(_LINK.sub(r"\g<0>\1 ", _ROW.sub(r"\t\g<0>", text)))
    label = ""
    for line in shown.split("\n"):
        plain = " ".join(line.replace("\t", " : ").split()).strip(": ")
        found = _LABEL.match(plain)
        if found and meaning_of(found[1].strip()).field is not None:
            label, value = found[1].strip(), found[2].strip(": ")
            if value:
                yield label, value
                label = ""
        elif plain and meaning_of(plain).field is not None and line.rstrip().endswith(":"):
            label = plain
        elif plain:
            yield label, plain
            label = ""

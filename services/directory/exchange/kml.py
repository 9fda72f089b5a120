"""KML. Files from strangers are read without entities, DTDs or anything from outside."""

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from services.directory.exchange.fields import link_in
from services.directory.exchange.formats import Records
from services.directory.exchange.rows import FileError
from services.directory.exchange.spots import placed

_TAG = re.compile(r"<[^<>]{0,500}>")


def read(data: bytes) -> Records:
    """Placemarks in any folder; fields from ExtendedData, else name, description and a link within it."""
    return Records(data.count(b"<Placemark"), enumerate(_placemarks(data), start=1))


def _placemarks(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        for _, element in iterparse(io.BytesIO(data), events=("end",), forbid_dtd=True):
            if _tag(element) == "Placemark":
                yield _fields(element)
                element.clear()
    except DefusedXmlException:
        raise FileError("XML with a document type or entities is not read") from None
    except (ParseError, LookupError, ValueError) as error:
        raise FileError(f"not valid XML: {error}") from None


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _fields(placemark: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    corners: list[list[str]] = []
    for element in placemark.iter():
        text = (element.text or "").strip()
        match _tag(element):
            case "name":
                found.setdefault("name", text)
            case "description":
                found.setdefault("description", _TAG.sub(" ", text))
                found.setdefault("written", text)
            case "coordinates":
                corners += [point.split(",") for point in text.split()]
            case "Data":
                found[element.get("name") or ""] = "".join(element.itertext()).strip()
            case "SimpleData":
                found[element.get("name") or ""] = text
    if link := link_in([found.pop("written", "")]):
        found.setdefault("link", link)
    return found | placed(corners)

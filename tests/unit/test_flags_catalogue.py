import xml.etree.ElementTree as ET

import pytest
from pydantic import TypeAdapter

from shared.contracts.listings import FlagId
from shared.flags import CATALOGUE, DEFAULT, is_flag, svg
from shared.flags.catalogue import Flag

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {SVG + name for name in ("svg", "title", "path", "circle", "g")}


def test_the_default_is_the_plain_flag_and_there_are_about_a_dozen_others() -> None:
    assert CATALOGUE[DEFAULT].emblem == ""
    assert len(CATALOGUE) >= 12
    assert all(flag.emblem for flag in CATALOGUE.values() if flag.id != DEFAULT)


@pytest.mark.parametrize("flag", CATALOGUE.values(), ids=lambda flag: flag.id)
def test_every_flag_has_an_id_that_the_contract_takes_and_a_name_in_each_language(flag: Flag) -> None:
    TypeAdapter(FlagId).validate_python(flag.id)
    assert set(flag.names) == {"be", "ru", "en"}
    assert all(flag.names.values())


@pytest.mark.parametrize("flag_id", CATALOGUE)
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_a_drawing_is_small_well_formed_and_titled_in_the_language_asked_for(
    flag_id: str, language: str
) -> None:
    drawing = svg(flag_id, language)
    root = ET.fromstring(drawing)
    assert len(drawing) < 1_200
    assert root.findtext(SVG + "title") == CATALOGUE[flag_id].names[language]
    assert {element.tag for element in root.iter()} <= DRAWN


def test_an_unknown_language_gets_the_belarusian_title() -> None:
    assert svg("wrw-river", "xx") == svg("wrw-river", "be")


@pytest.mark.parametrize("hostile", ["", "WRW", "wrw-", "../wrw", "wrw\n", "<svg>", "wrw-linden\0"])
def test_nothing_else_is_a_flag(hostile: str) -> None:
    assert not is_flag(hostile)
    with pytest.raises(KeyError):
        svg(hostile)


def test_no_two_flags_look_or_read_alike() -> None:
    for language in ("be", "ru", "en"):
        assert len({flag.names[language] for flag in CATALOGUE.values()}) == len(CATALOGUE)
    assert len({flag.emblem for flag in CATALOGUE.values()}) == len(CATALOGUE)

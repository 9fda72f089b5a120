"""A mirror: the same for the same directory, whole, signed, and without private links."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from services.gateway.mirror.archive import public_key
from services.gateway.mirror.build import build, packed
from services.gateway.mirror.contents import Contents, without_invites
from services.gateway.mirror.verify import report, verify
from services.gateway.web.bundle import bundle
from shared.contracts.ground import Ground
from shared.contracts.listings import Area, Link
from shared.contracts.streets import Street
from shared.settings import City
from tests import spellings
from tests.gateway import shown

SEED = bytes(range(32))
DAY = date(2026, 11, 22)
HASH = "AbCdEf0123456789_-xY"
HOSTILE = "\u202e</script><script>alert(1)</script>\u2028'\"{{7*7}}"
LISTINGS = (
    shown(1, name="Плошча Перамен", members=4312, areas=("savecki", "kvietak")),
    shown(2, name=HOSTILE, description=f"Пішыце: https://t.me/+{HASH} або tg://join?invite={HASH}"),
    shown(3, name="Закрыты двор", link=Link(kind="invite", value=HASH)),
)
RING = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.85)]
AREAS = (Area(id="savecki", level="district", names={"be": "Савецкі раён"}, polygon=[[RING]]),)
STREETS = (
    Street(
        id="kvietak", type="street", names={"be": HOSTILE}, houses=[("1", 53.9, 27.55), ("3", 53.9, 27.56)]
    ),
    Street(id="elsewhere", type="street", names={"be": "Іншая"}, houses=[("1", 53.8, 27.5)]),
)
GROUND = (Ground(id="lake", kind="water", rank=1, polygon=[[RING]]),)
CONTENTS = Contents.of(
    LISTINGS,
    AREAS,
    city=City(),
    languages=("be", "ru", "en"),
    site="",
    made=DAY,
    streets=STREETS,
    ground=GROUND,
)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mirror") / "dze.zip"
    build(path, CONTENTS, SEED)
    return path


@pytest.fixture
def folder(mirror: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(mirror) as archive:
        archive.extractall(tmp_path / "copy")
    return tmp_path / "copy"


def test_the_same_directory_gives_the_same_bytes_whatever_order_it_came_in(
    mirror: Path, tmp_path: Path
) -> None:
    turned = Contents.of(
        reversed(LISTINGS), AREAS, city=City(), languages=("be", "ru", "en"), site="", made=DAY,
        streets=reversed(STREETS), ground=reversed(GROUND),
    )  # fmt: skip
    build(tmp_path / "other.zip", turned, SEED)
    assert (tmp_path / "other.zip").read_bytes() == mirror.read_bytes()


def test_another_process_builds_the_same(mirror: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "services.gateway.mirror.build", str(tmp_path / "other.zip")]
    subprocess.run(words, input=packed(CONTENTS, SEED), check=True, timeout=60)
    assert (tmp_path / "other.zip").read_bytes() == mirror.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["other.zip"]


def test_dates_in_a_mirror_are_those_of_the_city(tmp_path: Path) -> None:
    at = datetime(2027, 12, 31, 21, 30, tzinfo=UTC)
    listings = (shown(1, checked_at=at, dead_since=at),)
    build(tmp_path / "dze.zip", replace(CONTENTS, listings=listings), SEED)
    with zipfile.ZipFile(tmp_path / "dze.zip") as archive:
        page = archive.read(f"en/listings/{listings[0].id}.html").decode().replace("\u00a0", " ")
    assert page.count("1 January 2028") == 2


def test_a_private_invite_link_is_in_no_file(mirror: Path) -> None:
    with zipfile.ZipFile(mirror) as archive:
        for name in archive.namelist():
            assert HASH.encode() not in archive.read(name), name
        page = archive.read(f"be/listings/{LISTINGS[2].id}.html").decode()
        assert f"qr/{LISTINGS[2].id}.svg" not in archive.namelist()
    assert "Закрыты двор" in page


def test_every_area_has_a_page_and_every_street_that_has_a_listing(mirror: Path) -> None:
    with zipfile.ZipFile(mirror) as archive:
        for language in CONTENTS.languages:
            found = {name for name in archive.namelist() if name.startswith(f"{language}/areas/")}
            assert found == {f"{language}/areas/{area}.html" for area in ("savecki", "kvietak")}
            page = archive.read(f"{language}/areas/savecki.html").decode()
            assert f"../listings/{LISTINGS[0].id}.html" in page
            assert LISTINGS[1].id not in page
        assert "areas/savecki.html" in archive.read("be/areas.html").decode()


def test_every_address_in_a_mirror_leads_to_a_file_of_it(folder: Path) -> None:
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        for address in re.findall(r' (?:href|src)="([^"#]+)', page.read_text(encoding="utf-8")):
            if not address.startswith(("https://t.me/", "data:")):
                assert (page.parent / unescape(address)).resolve().is_file(), f"{page}: {address}"


def test_the_ground_is_in_it_as_images_with_their_own_style_and_nothing_else(folder: Path) -> None:
    tiles = sorted((folder / "ground").rglob("*.svg"))
    assert 20 < len(tiles) <= 400
    lakes = [tile for tile in tiles if 'class="k5"' in tile.read_text(encoding="utf-8")]
    assert lakes
    for tile in tiles:
        tags = {each.tag.rpartition("}")[2] for each in fromstring(tile.read_bytes()).iter()}
        assert tags <= {"svg", "style", "path", "defs", "use", "text", "textPath"}


@pytest.mark.parametrize(
    "text",
    [
        *(one.text for one in (*spellings.INVITES, *spellings.FOLDERS, *spellings.PHONES)),
        f"https://t.me/share/url?url=https://t.me/+{spellings.HASH}",
        f"https://example.org/?u=tg://join?invite={spellings.HASH}",
        f"https://t-do.ru/joinchat/{spellings.HASH}",
    ],
)
def test_every_spelling_of_a_private_link_is_taken_out_of_texts(text: str) -> None:
    made = without_invites(f"да нас {text}, сябры", "...")
    assert not any(code in made for code in (spellings.HASH, spellings.SLUG, spellings.PHONE))
    assert (made[:6], made[-7:]) == ("да нас", ", сябры")


def test_public_links_and_everything_else_stays_in_texts_as_it_is() -> None:
    text = f"№ 5… ｄvor t.me/dvor, https://t.me/{spellings.NAME}/3 (tg://resolve?domain=dvor)"
    assert without_invites(text, "...") == text


def test_names_of_strangers_are_text_in_every_file(mirror: Path) -> None:
    with zipfile.ZipFile(mirror) as archive:
        for name in archive.namelist():
            assert b"<script>alert" not in archive.read(name), name
        data = archive.read("files/book.js").decode()
    assert "\u2028" not in data
    assert json.loads(data.removeprefix("window.DZE_BOOK = ").removesuffix(";\n"))["rows"]


def test_pages_ask_for_nothing_outside_the_copy(mirror: Path) -> None:
    with zipfile.ZipFile(mirror) as archive:
        names = set(archive.namelist())
        for name in sorted(name for name in names if name.endswith(".html")):
            text = archive.read(name).decode()
            assert 'src="http' not in text
            assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
            depth = "../" * name.count("/")
            assert f'href="{depth}files/style.css"' in text, name


def test_what_is_whole_is_told_so_and_by_whom(mirror: Path, folder: Path) -> None:
    key = public_key(SEED)
    for path in (mirror, folder):
        result = verify(path, key, "2026-11-23")
        assert (result.code, result.wrong, result.signed) == (0, [], True)
    assert key in report(verify(mirror, "", "2026-11-23"))


@pytest.mark.parametrize(
    "name", ["index.html", "files/book.js", "be/guide/safety.html", "verify.py", "key.pem"]
)
def test_a_changed_file_is_found(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")
    assert verify(folder).wrong == [f"changed: {name}"]
    assert verify(folder).code == 1


def test_a_file_that_is_missing_or_was_added_is_found(folder: Path) -> None:
    (folder / "index.html").unlink()
    (folder / "evil.js").write_text("alert(1)")
    assert verify(folder).wrong == ["missing: index.html", "not in the manifest: evil.js"]


def test_hashes_made_to_fit_do_not_fit_the_signature(folder: Path) -> None:
    body = b"changed"
    (folder / "index.html").write_bytes(body)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["index.html"] = hashlib.sha256(body).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert verify(folder).wrong == ["the signature is not right"]


def test_somebody_elses_signature_is_not_that_of_the_key_one_knows(tmp_path: Path) -> None:
    build(tmp_path / "forged.zip", CONTENTS, bytes(32))
    result = verify(tmp_path / "forged.zip", public_key(SEED), "2026-11-23")
    assert result.wrong == [f"signed with another key: {public_key(bytes(32))}"]


def test_an_expired_copy_says_so(mirror: Path) -> None:
    assert verify(mirror, "", CONTENTS.until.isoformat()).code == 0
    late = verify(mirror, "", "2027-01-01")
    assert late.code == 2
    assert "EXPIRED" in report(late)


@pytest.mark.parametrize("body", [b"", b"PK\x05\x06" + bytes(18), b"nonsense" * 100])
def test_what_is_no_mirror_is_said_to_be_none(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(body)
    assert verify(path).code == 1
    (tmp_path / "empty").mkdir()
    assert verify(tmp_path / "empty").code == 1


def test_the_check_in_the_copy_runs_alone(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in {2, 3}, done.stderr  # without packages the signature is not checked
    assert "Nothing is changed" in done.stdout
    assert "NOT checked" in done.stdout


def test_a_city_without_listings_has_a_copy_too(tmp_path: Path) -> None:
    build(tmp_path / "empty.zip", replace(CONTENTS, listings=(), areas=()), SEED)
    assert verify(tmp_path / "empty.zip", "", "2026-11-23").code == 0


def test_modules_become_one_script() -> None:
    sources = {
        "a.js": 'import { b } from "./b.js";\nexport function a() { return b; }\n',
        "b.js": "export const b = 1;\n",
    }
    text = bundle("a.js", sources)
    assert text.index('modules["b.js"]') < text.index('modules["a.js"] =')
    assert "import" not in text
    assert "export" not in text


@pytest.mark.parametrize("line", ['import * as b from "./b.js";', "export default 1;", 'import "./b.js";'])
def test_what_cannot_be_bundled_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="cannot bundle"):
        bundle("a.js", {"a.js": f"{line}\n", "b.js": ""})

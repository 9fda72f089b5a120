"""What the documents say of the code is so."""

import re
from pathlib import Path

import pytest

from services.directory.settings import DirectorySettings
from services.gateway.settings import GatewaySettings
from services.moderation.settings import ModerationSettings
from services.submissions.settings import SubmissionsSettings
from shared.settings import SECRETS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
MODELS = (DirectorySettings, GatewaySettings, ModerationSettings, SubmissionsSettings)


TESTS = r"`(tests/[\w/]+\.py)::(test_\w+)`"
LINKS = r"\]\((?!https?://|#)([^)#\s]+)"
FILES = r"`((?:services|shared|tests|cli|ops|bench|simulator|docs)/[\w./-]+)`"


@pytest.mark.parametrize("pattern", [TESTS, LINKS, FILES])
def test_tests_links_and_files_are_found_where_documents_name_them(pattern: str) -> None:
    """Else the tests below would look at nothing."""
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    assert sum(len(re.findall(pattern, text)) for text in texts) > 20


@named
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    for path, name in re.findall(TESTS, document.read_text(encoding="utf-8")):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"


@named
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    for target in re.findall(LINKS, document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@named
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    for path in re.findall(FILES, document.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def test_every_promise_names_its_proof() -> None:
    rows = [
        line.split("|")[2]
        for line in (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
    ]
    assert len(rows) > 30
    assert all("tests/" in proof for proof in rows)


def test_the_list_of_settings_is_complete_and_holds_nothing_else() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(DZE_[A-Z_]+)`", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == {f"DZE_{name.upper()}" for model in MODELS for name in model.model_fields}


def test_secrets_are_marked_as_such_in_the_list_of_settings() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    marked = re.findall(r"^\| `(DZE_[A-Z_]+)` \(secret\)", text, re.MULTILINE)
    assert set(marked) == set(SECRETS)

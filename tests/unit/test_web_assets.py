"""Static files: what a script needs is known before it is read."""

from pathlib import Path

from services.gateway.web.assets import ASSETS, Assets


def test_all_that_a_script_imports_is_named_once_however_deep(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    for name, text in {
        "a.js": 'import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n',
        "b.js": '// from "./none.js"\nimport { c, d } from "./c.js";\nexport const b = 1;\n',
        "c.js": 'import { b } from "./b.js";\nexport const c = "import x from ./none.js";\n',
    }.items():
        (tmp_path / "js" / name).write_text(text)
    assets = Assets(tmp_path)
    assert assets.imports("js/a.js") == [assets.url("js/b.js"), assets.url("js/c.js")]
    assert assets.imports("js/c.js") == [assets.url("js/b.js"), assets.url("js/c.js")]


def test_the_scripts_of_the_map_are_all_found() -> None:
    found = {address.rsplit("/", 1)[1] for address in ASSETS.imports("js/home.js")}
    assert {"view.js", "ground.js", "marks.js", "words.js", "server.js", "live.js"} <= found

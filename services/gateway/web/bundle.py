"""Our script modules as one classic script: one request, and browsers load no modules from `file://`.

Only the forms of `import` and `export` that our own modules use are known; anything else is an error.
"""

import re
from collections.abc import Mapping, Sequence

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w.-]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def bundle(entries: str | Sequence[str], sources: Mapping[str, str]) -> str:
    """These modules with all that they import, each once and in a scope of its own. Raises ValueError."""
    order: list[str] = []
    for entry in [entries] if isinstance(entries, str) else entries:
        _visit(entry, sources, order, ())
    parts = [_wrapped(name, sources[name]) for name in order]
    return '(() => {\n"use strict";\nconst modules = {};\n' + "".join(parts) + "})();\n"


def _visit(name: str, sources: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name} imports itself")
    for needed in _IMPORT.findall(sources[name]):
        if needed[1] not in order:
            _visit(needed[1], sources, order, (*above, name))
    if name not in order:
        order.append(name)


def _wrapped(name: str, source: str) -> str:
    exported = _EXPORT.findall(source)
    body = _IMPORT.sub(lambda found: f'const {{ {found[1]} }} = modules["{found[2]}"];', source)
    body = _EXPORT.sub("", body)
    if left := _LEFT.search(body):
        raise ValueError(f"{name}: cannot bundle {left.group()!r}")
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();\n'

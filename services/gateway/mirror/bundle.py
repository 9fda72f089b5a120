"""Our script modules as one classic script: browsers load no modules from `file://`.

Only the forms of `import` and `export` that our own modules use are known; anything else is an error.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w.-]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def bundle(entry: str, sources: Mapping[str, str]) -> str:
    """The module `entry` with all that it imports, each in a scope of its own. Raises ValueError."""
    order: list[str] = []
    _visit(entry, sources, order, ())
    parts = [_wrapped(name, sources[name]) for name in order]
    return '"use strict";\nconst modules = {};\n' + "".join(parts)


def _visit(name: str, sources: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name} imports itself")
    for needed in _IMPORT.findall(sources[name]):
        if needed[1] not in order:
            _visit(needed[1], sources, order, (*above, name))
    order.append(name)


def _wrapped(name: str, source: str) -> str:
    exported = _EXPORT.findall(source)
    body = _IMPORT.sub(lambda found: f'const {{ {found[1]} }} = modules["{found[2]}"];', source)
    body = _EXPORT.sub("", body)
    if left := _LEFT.search(body):
        raise ValueError(f"{name}: cannot bundle {left.group()!r}")
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();\n'

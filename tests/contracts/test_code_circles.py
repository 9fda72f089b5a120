"""No module needs, by whatever way, one that needs it: imports that only types ask for count as well."""

from graphlib import CycleError, TopologicalSorter

import grimp


def test_no_imports_go_in_a_circle() -> None:
    graph = grimp.build_graph("services", "shared", "simulator", "cli", cache_dir=None)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(needs) > 300
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " <- ".join(error.args[1])
        raise AssertionError(f"imports in a circle: {circle}") from None

"""What the code imports is pinned, and what is pinned has its hashes."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from pbvote.settings import ROOT


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = {_plain(re.split(r"[\[=]", line)[0]) for line in PROJECT["dependencies"]}


def _imported() -> set[str]:
    found = set()
    for path in (ROOT / "pbvote").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"pbvote"}


def test_everything_the_product_imports_is_pinned_directly_or_through_what_is() -> None:
    owners = packages_distributions()
    listed = (ROOT / "requirements.txt").read_text()
    hashed = {_plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", listed, re.M)}
    needed = {module: {_plain(one) for one in owners.get(module, [module])} for module in _imported()}
    assert {module for module, names in needed.items() if not names & hashed} == set()


def test_every_direct_dependency_stands_in_the_hashed_requirements() -> None:
    listed = (ROOT / "requirements.txt").read_text()
    hashed = {_plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", listed, re.M)}
    assert hashed >= PINNED, PINNED - hashed


def test_no_two_test_files_share_a_name() -> None:
    """In folders that are not packages a second file of the same name would not be collected."""
    files = (ROOT / "tests").rglob("test_*.py")
    names = [path.name for path in files if not (path.parent / "__init__.py").exists()]
    assert sorted(names) == sorted(set(names))

"""The house holds: contracts, audiences, words for every refusal."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from pbvote.app import create_app
from pbvote.settings import ROOT, Settings
from pbvote.web import access
from pbvote.web.words import gather


def test_importing_the_count_loads_neither_flask_nor_sqlalchemy() -> None:
    code = (
        "import sys, pbvote.tally, pbvote.box; "
        "print([name for name in ('flask', 'sqlalchemy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_every_view_names_its_audience(app: Flask) -> None:
    audiences = {view.audience for view in app.view_functions.values()}
    assert audiences <= {
        "everyone",
        "residents",
        "group_members",
        "officers",
        "administrators",
        "custodians",
        "observers",
    }


def test_a_view_without_an_audience_stops_the_start(app: Flask) -> None:
    silent = Blueprint("silent", __name__)
    silent.add_url_rule("/silent", "index", lambda: "")
    fresh = Flask("fresh")
    fresh.register_blueprint(silent)
    with pytest.raises(RuntimeError, match="silent"):
        access.check_audiences(fresh)


def test_every_refusal_has_words() -> None:
    codes = {code for path in (ROOT / "pbvote" / "services").rglob("*.py") for code in _refusals(path)}
    assert codes <= set(gather()), codes - set(gather())


def test_no_words_are_left_without_a_refusal() -> None:
    sources = [*(ROOT / "pbvote" / "services").rglob("*.py"), *(ROOT / "pbvote" / "web").rglob("*.py")]
    text = "\n".join(path.read_text() for path in sources if "words" not in path.parts)
    assert [code for code in gather() if f'"{code}"' not in text] == []


def _refusals(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in ("Refusal", "NotFound", "NotAllowed") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_the_application_starts_outside_demo_mode_too(settings: Settings) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, demo=False, base_url="https://vote.example.org"))
    assert "mailbox" not in app.blueprints
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-pbvote"
    app.extensions["pbvote_rate_limits"].dispose()

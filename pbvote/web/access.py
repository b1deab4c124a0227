"""Who may open a page: every view names its audience, and one that does not stops the start."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, g, has_request_context, make_response, redirect, request, session, url_for
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from pbvote.extensions import db, login
from pbvote.models import Account, RegisterEntry, SignIn, VotingRound
from pbvote.services import groups, keys, register, rounds, sign_ins
from pbvote.web.context import now

View = TypeVar("View", bound=Callable[..., Any])

# The framework's own endpoints, which need no audience of ours.
FRAMEWORK_ENDPOINTS: frozenset[str] = frozenset()


class Visitor(UserMixin):
    """The person behind a live session row."""

    def __init__(self, row: SignIn, token: str) -> None:
        self.row = row
        self.token = token

    def get_id(self) -> str:
        return self.token

    @property
    def account(self) -> Account | None:
        return self.row.account

    @property
    def entry(self) -> RegisterEntry | None:
        return self.row.entry

    def has_role(self, *roles: str) -> bool:
        return bool(self.row.strong and self.account and self.account.has_role(*roles))


@login.user_loader
def load_visitor(token: str) -> Visitor | None:
    row = sign_ins.find(db.session, token=token, now=now())
    return Visitor(row, token) if row else None


def visitor() -> Visitor | None:
    """The signed-in visitor, or None; outside a request there is none."""
    if not has_request_context():
        return None
    return cast(Visitor, current_user) if current_user.is_authenticated else None


def round_with_entry(slug: str, *, briefly: bool = False) -> VotingRound:
    """The round of this address; the visitor's place on its register is read with it, for `entry_in`."""
    person = visitor()
    if person is None:
        return rounds.find_visible(db.session, slug=slug, now=now())
    voting_round, entry = register.find_with_round(
        db.session,
        slug=slug,
        account_id=person.row.account_id,
        entry_id=person.row.entry_id,
        now=now(),
        briefly=briefly,
    )
    if entry is not None:
        g.setdefault("register_entries", {})[person.token, voting_round.id] = entry
    return voting_round


def entry_in(voting_round: VotingRound) -> RegisterEntry | None:
    """The visitor's place on the register of a round; looked up once in a request, once there is one."""
    person = visitor()
    if person is None:
        return None
    found: dict[tuple[str, int], RegisterEntry] = g.setdefault("register_entries", {})
    key = (person.token, voting_round.id)
    if key not in found:
        entry = register.find_entry(
            db.session, voting_round=voting_round, account=person.account, entry=person.entry
        )
        if entry is None:
            return None
        found[key] = entry
    return found[key]


def forget_visitor() -> None:
    """For the rest of this request nobody is signed in: who it is cannot be looked up."""
    g._login_user = login.anonymous_user()  # where Flask-Login keeps whom it has found


def is_officer() -> bool:
    """Whether the visitor works for the round: an officer, administrator or observer."""
    person = visitor()
    return person is not None and person.has_role("officer", "administrator", "observer")


def acts_for_group() -> bool:
    """Whether the visitor writes proposals for a group."""
    person = visitor()
    return bool(person and person.account and groups.has_any(db.session, account=person.account))


def keys_held() -> list[VotingRound]:
    """The rounds whose key the visitor holds a part of."""
    person = visitor()
    if person is None or person.account is None or not person.has_role("custodian"):
        return []
    return keys.held_by(db.session, account_id=person.account.id)


def account() -> Account:
    """The signed-in account; only in views whose audience has one."""
    person = visitor()
    if person is None or person.account is None:
        abort(403)
    return person.account


def sign_in_browser(
    *, account: Account | None = None, entry: RegisterEntry | None = None, strong: bool = False
) -> None:
    """Start a session and give the browser a fresh cookie, so that no older one can be reused."""
    token = sign_ins.start(db.session, now=now(), account=account, entry=entry, strong=strong)
    kept = {key: session[key] for key in ("language",) if key in session}
    session.clear()
    session.update(kept)
    row = sign_ins.find(db.session, token=token, now=now())
    if row is not None:
        login_user(Visitor(row, token))


def sign_out_browser() -> None:
    person = visitor()
    if person is not None:
        sign_ins.end(db.session, token=person.token)
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language


def local_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, for coming back after signing in."""
    parts = urlsplit(target or "")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    safe = parts.path.startswith("/") and not parts.path.startswith("//") and "\\" not in path
    return path if safe and parts.netloc in ("", request.host) else None


def _to_sign_in(endpoint: str) -> Response:
    came_from = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
    target = url_for(endpoint, next=local_path(came_from))
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    return cast(Response, redirect(target, code=303))


def _audience(
    name: str, allowed: Callable[[Visitor], bool], sign_in: str = "sign_in.address"
) -> Callable[[View], View]:
    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            person = visitor()
            if person is None:
                return _to_sign_in(sign_in)
            if not allowed(person):
                abort(403)
            return view(*args, **kwargs)

        guarded.audience = name  # type: ignore[attr-defined]  # read by check_audiences
        return cast(View, guarded)

    return declare


def everyone(view: View) -> View:
    """Open to all, signed in or not."""
    view.audience = "everyone"  # type: ignore[attr-defined]  # read by check_audiences
    return view


def reading(view: View) -> View:
    """A form that stores nothing here (a draft goes back to the phone): it needs no writing transaction."""
    view.reading = True  # type: ignore[attr-defined]  # read by app.py
    return view


residents = _audience("residents", lambda person: True)
group_members = _audience("group_members", lambda person: person.account is not None)
officers = _audience(
    "officers", lambda person: person.has_role("officer", "administrator"), "sign_in.officer"
)
administrators = _audience(
    "administrators", lambda person: person.has_role("administrator"), "sign_in.officer"
)
custodians = _audience("custodians", lambda person: person.has_role("custodian"), "sign_in.officer")
observers = _audience(
    "observers",
    lambda person: person.has_role("observer", "officer", "administrator"),
    "sign_in.officer",
)


def check_audiences(app: Flask) -> None:
    """Refuse to start with a view that does not say who may open it."""
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in FRAMEWORK_ENDPOINTS and not hasattr(view, "audience")
    ]
    if silent:
        raise RuntimeError("These views declare no audience: " + ", ".join(sorted(silent)))

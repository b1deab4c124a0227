"""The menus around a page: the site's, the round's own, the footer's."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from pbvote.models import VotingRound
from pbvote.services import shortlist
from pbvote.web.access import acts_for_group, is_officer, keys_held, visitor


def round_menu(voting_round: VotingRound) -> list[dict[str, Any]]:
    """The round's own pages, those that have something to show."""
    pages = []
    if shortlist.is_out(voting_round):
        pages.append((_("Proposals"), "proposals.index"))
    if voting_round.published_at:
        pages.append((_("Results"), "results.show"))
    pages.append((_("How it works"), "rounds.how"))
    if not voting_round.imported_from:
        pages.append((_("Ballot box"), "ballot_box.show"))
    if voting_round.published_at:
        pages.append((_("Data"), "downloads.index"))
    return [_item(text, endpoint, slug=voting_round.slug) for text, endpoint in pages]


def site_menu() -> list[dict[str, Any]]:
    if visitor() is None:
        return [_item(_("Sign in"), "sign_in.address")]
    desk = [_item(_("What needs doing"), "dashboard.index")] if is_officer() else []
    desk += [
        _item(_("Your key: %(round)s", round=one.title), "custody.mine", slug=one.slug) for one in keys_held()
    ]
    if acts_for_group():
        desk.append(_item(_("Your proposals"), "groups.index"))
    return [*desk, _item(_("Sign out"), "sign_in.leaving")]


def footer_menu() -> list[dict[str, Any]]:
    return [
        _item(_("About this site"), "about.show"),
        _item(_("Accessibility"), "about.accessibility"),
        _item(_("Privacy"), "about.privacy"),
        _item(_("Languages"), "about.choose_language"),
        _item(_("For officers"), "sign_in.officer"),
    ]


def _item(text: str, endpoint: str, **values: Any) -> dict[str, Any]:
    here = request.endpoint == endpoint and values.items() <= (request.view_args or {}).items()
    return {"text": text, "href": url_for(endpoint, **values), "current": here}

"""The files of a published result."""

from functools import lru_cache

from flask import Blueprint, make_response, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import VotingRound
from pbvote.services import exports, open_data, packages, results, rounds
from pbvote.services.refusal import NotFound
from pbvote.services.results import Result
from pbvote.web.access import everyone
from pbvote.web.context import now, settings
from pbvote.web.htmx import render

blueprint = Blueprint("downloads", __name__, url_prefix="/rounds/<slug>/data")


@blueprint.get("/")
@everyone
def index(slug: str) -> Response:
    voting_round, result = _published(slug)
    files = _files(voting_round, result)
    election = next((file["name"] for file in files if file["name"].endswith(".pb")), None)
    return render("downloads/index.html", voting_round=voting_round, files=files, election=election)


@blueprint.get("/result.csv")
@everyone
def table(slug: str) -> Response:
    voting_round, result = _published(slug)
    return _file(open_data.as_csv(result, voting_round=voting_round), "text/csv", f"{slug}.csv")


@blueprint.get("/result.json")
@everyone
def record(slug: str) -> Response:
    voting_round, result = _published(slug)
    return _file(open_data.as_json(result, voting_round=voting_round), "application/json", f"{slug}.json")


@blueprint.get("/grants.csv")
@everyone
def grants(slug: str) -> Response:
    voting_round, result = _published(slug)
    text = exports.as_grants_csv(result, voting_round=voting_round)
    return _file(text, "text/csv", f"{slug}-grants.csv")


@blueprint.get("/360giving.json")
@everyone
def threesixtygiving(slug: str) -> Response:
    voting_round, result = _published(slug)
    text = exports.as_360giving(result, voting_round=voting_round, base_url=settings().base_url)
    return _file(text, "application/json", f"{slug}-360giving.json")


@blueprint.get("/result.xlsx")
@everyone
@limiter.limit("30 per minute")
def workbook(slug: str) -> Response:
    voting_round, result = _published(slug)
    response = make_response(exports.as_workbook(result, voting_round=voting_round))
    response.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(response, f"{slug}.xlsx")


@blueprint.get("/result.pdf")
@everyone
@limiter.limit("30 per minute")
def summary(slug: str) -> Response:
    voting_round, result = _published(slug)
    page = render_template("downloads/summary_print.html", voting_round=voting_round, result=result)
    response = make_response(_pdf(page))
    response.headers["Content-Type"] = "application/pdf"
    return _named(response, f"{slug}.pdf")


@lru_cache(maxsize=8)
def _pdf(page: str) -> bytes:
    from weasyprint import HTML  # takes a second to load, and most processes never print

    return bytes(HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))


@blueprint.get("/<pot>.pb")
@everyone
def election(slug: str, pot: str) -> Response:
    voting_round, result = _published(slug)
    text = open_data.as_pabulib(db.session, result=result, pot_slug=pot, voting_round=voting_round)
    return _file(text, "text/plain", f"{slug}-{pot}.pb")


@blueprint.get("/<pot>-v<int:version>.zip")
@everyone
def package(slug: str, pot: str, version: int) -> Response:
    voting_round, result = _published(slug)
    chosen = next((one.pot for one in result.pots if one.pot.slug == pot), None)
    if chosen is None:
        raise NotFound("file-not-found")
    folder = settings().package_folder
    data = packages.read(voting_round=voting_round, pot=chosen, version=version, package_folder=folder)
    response = make_response(data)
    response.headers["Content-Type"] = "application/zip"
    return _named(response, packages.file_name(voting_round, chosen, version))


def _published(slug: str) -> tuple[VotingRound, Result]:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    return voting_round, results.read(db.session, voting_round=voting_round)


def _files(voting_round: VotingRound, result: Result) -> list[dict[str, str]]:
    slug = voting_round.slug
    files = [
        {
            "title": _("The result as a table"),
            "text": _("Every proposal, what it asked for and what it gets. Opens in any spreadsheet."),
            "name": f"{slug}.csv",
            "href": url_for("downloads.table", slug=slug),
        },
        {
            "title": _("The result for programs"),
            "text": _("The same as JSON, with every step of the count."),
            "name": f"{slug}.json",
            "href": url_for("downloads.record", slug=slug),
        },
        {
            "title": _("The result as a workbook"),
            "text": _("For a spreadsheet: every proposal, and the money by ward and by theme."),
            "name": f"{slug}.xlsx",
            "href": url_for("downloads.workbook", slug=slug),
        },
        {
            "title": _("The result to print"),
            "text": _("What is funded and what is not, as a PDF."),
            "name": f"{slug}.pdf",
            "href": url_for("downloads.summary", slug=slug),
        },
        {
            "title": _("The grants as councils list them"),
            "text": _("A table in the shape of the Transparency Code."),
            "name": f"{slug}-grants.csv",
            "href": url_for("downloads.grants", slug=slug),
        },
        {
            "title": _("The grants as 360Giving data"),
            "text": _("JSON in the shape that funders in the United Kingdom share."),
            "name": f"{slug}-360giving.json",
            "href": url_for("downloads.threesixtygiving", slug=slug),
        },
    ]
    files += [
        {
            "title": _("The whole package, to check everything"),
            "text": _("Ballots, the public list of the box, every step of the count, and a signature."),
            "name": packages.file_name(voting_round, pot, version),
            "href": url_for("downloads.package", slug=slug, pot=pot.slug, version=version),
        }
        for pot, version in packages.kept(
            voting_round=voting_round,
            versions=[one.version for one in result.versions],
            package_folder=settings().package_folder,
        )
    ]
    for pot in result.pots:
        if open_data.may_show_ballots(db.session, pot=pot.pot):
            title = _("All ballots, without names")
            files.append(
                {
                    "title": f"{title}: {pot.pot.name}" if len(result.pots) > 1 else title,
                    "text": _("In the format of Pabulib, which researchers use. Count them again yourself."),
                    "name": f"{slug}-{pot.pot.slug}.pb",
                    "href": url_for("downloads.election", slug=slug, pot=pot.pot.slug),
                }
            )
    return files


def _file(text: str, media_type: str, name: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    return _named(response, name)


def _named(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "public, max-age=300"
    return response

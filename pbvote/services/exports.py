"""A published result for other systems: 360Giving, the Transparency Code, a workbook.

360Giving: standard.threesixtygiving.org, schema 1.1. Grants as councils list them: Local Government
Transparency Code 2015, paragraphs 42 to 43.
"""

import csv
import io
import json
from typing import Any

import xlsxwriter

from pbvote.models import CommunityGroup, VotingRound
from pbvote.services import open_data, results
from pbvote.services.results import Line, Result

GRANT_COLUMNS = (
    "Date awarded",
    "Period",
    "Department",
    "Beneficiary",
    "Beneficiary registration number",
    "Purpose",
    "Amount",
    "Currency",
)


def as_360giving(result: Result, *, voting_round: VotingRound, base_url: str) -> str:
    """The awards as a 360Giving file: one grant each, amounts in units of the currency."""
    grants = [_grant(line, result, voting_round, base_url) for line in result.funded]
    return json.dumps({"grants": grants}, ensure_ascii=False, indent=1) + "\n"


def as_grants_csv(result: Result, *, voting_round: VotingRound) -> str:
    """The awards as the Transparency Code asks councils to list grants."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(GRANT_COLUMNS)
    for line in result.funded:
        group = line.proposal.group
        cells = (
            result.published_at.date().isoformat(),
            _period(voting_round),
            voting_round.council,
            group.name if group else line.proposal.title,
            _registration(group),
            line.proposal.title,
            open_data.decimal(line.award, voting_round.minor_units),
            voting_round.currency,
        )
        writer.writerow([open_data.cell(text) for text in cells])
    return out.getvalue()


def as_workbook(result: Result, *, voting_round: VotingRound) -> bytes:
    """The result as an XLSX workbook: proposals, money by ward, money by theme."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": voting_round.title, "author": voting_round.council})
    heading = book.add_format({"bold": True, "bg_color": "#e3f0ee", "text_wrap": True})
    amount = book.add_format({"num_format": "#,##0.00" if voting_round.minor_units else "#,##0"})
    scale = 10**voting_round.minor_units
    rows = [
        (
            line.proposal.number,
            line.proposal.title,
            line.proposal.group.name if line.proposal.group else "",
            ", ".join(ward.name for ward in line.proposal.wards),
            line.proposal.theme.name if line.proposal.theme else "",
            line.kind,
            line.proposal.cost / scale,
            line.award / scale,
        )
        for line in result.lines
    ]
    titles = ("Number", "Title", "Group", "Wards", "Theme", "Outcome", "Asked for", "Award")
    _sheet(book, "Proposals", titles, rows, heading, amount, money=(6, 7))
    by_ward = results.money_by_ward(result.funded)
    wards = [(ward.name if ward else "Whole area", money / scale) for ward, money in by_ward.items()]
    _sheet(book, "Money by ward", ("Ward", "Award"), sorted(wards), heading, amount, money=(1,))
    by_theme = results.money_by_theme(result.funded)
    themes = [(theme.name if theme else "None", money / scale) for theme, money in by_theme.items()]
    _sheet(book, "Money by theme", ("Theme", "Award"), sorted(themes), heading, amount, money=(1,))
    book.close()
    return kept.getvalue()


def _sheet(
    book: Any,
    name: str,
    titles: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    heading: Any,
    amount: Any,
    *,
    money: tuple[int, ...],
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, heading)
        sheet.set_column(column, column, 42 if title in ("Title", "Group") else 16)
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write_number(row, column, value, amount if column in money else None)
    sheet.autofilter(0, 0, max(len(rows), 1), len(titles) - 1)


def _grant(line: Line, result: Result, voting_round: VotingRound, base_url: str) -> dict[str, Any]:
    proposal = line.proposal
    scale = 10**voting_round.minor_units
    grant: dict[str, Any] = {
        "id": f"360G-pbvote-{voting_round.slug}-{proposal.number}",
        "title": proposal.title,
        "description": proposal.summary or proposal.title,
        "currency": voting_round.currency,
        "amountAppliedFor": proposal.cost / scale,
        "amountAwarded": line.award / scale,
        "awardDate": result.published_at.date().isoformat(),
        "recipientOrganization": [_organisation(line)],
        "fundingOrganization": [
            {
                "id": f"360G-pbvote-{voting_round.slug}",
                "name": voting_round.council or voting_round.title,
            }
        ],
        "grantProgramme": [{"code": voting_round.slug, "title": voting_round.title}],
        "dataSource": f"{base_url}/rounds/{voting_round.slug}/data/",
        "dateModified": result.published_at.isoformat(timespec="seconds"),
    }
    if proposal.wards:
        grant["beneficiaryLocation"] = [{"name": ward.name, "geoCode": ward.code} for ward in proposal.wards]
    if proposal.theme:
        grant["classifications"] = [{"title": proposal.theme.name, "vocabulary": "pbvote themes"}]
    return grant


def _organisation(line: Line) -> dict[str, str]:
    group = line.proposal.group
    if group is None:
        name = line.proposal.title
        return {"id": f"360G-pbvote-proposal-{line.proposal.id}", "name": name}
    if group.charity_number:
        return {
            "id": f"GB-CHC-{group.charity_number}",
            "name": group.name,
            "charityNumber": group.charity_number,
        }
    if group.company_number:
        return {
            "id": f"GB-COH-{group.company_number}",
            "name": group.name,
            "companyNumber": group.company_number,
        }
    return {"id": f"360G-pbvote-group-{group.id}", "name": group.name}


def _registration(group: CommunityGroup | None) -> str:
    return (group.charity_number or group.company_number) if group else ""


def _period(voting_round: VotingRound) -> str:
    begins, ends = voting_round.results_due_at, voting_round.delivery_ends_at
    return f"{begins:%Y-%m-%d} to {ends:%Y-%m-%d}" if begins and ends else ""

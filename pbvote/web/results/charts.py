"""What the result page draws: bars beside their figures, and the map of the wards."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from pbvote.models import Theme, VotingRound, Ward
from pbvote.web.formats import money, number, share
from pbvote.web.results.ward_map import STEPS, draw

Row = dict[str, Any]


def ward_bars(spent: Mapping[Ward | None, int], voters: Mapping[int, int]) -> list[Row]:
    """Share of the money beside share of the voters, one row for each ward that has either."""
    all_money, all_voters = sum(spent.values()), sum(voters.values())
    wards = sorted((ward for ward in spent if ward), key=lambda ward: ward.name)
    rows = []
    for ward in wards:
        shares = [(spent[ward], all_money)]
        if all_voters:
            shares.append((voters.get(ward.id, 0), all_voters))
        rows.append({"name": ward.name, "shares": shares})
    if None in spent:
        rows.append({"name": _("Whole borough"), "shares": [(spent[None], all_money)]})
    return _scaled(rows, columns=2 if all_voters else 1)


def theme_bars(spent: Mapping[Theme | None, int], voting_round: VotingRound) -> list[Row]:
    most = max(spent.values(), default=0) or 1
    ordered = sorted(spent.items(), key=lambda item: -item[1])
    return [
        {
            "name": theme.name if theme else _("No theme"),
            "values": [{"text": _money(amount, voting_round), "share": amount / most}],
        }
        for theme, amount in ordered
    ]


def turnout_bars(wards: Iterable[Ward], voters: Mapping[int, int]) -> list[Row]:
    most = max(voters.values(), default=0) or 1
    return [
        {
            "name": ward.name,
            "values": [{"text": number(voters.get(ward.id, 0)), "share": voters.get(ward.id, 0) / most}],
        }
        for ward in wards
    ]


def ward_map(spent: Mapping[Ward | None, int], voting_round: VotingRound) -> dict[str, Any] | None:
    """The wards shaded by the money they got, in five even steps; None if any ward has no shape."""
    amounts = {ward: spent.get(ward, 0) for ward in voting_round.wards}
    if not amounts or not all(ward.shape for ward in amounts):
        return None
    most = max(amounts.values()) or 1
    drawn = draw(list(amounts))
    for area in drawn["areas"]:
        amount = amounts[area["ward"]]
        area["step"] = min(STEPS, 1 + STEPS * amount // (most + 1))
        area["text"] = _money(amount, voting_round)
    bounds = [most * place // STEPS for place in range(STEPS + 1)]
    drawn["steps"] = [
        _("up to %(most)s", most=_money(_rounded(high, voting_round), voting_round)) for high in bounds[1:]
    ]
    return drawn


def _rounded(amount: int, voting_round: VotingRound) -> int:
    """Up to whole hundreds, so that the key reads well."""
    unit = 100 * 10**voting_round.minor_units
    return -(-amount // unit) * unit


def _money(amount: int, voting_round: VotingRound) -> str:
    return money(amount, voting_round.currency, voting_round.minor_units)


def _scaled(rows: list[Row], *, columns: int) -> list[Row]:
    longest = max((part / whole for row in rows for part, whole in row["shares"] if whole), default=0) or 1
    for row in rows:
        row["values"] = [
            {"text": share(part, whole), "share": (part / whole if whole else 0) / longest}
            for part, whole in row["shares"]
        ]
        row["values"] += [{"text": "–", "share": 0}] * (columns - len(row["values"]))
    return rows

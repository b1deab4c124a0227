"""When things happen in the three demonstration rounds, counted from the day of the first run."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True)
class Dates:
    """The moments of one round, in UTC; those that lie ahead have not happened."""

    proposals_open: datetime
    proposals_close: datetime
    shortlist: datetime
    voting_opens: datetime
    voting_closes: datetime
    results_due: datetime
    delivery_ends: datetime


def at(now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """A clock time in London, so many days from today's date there."""
    day = now.astimezone(LONDON).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def finished(now: datetime) -> Dates:
    """Published four weeks ago."""
    return Dates(
        proposals_open=at(now, -210, 9),
        proposals_close=at(now, -165, 17),
        shortlist=at(now, -84, 10),
        voting_opens=at(now, -70, 9),
        voting_closes=at(now, -42, 20),
        results_due=at(now, -28, 12),
        delivery_ends=at(now, 400, 17),
    )


def voting(now: datetime) -> Dates:
    """Open for voting since nine days, for twelve more."""
    return Dates(
        proposals_open=at(now, -75, 9),
        proposals_close=at(now, -40, 17),
        shortlist=at(now, -14, 10),
        voting_opens=at(now, -9, 9),
        voting_closes=at(now, 12, 20),
        results_due=at(now, 26, 12),
        delivery_ends=at(now, 390, 17),
    )


def collecting(now: datetime) -> Dates:
    """Taking proposals since twelve days, for thirty more."""
    return Dates(
        proposals_open=at(now, -12, 9),
        proposals_close=at(now, 30, 17),
        shortlist=at(now, 61, 10),
        voting_opens=at(now, 75, 9),
        voting_closes=at(now, 100, 20),
        results_due=at(now, 121, 12),
        delivery_ends=at(now, 490, 17),
    )


def first_of_month(day: date, months: int) -> date:
    """The first day of the month that lies so many months after `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)

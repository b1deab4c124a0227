"""Files for other systems."""

import csv
import io
import json
import zipfile
from datetime import datetime
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from pbvote.models import VotingRound
from pbvote.services import exports, results
from pbvote.services.results import Result
from tests import factories, published
from tests.person import Person

RANKINGS = [(1, 2), (1, 3), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (1,), (1, 2), (2,), (1, 3), (3,)]
COSTS = (60_000_00, 50_000_00, 30_000_50)


@pytest.fixture
def finished(session: Session, now: datetime) -> tuple[VotingRound, Result]:
    voting_round, proposals = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    group = factories.make_group(session, now=now, charity_number="1234567")
    proposals[0].group = group
    proposals[0].title = "=cmd|' /C calc'!A0"
    session.flush()
    return voting_round, results.read(session, voting_round=voting_round)


def test_each_award_is_one_360giving_grant_in_pounds(finished) -> None:
    voting_round, result = finished
    text = exports.as_360giving(result, voting_round=voting_round, base_url="https://vote.example")
    grants = json.loads(text)["grants"]
    assert [grant["amountAwarded"] for grant in grants] == [60_000, 30_000.5]
    assert grants[0]["recipientOrganization"][0]["id"] == "GB-CHC-1234567"
    needed = {"id", "title", "description", "currency", "amountAwarded", "awardDate"}
    needed |= {"recipientOrganization", "fundingOrganization"}
    assert all(needed <= grant.keys() for grant in grants)
    assert len({grant["id"] for grant in grants}) == len(grants)


def test_the_transparency_table_lists_the_awards_only_and_no_formula(finished) -> None:
    voting_round, result = finished
    rows = list(csv.DictReader(io.StringIO(exports.as_grants_csv(result, voting_round=voting_round))))
    assert [row["Amount"] for row in rows] == ["60000.00", "30000.50"]
    assert rows[0]["Purpose"].startswith("'=")
    assert rows[0]["Beneficiary registration number"] == "1234567"


def test_the_workbook_holds_every_proposal_as_text_and_numbers(finished) -> None:
    voting_round, result = finished
    book = zipfile.ZipFile(io.BytesIO(exports.as_workbook(result, voting_round=voting_round)))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert len(sheet.findall(".//x:row", space)) == 1 + len(COSTS)
    assert sheet.findall(".//x:f", space) == [], "no cell is a formula"
    numbers = {cell.text for cell in sheet.findall(".//x:v", space)}
    assert {"60000", "30000.5"} <= numbers


def test_every_file_on_the_data_page_can_be_had(session: Session, person: Person, finished) -> None:
    voting_round, _ = finished
    session.commit()
    person.open(f"/rounds/{voting_round.slug}/data/")
    files = [link.get("href", "") for link in person.tree.iter("a") if link.get("download") is not None]
    ends = {href.rsplit(".", 1)[1] for href in files}
    assert {"csv", "json", "xlsx", "pdf", "pb"} <= ends
    for href in files:
        answer = person.client.get(href)
        assert answer.status_code == 200, href
        assert answer.data

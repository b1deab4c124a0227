"""Every message about a proposal reads whole: a subject, words, and an address that leads somewhere."""

import pytest
from flask import Flask, render_template

DEED = {"title": "A pond", "number": 7, "round_title": "Autumn", "round_slug": "autumn", "proposal_id": 3}
WHEN = "2026-12-01T17:00:00+00:00"
MESSAGES = [
    ("group_invitation", {"by": "Alice", "group": "Friends"}, "/groups/"),
    ("proposal_received", {"again": False}, "/applications/3"),
    ("proposal_received", {"again": True}, "/applications/3"),
    ("proposal_question", {"text": "Who owns it?", "answer_by": WHEN}, "1 December 2026 at 17:00"),
    ("proposal_shortlisted", {"reason": "Good."}, "Good."),
    ("proposal_declined", {"reason": "Private land."}, "Private land."),
    ("proposal_merged", {"reason": "The same.", "merged": "A pond", "kept": "A lake"}, "A lake"),
    ("proposal_struck", {"reason": "The group ended."}, "The group ended."),
    ("shortlist_published", {"opens": WHEN}, "/rounds/autumn/proposals/7/poster"),
    ("appeal_decided", {"upheld": True, "reason": "True."}, "will be on the ballot"),
    ("appeal_decided", {"upheld": False, "reason": "No."}, "stays declined"),
    ("assessment_asked", {}, "/officer/rounds/autumn/screening/7"),
    ("appeal_made", {"group": "Friends", "nobody_may_decide": False}, "Friends appeals against the decision"),
    ("appeal_made", {"group": "Friends", "nobody_may_decide": True}, "Somebody else is needed"),
    ("proposal_withdrawn", {"group": "Friends"}, "Friends has taken back"),
    ("award_refused", {"group": "Friends"}, "/officer/rounds/autumn/publication"),
]


@pytest.mark.parametrize(("template", "parameters", "words"), MESSAGES)
def test_a_message_has_a_subject_and_says_what_matters(
    app: Flask, template: str, parameters: dict[str, object], words: str
) -> None:
    with app.app_context():
        text = render_template(
            f"emails/{template}.txt", base_url="https://vote.example.org", **DEED, **parameters
        )
    subject, _, body = text.strip().partition("\n")
    assert 5 < len(subject) < 120
    assert words in body
    assert "https://vote.example.org/" in body
    assert "\n\n\n\n" not in text

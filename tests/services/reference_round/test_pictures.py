"""The demo's pictures are small raster files that differ from one another and say what they show."""

from io import BytesIO

from PIL import Image

from pbvote.services.reference_round import texts
from pbvote.services.reference_round.pictures import alternative, draw

EVERY = (*texts.proposals(), *texts.small_grants(), *texts.next_round())


def test_every_proposal_gets_a_webp_of_640_by_400_and_at_most_20_kilobytes() -> None:
    for proposal in EVERY:
        drawn = draw(proposal)
        with Image.open(BytesIO(drawn)) as picture:
            assert (picture.format, picture.size) == ("WEBP", (640, 400))
        assert len(drawn) <= 20_000, proposal.title


def test_a_proposal_always_gets_the_same_picture_and_no_other_gets_it() -> None:
    drawn = [draw(proposal) for proposal in EVERY[:60]]
    assert drawn == [draw(proposal) for proposal in EVERY[:60]]
    assert len(set(drawn)) == len(drawn)


def test_pictures_say_what_they_show() -> None:
    told = {alternative(proposal) for proposal in EVERY}
    assert len(told) >= 30
    assert all(text.startswith("Illustration: ") and len(text) > 17 for text in told)

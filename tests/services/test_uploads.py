"""Pictures become small and harmless; documents are PDF; nothing else is kept."""

import os
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from pbvote.models import Proposal
from pbvote.services import uploads
from pbvote.services.refusal import NotFound, Refusal
from tests.factories import make_proposal, make_round

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def image(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture full of noise, which is the hardest to make small."""
    stream = BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def proposal(session: Session, now: datetime) -> Proposal:
    return make_proposal(session, voting_round=make_round(session, now=now), now=now)


def keep(session: Session, proposal: Proposal, folder: Path, now: datetime, data: bytes) -> object:
    return uploads.keep_picture(
        session,
        proposal=proposal,
        data=data,
        filename="a.jpg",
        alt="Noise",
        account=None,
        folder=folder,
        now=now,
    )


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("WEBP", "RGB"), ("GIF", "P")]
)
def test_every_picture_becomes_a_small_webp(kind: str, mode: str) -> None:
    encoded = uploads.encode_picture(image((1600, 1200), kind, mode))
    assert len(encoded.data) <= 20_000
    with Image.open(BytesIO(encoded.data)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (encoded.width, encoded.height))
    assert encoded.width * 3 == pytest.approx(encoded.height * 4, abs=4)


def test_place_and_camera_are_left_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    encoded = uploads.encode_picture(image((400, 300), exif=exif, icc_profile=b"secret profile" * 20))
    with Image.open(BytesIO(encoded.data)) as opened:
        assert dict(opened.getexif()) == {}
        assert "icc_profile" not in opened.info
    assert b"Secret" not in encoded.data


def test_a_picture_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    encoded = uploads.encode_picture(image((400, 200), exif=exif))
    assert encoded.height > encoded.width


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "picture-is-drawing"),
        (b"not a picture", "picture-unreadable"),
        (b"", "picture-unreadable"),
        (image((300, 300))[:400], "picture-unreadable"),
        (PDF, "picture-unreadable"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "picture-too-big"),
    ],
)
def test_what_is_no_sound_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        uploads.encode_picture(data)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    stream = BytesIO()
    Image.new("1", (20_000, 20_000)).save(stream, "PNG")
    assert len(stream.getvalue()) < 100_000
    with pytest.raises(Refusal, match="picture-too-large"):
        uploads.encode_picture(stream.getvalue())


def test_the_same_picture_twice_is_kept_once(session, proposal, folder, now) -> None:
    data = image((300, 200))
    first = keep(session, proposal, folder, now, data)
    assert keep(session, proposal, folder, now, data) is first
    assert len(proposal.uploads) == 1
    assert uploads.path_of(folder, upload=first).stat().st_size == first.size


def test_a_fifth_picture_is_refused(session, proposal, folder, now) -> None:
    for width in range(100, 100 + uploads.MOST_PICTURES):
        keep(session, proposal, folder, now, image((width, 100)))
    with pytest.raises(Refusal, match="too-many-files"):
        keep(session, proposal, folder, now, image((300, 100)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"MZ\x90\x00", "document-not-pdf"),
        (b"<html>%PDF-1.7 %%EOF", "document-not-pdf"),
        (b"%PDF-1.7 cut short", "document-not-pdf"),
        (b"%PDF-" + b"x" * (5 * 1024 * 1024), "document-too-big"),
    ],
)
def test_documents_that_are_no_pdf_are_refused(session, proposal, folder, now, data, code) -> None:
    with pytest.raises(Refusal, match=code):
        uploads.keep_document(
            session,
            proposal=proposal,
            data=data,
            filename="plan.pdf",
            account=None,
            folder=folder,
            now=now,
        )
    assert proposal.uploads == []


def test_a_file_name_loses_its_folders_and_tricks(session, proposal, folder, now) -> None:
    kept = uploads.keep_document(
        session,
        proposal=proposal,
        data=PDF,
        filename="..\\..\\etc/pass\r\nwd.pdf",
        account=None,
        folder=folder,
        now=now,
    )
    assert kept.filename == "passwd.pdf"


def test_a_file_of_another_proposal_is_not_found(session, proposal, folder, now) -> None:
    other = make_proposal(session, voting_round=proposal.voting_round, now=now)
    kept = keep(session, other, folder, now, image((100, 100)))
    with pytest.raises(NotFound):
        uploads.find(proposal, upload_id=kept.id)


def test_bytes_that_nobody_names_are_swept_away_later(session, proposal, folder, now) -> None:
    kept, gone = (keep(session, proposal, folder, now, image((size, 90))) for size in (100, 120))
    uploads.remove(session, proposal=proposal, upload_id=gone.id)
    assert uploads.sweep(session, folder=folder, older_than=now - timedelta(hours=1)) == 0
    long_ago = (now - timedelta(days=1)).timestamp()
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    assert uploads.sweep(session, folder=folder, older_than=now - timedelta(hours=1)) == 1
    assert [path.name for path in folder.iterdir()] == [kept.sha256]

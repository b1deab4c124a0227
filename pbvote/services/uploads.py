"""Pictures and documents: checked, made small and harmless, kept under the name of their digest."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, AwardReport, Proposal, Upload
from pbvote.services.refusal import NotFound, Refusal

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 60_000_000
MOST_BYTES = 20_000  # of a picture as it is shown
MOST_PICTURES, MOST_DOCUMENTS = 4, 4
LARGEST_PICTURE = 10 * 1024 * 1024
LARGEST_DOCUMENT = 5 * 1024 * 1024
SIDES = (800, 640, 480, 360, 240, 160)  # of the longer side, in dots
QUALITIES = (80, 70, 60, 50, 40, 30)


@dataclass(frozen=True)
class Encoded:
    """A picture ready to be kept: WebP without any metadata."""

    data: bytes
    width: int
    height: int


def encode_picture(data: bytes) -> Encoded:
    """Draw a picture anew as WebP of at most 20 kB; Refusal if it is none or too large.

    Nothing but the pixels survives: no place, no camera, no colour profile, no second frame.
    """
    if len(data) > LARGEST_PICTURE:
        raise Refusal("picture-too-big", field="file")
    if b"<svg" in data[:2000].lower():
        raise Refusal("picture-is-drawing", field="file")
    picture = _read(data)
    for side, quality in _attempts(max(picture.size)):
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        stream = BytesIO()
        small.save(stream, "WEBP", quality=quality, method=4)
        made = Encoded(stream.getvalue(), small.width, small.height)
        if len(made.data) <= MOST_BYTES:
            return made
    raise Refusal("picture-unreadable", field="file")


def _attempts(longest: int) -> Iterator[tuple[int, int]]:
    """Sizes and qualities to try, the best looking first: a soft large picture beats a crisp tiny one."""
    for side in SIDES:
        if side == SIDES[-1] or side < longest * 1.5:
            for quality in QUALITIES:
                yield side, quality


def _read(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Refusal("picture-too-large", field="file")
                opened.draft("RGB", (SIDES[0] * 2, SIDES[0] * 2))
                turned = ImageOps.exif_transpose(opened)
                return _on_white(turned)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Refusal("picture-too-large", field="file") from None
        except (OSError, ValueError, SyntaxError, MemoryError, IndexError):
            raise Refusal("picture-unreadable", field="file") from None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture)
        picture = ground
    plain = picture.convert("RGB")
    clean = Image.new("RGB", plain.size)
    clean.paste(plain)
    return clean


def store(folder: Path, *, data: bytes) -> str:
    """Keep bytes in the upload folder under their SHA-256, which is returned."""
    name = sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.is_file():
        handle, part = tempfile.mkstemp(dir=folder, prefix="part-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(part, 0o640)
        os.rename(part, target)
    return name


def path_of(folder: Path, *, upload: Upload) -> Path:
    """Where an upload's bytes lie, or NotFound."""
    path = folder / upload.sha256
    if not path.is_file():
        raise NotFound("picture-not-found")
    return path


def keep_picture(
    session: Session,
    *,
    proposal: Proposal,
    data: bytes,
    filename: str,
    alt: str,
    account: Account | None,
    folder: Path,
    now: datetime,
    report: AwardReport | None = None,
) -> Upload:
    """Keep a picture of a proposal or of a report; the same picture twice is kept once."""
    encoded = encode_picture(data)
    upload = Upload(
        kind="picture", media_type="image/webp", width=encoded.width, height=encoded.height, alt=alt
    )
    return _keep(session, proposal, upload, encoded.data, filename, account, folder, now, report)


def keep_document(
    session: Session,
    *,
    proposal: Proposal,
    data: bytes,
    filename: str,
    account: Account | None,
    folder: Path,
    now: datetime,
) -> Upload:
    """Keep a PDF for the group and the officers; nobody else ever sees it."""
    if len(data) > LARGEST_DOCUMENT:
        raise Refusal("document-too-big", field="file")
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refusal("document-not-pdf", field="file")
    upload = Upload(kind="document", media_type="application/pdf")
    return _keep(session, proposal, upload, data, filename, account, folder, now, None)


def _keep(
    session: Session,
    proposal: Proposal,
    upload: Upload,
    data: bytes,
    filename: str,
    account: Account | None,
    folder: Path,
    now: datetime,
    report: AwardReport | None,
) -> Upload:
    name = sha256(data).hexdigest()
    beside = [
        one
        for one in proposal.uploads
        if one.kind == upload.kind and one.report_id == (report.id if report else None)
    ]
    for one in beside:
        if one.sha256 == name:
            one.alt = upload.alt or one.alt
            return one
    most = MOST_PICTURES if upload.kind == "picture" else MOST_DOCUMENTS
    if len(beside) >= most:
        raise Refusal("too-many-files", field="file", most=most)
    upload.sha256 = store(folder, data=data)
    upload.filename = plain_name(filename)
    upload.size = len(data)
    upload.uploaded_by_id = account.id if account else None
    upload.uploaded_at = now
    upload.report_id = report.id if report else None
    proposal.uploads.append(upload)
    session.flush()
    return upload


def plain_name(filename: str) -> str:
    """The file's name without folders and control characters, at most 100 letters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[-100:] or "file"


def find(proposal: Proposal, *, upload_id: int) -> Upload:
    """One of the proposal's own files, or NotFound."""
    for upload in proposal.uploads:
        if upload.id == upload_id:
            return upload
    raise NotFound("file-not-found")


def remove(session: Session, *, proposal: Proposal, upload_id: int) -> None:
    """Take a file off a proposal; its bytes go when `sweep` finds that no row names them."""
    upload = next((one for one in proposal.uploads if one.id == upload_id), None)
    if upload is not None:
        proposal.uploads.remove(upload)
        session.delete(upload)
        session.flush()


def sweep(session: Session, *, folder: Path, older_than: datetime) -> int:
    """Delete bytes that no row names any more; a young file may belong to an unfinished request."""
    if not folder.is_dir():
        return 0
    kept = set(session.scalars(select(Upload.sha256)))
    gone = 0
    for path in folder.iterdir():
        if path.name not in kept and path.stat().st_mtime < older_than.timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone

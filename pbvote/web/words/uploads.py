"""Words for pictures and documents."""

from flask_babel import lazy_gettext as _

WORDS = {
    "picture-too-big": _("This picture is larger than 10 MB. Choose a smaller one"),
    "picture-too-large": _("This picture has too many dots. Choose one of at most 60 megapixels"),
    "picture-is-drawing": _("We cannot take SVG drawings. Save it as a PNG or JPEG picture"),
    "picture-unreadable": _("We cannot read this file as a picture. Choose a JPEG, PNG, WebP or GIF file"),
    "document-too-big": _("This document is larger than 5 MB. Choose a smaller one"),
    "document-not-pdf": _("We take documents as PDF only. Save it as PDF and choose it again"),
    "too-many-files": _("You can add up to %(most)s. Take one out first"),
}

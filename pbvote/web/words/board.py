"""Words for what everybody may look up: the board, a package, a receipt."""

from flask_babel import lazy_gettext as _

WORDS = {
    "board-empty": _("Nothing stands on the board of this round yet"),
    "package-not-found": _("There is no package of this result"),
    "receipt-mistyped": _(
        "A receipt has 20 letters and digits in five groups of four, like MFRG-GZDF-MZTW-Q2LK-NNWG"
    ),
}

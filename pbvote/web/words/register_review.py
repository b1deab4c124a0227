"""Words for checking the register and for letters with codes."""

from flask_babel import lazy_gettext as _

WORDS = {
    "entry-not-found": _("We cannot find that person on this register"),
    "entry-ward-missing": _("Choose the ward, so that the person gets the right ballot"),
    "list-columns": _(
        "The first line of the file must name its columns, with commas between: name,postcode,email"
    ),
    "list-too-long": _("The file has more than %(most)s people. Split it and bring in one part at a time"),
    "list-lines": _(
        "Lines that we cannot use: %(number)s (line %(lines)s). A line needs a name of two letters or "
        "more and a postcode that lies in a ward of this round. Nothing was brought in"
    ),
    "list-empty": _("There is nobody in this file"),
    "list-own": _("You brought this list in yourself, so another officer has to confirm it"),
    "list-not-found": _("This list was confirmed or thrown out already"),
    "file-not-text": _("We cannot read this file. Save it as CSV with UTF-8 and choose it again"),
    "letters-without-name": _("Give the batch a name, so that you find it again"),
    "letters-name-taken": _("There is a batch with this name already. Choose another name"),
    "letters-none": _("There is nobody to write to. Choose a file with addresses"),
    "letters-too-many": _("Print at most %(most)s letters at a time"),
    "letters-columns": _(
        "The first line of the file must name its columns, with a comma between: address,postcode"
    ),
    "letters-own": _("You made this batch yourself, so another officer has to release it"),
    "letters-revoked": _("The codes of this batch were taken back"),
    "letters-not-found": _("We cannot find that batch of letters"),
}

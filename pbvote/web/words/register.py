"""Words for the register of voters."""

from flask_babel import lazy_gettext as _

WORDS = {
    "only-email": _("Enter an email address. This round sends no codes by text message"),
    "only-phone": _("Enter a phone number. This round sends no codes by email"),
    "name-missing": _("Enter your name, as it would stand on a letter to you"),
    "postcode-invalid": _("Enter a full postcode, like NB1 4QT"),
    "postcode-unknown": _(
        "We cannot find that postcode. Check it. If it is right, press “My postcode is right”"
    ),
    "postcode-outside": _(
        "That postcode is in %(ward)s, which is not part of this round. Check it and type it again"
    ),
    "postcodes-no-wards": _("Add the wards first, then the postcodes"),
    "postcodes-none-ours": _("No row of that file lies in one of our wards"),
    "postcodes-columns-missing": _("That file has no columns with a postcode and a ward code"),
    "too-young": _("You must be %(age)s or older to vote in this round"),
    "connection-not-offered": _("Choose one of the answers"),
    "access-code-wrong": _(
        "We cannot find that code. Check the letter and type it again. The code has only letters and "
        "the numbers 2 to 9"
    ),
    "entry-missing": _("You are not on the list of voters of this round yet"),
    "entry-decided": _("Somebody has decided about this person already"),
}

"""Words for casting a vote."""

from flask_babel import lazy_gettext as _

WORDS = {
    "ballot-too-short": _("Choose at least %(least)s"),
    "ballot-too-long": _("Choose at most %(most)s"),
    "ballot-repeats": _("You chose the same proposal twice. Choose each one once"),
    "choice-withdrawn": _("“%(title)s” has been withdrawn. Take it out of your vote"),
    "choice-unknown": _("One of your choices is not on this ballot. Choose again from the list"),
    "ballot-changed-elsewhere": _(
        "You have voted in the meantime, in another window or on another device. Look at your vote here and "
        "cast it again if it should replace the other one"
    ),
    "ballot-gone-elsewhere": _(
        "The vote you wanted to change is no longer in the ballot box. Cast your vote again to put it in"
    ),
    "voted-on-paper": _("You have handed in a paper vote. Only one vote counts, so you cannot vote here too"),
    "ballot-other-round": _("This ballot belongs to another round"),
    "ballot-other-ward": _("This ballot is for people of another ward"),
    "ballot-not-there": _("There is no vote in the ballot box to take out"),
    "entry-pending": _("We are still checking your details. You can vote as soon as we have confirmed them"),
    "entry-refused": _("Your registration was not accepted, so you cannot vote in this round"),
    "entry-withdrawn": _("You left the register of this round, so you cannot vote in it"),
    "form-stale": _("This form is out of date. Go back to your vote and send it again"),
}

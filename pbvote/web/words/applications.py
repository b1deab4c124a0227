"""Words for proposals while their groups write them."""

from flask_babel import lazy_gettext as _

WORDS = {
    "proposal-not-editable": _("This proposal has been sent, so it cannot be changed now"),
    "proposal-decided": _("This has been decided already, so it cannot be done any more"),
    "proposal-not-finished": _("Some things are still missing: %(count)s. See the list below"),
    "section-changed": _(
        "%(by)s changed this part on %(at)s, while you were writing. Nothing is lost: what you typed is in "
        "the form, and what is saved now stands above it. Save again to keep yours"
    ),
    "answer-too-late": _("The time to answer ended on %(deadline)s"),
    "question-not-found": _("That question is not there, or it was answered already"),
    "question-open": _("Answer the question we asked"),
    "shortlist-is-out": _("The shortlist has been published, so this cannot be changed any more"),
    "on-the-ballot-already": _(
        "Your proposal is on the ballot. Write to the council if it has to be taken off"
    ),
    "theme-unknown": _("Choose a theme from the list"),
    "ward-unknown": _("Choose wards from the list"),
    "pot-unknown": _("Choose a pot from the list"),
    "too-many-lines": _("A budget can have up to %(most)s lines. Put small things together"),
    "cost-too-low": _("The smallest grant in this round is %(amount)s. Ask for that or more"),
    "cost-too-high": _("The largest grant in this round is %(amount)s. Ask for that or less"),
    "least-above-cost": _("This must not be more than the amount you ask for"),
    "least-too-low": _("The smallest grant in this round is %(amount)s. Enter that or more"),
    "ends-before-start": _("The end must not be before the start"),
    "title-missing": _("Give your project a title"),
    "summary-missing": _("Say in a sentence or two what you want to do"),
    "story-missing": _("Tell people about your project"),
    "theme-missing": _("Choose what your project is about"),
    "place-missing": _("Choose where your project helps"),
    "who-missing": _("Say who your project is for"),
    "people-missing": _("Say about how many people it helps"),
    "cost-missing": _("Say how much money you ask for"),
    "lines-missing": _("Say what the money is for, line by line"),
    "lines-too-low": _("Your lines add up to less than you ask for. Still missing: %(amount)s"),
    "lines-too-high": _("Your lines add up to more than you ask for. Too much: %(amount)s"),
    "start-missing": _("Say when your project starts"),
    "end-missing": _("Say when your project ends"),
    "risks-missing": _("Say what could go wrong and what you would do"),
    "alt-missing": _("Say in words what each picture shows"),
    "group-not-finished": _("Finish the facts about your group"),
    "nothing-to-appeal": _("There is no decision to appeal against"),
    "appeal-made-already": _("Your group has appealed already. A group can appeal once"),
    "appeal-too-late": _("The shortlist was published on %(published)s. It is too late to appeal"),
    "award-not-found": _("We cannot find that grant"),
    "award-answered-already": _("Your group has answered already"),
    "award-replaced": _("The result was corrected since. Look at the new result"),
    "award-not-accepted": _("Accept the grant before you report on it"),
    "spent-too-much": _("That is more than is left of your grant: %(amount)s"),
}

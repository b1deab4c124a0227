"""Questions to a community group."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput
from wtforms import BooleanField, FieldList, Form, FormField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from pbvote.models import CommunityGroup
from pbvote.services.groups import LEAST_COMMITTEE
from pbvote.web.inputs import LineField, TextField

KINDS = {
    "charity": _("Registered charity"),
    "cic": _("Community interest company"),
    "constituted-group": _("Community group with its own rules"),
    "tenants-association": _("Tenants' or residents' association"),
    "faith-group": _("Faith group"),
    "school-friends": _("Friends of a school, or parents' group"),
    "sports-club": _("Sports club"),
    "cooperative": _("Co-operative"),
    "other": _("Something else"),
}
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
COMMITTEE_ROWS = 5


def _question(label: Any, message: Any, choices: Any = None) -> RadioField:
    return RadioField(
        label,
        choices=[SelectChoice(value, text) for value, text in choices or YES_NO],
        widget=GovRadioInput(),
        validators=[InputRequired(message=message)],
    )


class CheckForm(FlaskForm):
    """Can we apply? Sent by GET: it keeps nothing."""

    class Meta:
        csrf = False

    group = _question(
        _("Are you a group of people?"),
        _("Say whether you are a group"),
        [
            ("yes", _("Yes, a group, club, charity or association")),
            ("no", _("No, I am one person or a business")),
        ],
    )
    near = _question(
        _("Does your project happen in the area of this round?"), _("Say whether it happens in the area")
    )
    rules = _question(
        _("Does your group have written rules and a bank account that two people sign for?"),
        _("Say whether your group has rules and a bank account"),
        [
            ("yes", _("Yes, both")),
            ("parent", _("No, but an organisation that has both will hold the money for us")),
            ("no", _("No")),
        ],
    )
    people = _question(
        _("Do at least three people who are not related run the group?"),
        _("Say whether three people run the group"),
    )

    def hurdles(self) -> list[str]:
        """What stands in the way, as names of the questions."""
        found = [name for name in ("group", "near", "rules") if self[name].data == "no"]
        if self.people.data == "no" and self.rules.data != "parent":
            found.append("people")
        return found


class NewGroupForm(FlaskForm):
    name = LineField(_("Name of your group"), longest=120, required=_("Enter the name of your group"))
    kind = _question(
        _("What kind of group are you?"), _("Choose what kind of group you are"), list(KINDS.items())
    )
    contact_name = LineField(_("Your own name"), longest=120, required=_("Enter your name"))


class FactsForm(FlaskForm):
    """One section of a group's facts: filled from the group, and read back."""

    @classmethod
    def of(cls, group: CommunityGroup) -> "FactsForm":
        return cls(obj=group)

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.data.items() if name != "csrf_token"}


class AboutForm(FactsForm):
    name = LineField(_("Name of your group"), longest=120, required=_("Enter the name of your group"))
    kind = _question(
        _("What kind of group are you?"), _("Choose what kind of group you are"), list(KINDS.items())
    )
    about = TextField(_("What does your group do?"), longest=1000, counted=True)
    charity_number = LineField(_("Charity number, if you have one"), longest=20)
    company_number = LineField(_("Company number, if you have one"), longest=20)
    address = TextField(_("Address for letters"), longest=300)
    postcode = LineField(_("Postcode"), longest=10)
    website = LineField(_("Website, if you have one"), longest=200)


class PersonRow(Form):
    name = LineField(_("Name"), longest=120)
    role = LineField(_("Role"), longest=80)


class PeopleForm(FactsForm):
    has_governing_document = _question(
        _("Does your group have written rules?"), _("Say whether your group has written rules")
    )
    committee = FieldList(FormField(PersonRow), min_entries=COMMITTEE_ROWS, max_entries=12)
    unrelated = BooleanField(
        _("At least three of these people are not related and do not live together"),
        widget=GovCheckboxInput(),
    )

    def people(self) -> list[dict[str, str]]:
        rows = (
            {"name": row.form.name.data or "", "role": row.form.role.data or ""} for row in self.committee
        )
        return [row for row in rows if row["name"]]

    def facts(self) -> dict[str, Any]:
        return {
            "has_governing_document": self.has_governing_document.data == "yes",
            "committee": self.people(),
        }

    def validate_unrelated(self, field: BooleanField) -> None:
        if len(self.people()) >= LEAST_COMMITTEE and not field.data:
            raise ValidationError(_("Tick this if it is true. If it is not, name other people"))

    @classmethod
    def of(cls, group: CommunityGroup) -> "PeopleForm":
        answered = bool(group.has_governing_document or group.committee)
        return cls(
            has_governing_document=("yes" if group.has_governing_document else "no") if answered else None,
            committee=group.committee,
            unrelated=len(group.committee) >= LEAST_COMMITTEE,
        )


class MoneyForm(FactsForm):
    holder = _question(
        _("Whose bank account does the money go to?"),
        _("Choose who holds the money"),
        [("own", _("Our own")), ("parent", _("That of a parent organisation"))],
    )
    bank_account_name = LineField(_("Name on the account"), longest=120)
    two_signatories = BooleanField(
        _("Two people who are not related sign for every payment"), widget=GovCheckboxInput()
    )
    parent_organisation = LineField(_("Name of the parent organisation"), longest=120)

    def validate_parent_organisation(self, field: LineField) -> None:
        if self.holder.data == "parent" and not field.data:
            raise ValidationError(_("Enter the name of the organisation that holds the money for you"))

    def facts(self) -> dict[str, Any]:
        own = self.holder.data == "own"
        return {
            "bank_account_name": self.bank_account_name.data if own else "",
            "two_signatories": own and self.two_signatories.data,
            "parent_organisation": "" if own else self.parent_organisation.data,
        }

    @classmethod
    def of(cls, group: CommunityGroup) -> "MoneyForm":
        holder = "parent" if group.parent_organisation else "own" if group.bank_account_name else None
        return cls(obj=group, holder=holder)


class SafeguardingForm(FactsForm):
    has_safeguarding_policy = _question(
        _("Does your group have a written plan for keeping children and adults at risk safe?"),
        _("Say whether your group has such a plan"),
    )
    safeguarding_contact = LineField(
        _("Who looks after people's safety?"), longest=120, required=_("Enter a name")
    )

    def facts(self) -> dict[str, Any]:
        return {
            "has_safeguarding_policy": self.has_safeguarding_policy.data == "yes",
            "safeguarding_contact": self.safeguarding_contact.data,
        }

    @classmethod
    def of(cls, group: CommunityGroup) -> "SafeguardingForm":
        policy = ("yes" if group.has_safeguarding_policy else "no") if group.safeguarding_contact else None
        return cls(has_safeguarding_policy=policy, safeguarding_contact=group.safeguarding_contact)


class InvitationForm(FlaskForm):
    email = LineField(_("Email address"), longest=254, required=_("Enter an email address"))


class RemovalForm(FlaskForm):
    """Only its token."""

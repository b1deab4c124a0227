"""Forms of the key: who holds it, and two passphrases at once."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSelect, GovSubmitInput, GovTextArea
from wtforms import PasswordField, SelectField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from pbvote.models import Account


class CustodiansForm(FlaskForm):
    """Three people who hold the key together."""

    first = SelectField(_("First key holder"), widget=GovSelect(), coerce=int)
    second = SelectField(_("Second key holder"), widget=GovSelect(), coerce=int)
    third = SelectField(_("Third key holder"), widget=GovSelect(), coerce=int)
    submit = SubmitField(_("Make the key"), widget=GovSubmitInput())

    def offer(self, custodians: list[Account]) -> None:
        choices = [(one.id, one.name or one.email or str(one.id)) for one in custodians]
        for place, field in enumerate((self.first, self.second, self.third)):
            field.choices = choices
            if field.data is None and place < len(choices):
                field.data = choices[place][0]

    def chosen(self) -> tuple[int, int, int]:
        return self.first.data, self.second.data, self.third.data


class MakeForm(FlaskForm):
    submit = SubmitField(_("Make the key"), widget=GovSubmitInput())


class CollectForm(FlaskForm):
    submit = SubmitField(_("Show my passphrase once"), widget=GovSubmitInput())


class PassphrasesForm(FlaskForm):
    """Two key holders type at one computer, in one form."""

    one = SelectField(_("First person"), widget=GovSelect(), coerce=int)
    one_passphrase = PasswordField(
        _("Passphrase of the first person"),
        widget=GovPasswordInput(),
        validators=[InputRequired(message=_("Enter the passphrase of the first person"))],
    )
    two = SelectField(_("Second person"), widget=GovSelect(), coerce=int)
    two_passphrase = PasswordField(
        _("Passphrase of the second person"),
        widget=GovPasswordInput(),
        validators=[InputRequired(message=_("Enter the passphrase of the second person"))],
    )
    submit = SubmitField(_("Try the key out"), widget=GovSubmitInput())

    def offer(self, custodians: list[Account]) -> None:
        choices = [(one.id, one.name or one.email or str(one.id)) for one in custodians]
        self.one.choices = self.two.choices = choices
        if self.two.data is None and len(choices) > 1:
            self.two.data = choices[1][0]

    def typed(self) -> dict[int, str]:
        return {
            self.one.data: self.one_passphrase.data or "",
            self.two.data: self.two_passphrase.data or "",
        }

    def field_of(self, account_id: int) -> str:
        return "one_passphrase" if account_id == self.one.data else "two_passphrase"


class AbandonForm(FlaskForm):
    reason = TextAreaField(
        _("Why the key is lost"),
        description=_("It stands on the board for everybody to read."),
        widget=GovTextArea(),
        validators=[
            InputRequired(message=_("Say why the key is lost")),
            Length(max=600, message=_("Use at most 600 letters")),
        ],
    )
    submit = SubmitField(_("Give the key up for lost"), widget=GovSubmitInput())

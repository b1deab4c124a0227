"""Nobody makes, changes or resets an officer alone."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, OutboxMessage, SignIn
from pbvote.services import sign_ins, staff
from pbvote.services.keyring import Keyring
from pbvote.services.outbox import SECRET
from pbvote.services.refusal import NotFound, Refusal
from tests.factories import make_account, make_officer

NEW = {"kind": "make", "email": "nia@northbank.example", "name": "Nia Brook", "roles": ("officer",)}


@pytest.fixture
def administrators(session: Session, keyring: Keyring, now: datetime) -> list[Account]:
    return [
        make_officer(session, keyring=keyring, now=now, roles=("administrator", "officer")) for _ in range(2)
    ]


def agree(session: Session, keyring: Keyring, now: datetime, administrator: Account) -> Account:
    (wish,) = staff.wishes(session)
    return staff.agree(session, wish_id=wish.id, administrator_id=administrator.id, keyring=keyring, now=now)


def code_sent(session: Session, keyring: Keyring) -> str:
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "staff_invitation")).one()
    opened = keyring.open(SECRET, message.secret or b"")
    assert opened is not None
    return opened.decode()


@pytest.mark.both_databases
def test_one_administrator_alone_makes_nobody(session, keyring, now, administrators) -> None:
    staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    with pytest.raises(Refusal, match="wish-own"):
        agree(session, keyring, now, administrators[0])
    assert session.scalar(select(Account).where(Account.email == NEW["email"])) is None


@pytest.mark.both_databases
def test_two_administrators_make_an_officer_who_chooses_a_password(
    session, keyring, now, administrators
) -> None:
    staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    made = agree(session, keyring, now, administrators[1])
    assert [role.role for role in made.roles] == ["officer"]
    invitation = {"email": NEW["email"], "code": code_sent(session, keyring)}
    account, key = staff.accept_invitation(
        session, **invitation, password="four quiet purple ducks", keyring=keyring, now=now
    )
    staff.confirm_invitation(
        session, **invitation, one_time_code=pyotp.TOTP(key).at(now), keyring=keyring, now=now
    )
    later = now + timedelta(seconds=60)
    signed_in = sign_ins.check_officer(
        session,
        email=NEW["email"],
        password="four quiet purple ducks",
        code=pyotp.TOTP(key).at(later),
        keyring=keyring,
        now=later,
    )
    assert signed_in.id == account.id == made.id


def test_an_invitation_works_once(session, keyring, now, administrators) -> None:
    staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    agree(session, keyring, now, administrators[1])
    invitation = {"email": NEW["email"], "code": code_sent(session, keyring)}
    _, key = staff.accept_invitation(
        session, **invitation, password="four quiet purple ducks", keyring=keyring, now=now
    )
    staff.confirm_invitation(
        session, **invitation, one_time_code=pyotp.TOTP(key).at(now), keyring=keyring, now=now
    )
    with pytest.raises(Refusal, match="invitation-gone"):
        staff.accept_invitation(
            session, **invitation, password="somebody else entirely", keyring=keyring, now=now
        )


def test_guessing_an_invitation_ends_after_ten_tries(session, keyring, now, administrators) -> None:
    staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    agree(session, keyring, now, administrators[1])
    for _ in range(staff.TRIES):
        with pytest.raises(Refusal, match="invitation-wrong"):
            staff.invited(session, email=NEW["email"], code="AAAA", keyring=keyring, now=now)
    with pytest.raises(Refusal, match="invitation-gone"):
        staff.invited(session, email=NEW["email"], code=code_sent(session, keyring), keyring=keyring, now=now)


@pytest.mark.both_databases
def test_a_reset_needs_two_and_ends_the_old_password(session, keyring, now, administrators) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    sign_ins.start(session, now=now, account=officer, strong=True)
    staff.ask(session, kind="reset", email=officer.email, administrator_id=administrators[0].id, now=now)
    assert officer.password_hash is not None
    agree(session, keyring, now, administrators[1])
    assert officer.password_hash is None
    assert session.scalars(select(SignIn).where(SignIn.account_id == officer.id)).all() == []


def test_roles_change_with_two_only(session, keyring, now, administrators) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    staff.ask(
        session,
        kind="roles",
        email=officer.email,
        roles=("observer",),
        administrator_id=administrators[0].id,
        now=now,
    )
    assert officer.has_role("officer")
    agree(session, keyring, now, administrators[1])
    session.refresh(officer)
    assert [role.role for role in officer.roles] == ["observer"]


def test_two_administrators_must_remain(session, keyring, now, administrators) -> None:
    first, second = administrators
    with pytest.raises(Refusal, match="administrators-too-few"):
        staff.ask(
            session, kind="roles", email=second.email, roles=("officer",), administrator_id=first.id, now=now
        )
    with pytest.raises(Refusal, match="administrators-too-few"):
        staff.close(session, account_id=second.id, administrator_id=first.id, now=now)


def test_a_wish_of_somebody_who_is_no_administrator_any_more_is_void(
    session, keyring, now, administrators
) -> None:
    third = make_officer(session, keyring=keyring, now=now, roles=("administrator",))
    staff.ask(session, **NEW, administrator_id=third.id, now=now)
    staff.close(session, account_id=third.id, administrator_id=administrators[0].id, now=now)
    with pytest.raises(Refusal, match="wish-from-nobody"):
        agree(session, keyring, now, administrators[1])


def test_a_wish_is_not_done_twice(session, keyring, now, administrators) -> None:
    staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    with pytest.raises(Refusal, match="wish-there"):
        staff.ask(session, **NEW, administrator_id=administrators[0].id, now=now)
    (wish,) = staff.wishes(session)
    agree(session, keyring, now, administrators[1])
    with pytest.raises(NotFound):
        staff.agree(session, wish_id=wish.id, administrator_id=administrators[1].id, keyring=keyring, now=now)
    assert staff.wishes(session) == []


def test_a_closed_account_is_signed_out_at_once(session, keyring, now, administrators) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    token = sign_ins.start(session, now=now, account=officer, strong=True)
    staff.close(session, account_id=officer.id, administrator_id=administrators[0].id, now=now)
    assert sign_ins.find(session, token=token, now=now) is None


def test_the_first_two_administrators_are_made_on_the_server_and_no_third(session, keyring, now) -> None:
    for name in ("ada", "ben"):
        staff.make_first(
            session,
            email=f"{name}@northbank.example",
            name=name.title(),
            password="four quiet purple ducks",
            keyring=keyring,
            now=now,
        )
    with pytest.raises(Refusal, match="administrators-enough"):
        staff.make_first(
            session,
            email="cleo@northbank.example",
            name="Cleo",
            password="four quiet purple ducks",
            keyring=keyring,
            now=now,
        )


def test_a_resident_is_not_staff(session, now, administrators) -> None:
    resident = make_account(session, now=now)
    with pytest.raises(NotFound):
        staff.find(session, account_id=resident.id)
    with pytest.raises(NotFound):
        staff.ask(session, kind="reset", email=resident.email, administrator_id=administrators[0].id, now=now)

"""What is remembered: one mapped class per module, plain SQLAlchemy."""

from pbvote.models.access_code import AccessCode
from pbvote.models.account import Account, AccountRole
from pbvote.models.appeal import Appeal
from pbvote.models.approval import Approval
from pbvote.models.assessment import Assessment
from pbvote.models.audit import AuditEntry
from pbvote.models.award import Award, AwardReport
from pbvote.models.base import Base
from pbvote.models.board import BoardEntry
from pbvote.models.budget_line import BudgetLine
from pbvote.models.cast_key import CastKey
from pbvote.models.counted_ballot import CountedBallot
from pbvote.models.date_change import DateChange
from pbvote.models.envelope import Envelope
from pbvote.models.group import CommunityGroup, GroupMember
from pbvote.models.one_time_code import OneTimeCode
from pbvote.models.outbox import OutboxMessage
from pbvote.models.paper import PaperBatch, PaperSheet
from pbvote.models.pot import Pot
from pbvote.models.pot_opening import PotOpening
from pbvote.models.proposal import Proposal, ProposalTranslation, ProposalWard
from pbvote.models.proposal_event import ProposalEvent
from pbvote.models.proposal_question import ProposalQuestion
from pbvote.models.publication import Publication
from pbvote.models.rate_limit import RateLimit
from pbvote.models.register_entry import RegisterEntry
from pbvote.models.round_key import RoundKey
from pbvote.models.sign_in import SignIn
from pbvote.models.tally_record import TallyRecord
from pbvote.models.theme import Theme
from pbvote.models.upload import Upload
from pbvote.models.voter_mark import VoterMark
from pbvote.models.voting_round import VotingRound
from pbvote.models.ward import Postcode, RoundWard, Ward

__all__ = [
    "AccessCode",
    "Account",
    "AccountRole",
    "Appeal",
    "Approval",
    "Assessment",
    "AuditEntry",
    "Award",
    "AwardReport",
    "Base",
    "BoardEntry",
    "BudgetLine",
    "CastKey",
    "CommunityGroup",
    "CountedBallot",
    "DateChange",
    "Envelope",
    "GroupMember",
    "OneTimeCode",
    "OutboxMessage",
    "PaperBatch",
    "PaperSheet",
    "Postcode",
    "Pot",
    "PotOpening",
    "Proposal",
    "ProposalEvent",
    "ProposalQuestion",
    "ProposalTranslation",
    "ProposalWard",
    "Publication",
    "RateLimit",
    "RegisterEntry",
    "RoundKey",
    "RoundWard",
    "SignIn",
    "TallyRecord",
    "Theme",
    "Upload",
    "VoterMark",
    "VotingRound",
    "Ward",
]

"""Who wrote which section of a proposal, and pictures of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal") as batch_op:
        batch_op.add_column(sa.Column("sections", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("upload") as batch_op:
        batch_op.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_upload_report_id"), ["report_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_upload_report_id_award_report"), "award_report", ["report_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("upload") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_upload_report_id_award_report"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_upload_report_id"))
        batch_op.drop_column("report_id")
    with op.batch_alter_table("proposal") as batch_op:
        batch_op.drop_column("sections")

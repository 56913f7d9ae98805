"""The clerk's `submit_completion` is called `graduate`: who holds the old permission, own roles too, holds the new one.

Hosts of the release before still ask for the old one, which stays for a release.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

PERMISSION = """
    INSERT INTO ab_permission (name) SELECT 'graduate' FROM ab_permission WHERE name = 'submit_completion'
    ON CONFLICT DO NOTHING
"""
ON_VIEWS = """
    INSERT INTO ab_permission_view (permission_id, view_menu_id)
    SELECT n.id, v.view_menu_id FROM ab_permission_view v
    JOIN ab_permission o ON o.id = v.permission_id AND o.name = 'submit_completion'
    JOIN ab_permission n ON n.name = 'graduate' ON CONFLICT DO NOTHING
"""
HELD = """
    INSERT INTO ab_permission_view_role (permission_view_id, role_id)
    SELECT w.id, r.role_id FROM ab_permission_view_role r
    JOIN ab_permission_view v ON v.id = r.permission_view_id
    JOIN ab_permission o ON o.id = v.permission_id AND o.name = 'submit_completion'
    JOIN ab_permission n ON n.name = 'graduate'
    JOIN ab_permission_view w ON w.permission_id = n.id AND w.view_menu_id = v.view_menu_id ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    for statement in (PERMISSION, ON_VIEWS, HELD):
        op.execute(statement)


def downgrade() -> None:
    """Leaves the new permission, which the release before doesn't know."""

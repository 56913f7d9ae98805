"""A version is signed, and what its screens need is granted, in one transaction: nothing else has to be done by hand."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.engine.access import roles
from app.engine.actor import Actor
from app.engine.versions import ProgrammeVersion
from app.studio import loading, publishing
from app.web.cases.subsidy import has_place
from app.web.page.builder import grants_of
from app.web.studio.generated import views_of


def publish(session: Session, signer: Actor, version_id: int) -> ProgrammeVersion:
    """Publish a draft as `app.studio.publishing.publish` does, with the permissions of its screens; the caller commits."""
    version = publishing.publish(session, signer, version_id)
    programme = loading.of_content(version.digest, version.content, version.version)
    roles.extend(session, grants_of(view() for view in filter(has_place, views_of(programme))))
    return version

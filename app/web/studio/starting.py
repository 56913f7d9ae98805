"""The definitions that this process has taken up when it started, and the words in which it speaks of them."""

from __future__ import annotations

import logging

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.extensions import db
from app.programmes import installed
from app.web.studio.generated import english_titles
from app.web.wording import translations

log = logging.getLogger(__name__)


def take_up() -> None:
    """Take up what is published; without a database, as before its first start, there is only what ships."""
    try:
        installed.take_up(lambda: Session(db.engine))
    except OperationalError as error:
        log.warning("no database yet, only shipped definitions are known: %s", error.__cause__ or error)
    for programme in installed.programmes():
        translations.learn(programme.english)
        if programme.versions:
            translations.learn(english_titles(programme))

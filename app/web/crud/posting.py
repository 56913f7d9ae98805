"""One way for what a form posts: a refusal stands on the page beside what was typed, a success is said where it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from app.extensions import db
from app.kernel.errors import DomainError, Stale
from app.kernel.text import whole_number
from app.web.crud.conflicts import Edit
from app.web.wording.formats import translate


class Posting:
    """Of every view (`Screen`)."""

    endpoint: str
    render_template: Callable[..., str]

    def form_page(
        self,
        form: Form | None,
        save: Callable[[], object],
        template: str,
        facts: Callable[[], Mapping[str, object]] = dict,
        *,
        edit: Edit | None = None,
        prefix: str = "",
    ):
        """Show a form; what a valid one posts is given to `save`, whose answer, mostly `finish`, is the request's.

        Where `save` raises a DomainError nothing is stored, and the page shows it as `problem`, with status 422; of an
        `edit` whose row somebody has changed since, the form as it now stands too. `facts` is what else the template
        shows, read when it is shown. `prefix` is what the template calls form and problem by, where a page has two.
        """
        posted, problem, conflict = request.method == "POST", None, None
        if posted and (form is None or form.validate()):
            try:
                return save()
            except DomainError as error:
                db.session.rollback()
                problem = translate(error.message)
                if edit and isinstance(error, Stale):
                    conflict = edit.conflict(form)
                    form = edit.make(conflict.typed)
        shown = {f"{prefix}form": form, f"{prefix}problem": problem}
        if edit:
            shown |= {"conflict": conflict, "seen": edit.token(conflict)}
        return self.render_template(template, view=self, **{**facts(), **shown}), 422 if posted else 200

    def finish(self, address: str | None = None, sentence: str = "", kind: str = "success") -> Response:
        """Commit, say so, and lead on; to the view's list, if to nowhere else."""
        db.session.commit()
        if sentence:
            flash(sentence, kind)
        return redirect(address or url_for(f"{self.endpoint}.list"))


def version_of(form: Mapping[str, str]) -> int:
    """Return the row's version that a form was shown with; -1 for what is none."""
    version = whole_number(form.get("version"), 9)
    return -1 if version is None else version

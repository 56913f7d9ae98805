"""帮助: the operating manual, chapter by chapter; menu paths and rules are read from the product itself."""

from __future__ import annotations

from flask import abort, g, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user
from markupsafe import Markup, escape

from app.engine.policy_values import stored
from app.extensions import db, fab
from app.help import QUOTED, Chapter
from app.help.changes import releases
from app.programmes.installed import programme_or_none
from app.web.crud.views import Screen
from app.web.desk.rule_catalogue import dated_values, explain, refusals
from app.web.page.manual import all_chapters
from app.web.wording.translations import gettext


class HelpView(Screen, BaseView):
    """For everybody who has logged in: the manual says how, permissions say whether."""

    route_base = "/help"
    default_view = "index"

    @expose("/")
    def index(self):
        return self._page(all_chapters()[0].number)

    @expose("/changes")
    def changes(self):
        """Show what each release changed, in the language of the page."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        return self.render_template(
            "changes.html", chapters=all_chapters(), chapter=None, releases=releases()
        )

    @expose("/rules/<code>")
    def rules(self, code):
        """Show the rule catalogue of one programme, with today's values; a rule's code is its anchor."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        programme = programme_or_none(code)
        if programme is None:
            abort(404)
        values = dated_values(programme, stored(db.session, code), g.today)
        return self.render_template(
            "rules.html",
            chapters=all_chapters(),
            chapter=None,
            programme=programme,
            today=g.today,
            values=values,
            rules=explain(programme, {code: dated[0] for code, dated in values.items()}),
            refusals=refusals,
        )

    @expose("/<number>")
    def chapter(self, number):
        return self._page(number)

    def _page(self, number: str):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        chapters = all_chapters()
        numbers = [one.number for one in chapters]
        if number not in numbers:
            abort(404)
        at = numbers.index(number)
        chapter = chapters[at]
        return self.render_template(
            "help.html",
            chapters=chapters,
            chapter=chapter,
            paths=_paths(chapter),
            explained=programme_or_none(chapter.rules_of),
            before=chapters[at - 1] if at else None,
            after=chapters[at + 1] if at + 1 < len(numbers) else None,
            marked=marked,
        )


def marked(text: str) -> Markup:
    """Return a step's text with what it quotes from the screen made bold."""
    # the text is escaped before the tags come in
    return Markup(QUOTED.sub(r"<b>\1</b>", str(escape(text))))  # noqa: S704  # nosec B704


def _paths(chapter: Chapter) -> list[str]:
    """Return where the chapter's functions hang in the menu, as the manual writes it: 业务经办 → 单位服务 → …"""
    shown = (view for name in chapter.views if (view := fab().views[name]).menu)
    return [" → ".join(map(gettext, _way(view))) for view in shown]


def _way(view: Screen) -> list[str]:
    """Return the titles from the top of the menu to a view; to a tab, by way of where it stands."""
    head = view.menu_head()
    return [*_way(head), view.menu_title] if head else [*view.menu, view.menu_title]

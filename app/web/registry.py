"""Which views the product has; a programme's own come from its folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from flask_appbuilder.base import AppBuilder
from flask_appbuilder.baseviews import AbstractViewApi

from app.engine.access import roles
from app.programmes.installed import programmes, views_in_code
from app.web.api.cases import CaseApi
from app.web.api.document import DocumentApi
from app.web.api.keys import KeyView
from app.web.api.registers import RegisterApi
from app.web.cases.account_corrections import AccountCorrectionView
from app.web.cases.objections import ObjectionView
from app.web.cases.prints import PrintView
from app.web.cases.subsidy import has_place
from app.web.crud.history import HistoryView
from app.web.crud.searching import SearchView
from app.web.desk.help import HelpView
from app.web.desk.services import DeskView
from app.web.desk.shortcuts import ShortcutView
from app.web.login.cas import CasView
from app.web.login.own_password import PasswordView
from app.web.login.second_factor import CodeView, SecondFactorView
from app.web.login.session_time import SessionView
from app.web.longwork.exporting import ExportView
from app.web.longwork.question_pages import SheetQuestionView
from app.web.longwork.work_pages import WorkView
from app.web.oversight.audit import AuditView
from app.web.oversight.dossiers import DossierView
from app.web.oversight.figures import FiguresView
from app.web.oversight.late import LATE_VIEWS
from app.web.oversight.ledger import LedgerView
from app.web.oversight.login_log import LoginLogView
from app.web.oversight.logins import LoginView
from app.web.oversight.post_checks import PostChecksView
from app.web.page.builder import grants_of, reception_of
from app.web.page.menu import add_view
from app.web.settings.calendar import CALENDAR_VIEWS
from app.web.settings.defined_registers import FACT_VIEWS
from app.web.settings.offices import OfficeView
from app.web.settings.policies import PolicyView
from app.web.settings.register_uploads import RegisterUploadView
from app.web.settings.registers import REGISTER_VIEWS, LoadView
from app.web.staff.account_changes import AccountChangeView
from app.web.staff.confirmations import ConfirmationView
from app.web.staff.pending import PendingView
from app.web.staff.role_views import RoleView
from app.web.staff.users import UserView
from app.web.stages.batches import BatchView
from app.web.stages.bulk import BulkView
from app.web.studio import starting
from app.web.studio.generated import views_of

SHARED = (
    DeskView,
    SearchView,
    ExportView,
    WorkView,
    SheetQuestionView,
    ShortcutView,
    HistoryView,
    HelpView,
    BatchView,
    PrintView,
    SessionView,
)
"""What several screens use, whatever the programme."""
OVERSEEN = (PostChecksView, *LATE_VIEWS, LedgerView, FiguresView)
"""What lies over all programmes."""


def register_views(appbuilder: AppBuilder) -> None:
    """Add every view; the sidebar is drawn from what each declares (`menu`, `granted`)."""
    starting.take_up()
    views: tuple[type, ...] = (
        *SHARED,
        *filter(has_place, _programme_views()),
        ObjectionView,
        AccountCorrectionView,
        *OVERSEEN,
        *REGISTER_VIEWS,
        *FACT_VIEWS,
        RegisterUploadView,
        LoadView,
        PolicyView,
        AuditView,
        OfficeView,
        *CALENDAR_VIEWS,
        UserView,
        ConfirmationView,
        PasswordView,
        RoleView,
        LoginView,
        DossierView,
        KeyView,
        RegisterApi,
        CaseApi,
        DocumentApi,
        LoginLogView,
        AccountChangeView,
        SecondFactorView,
        PendingView,
        CodeView,
        CasView,
    )
    for view in views:
        add_view(appbuilder, view)
    grants = grants_of(appbuilder.baseviews)
    roles.declare(grants, renamed_of(appbuilder.baseviews, grants), reception_of(appbuilder.baseviews))


def _programme_views() -> Iterator[type[AbstractViewApi]]:
    for programme in programmes():
        written = views_in_code(programme)
        yield from views_of(programme) if written is None else written


def renamed_of(
    views: Iterable[AbstractViewApi], grants: Collection[roles.Pair]
) -> dict[roles.Pair, roles.Pair]:
    """Return permissions on moves as an earlier release called them → as they are called now (`Programme.former`)."""
    lists = {view.class_permission_name: view.programme for view in views if isinstance(view, BulkView)}
    moves = ((name, *names) for name, programme in lists.items() for names in programme.former.items())
    return {(old, name): (new, name) for name, old, new in moves if (new, name) in grants}

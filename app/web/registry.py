"""Which views the product has; a programme's own come from its folder."""

from __future__ import annotations

from collections.abc import Iterable

from flask_appbuilder.base import AppBuilder
from flask_appbuilder.baseviews import AbstractViewApi

from app.web import roles
from app.web.account_corrections import AccountCorrectionView
from app.web.api.cases import CaseApi
from app.web.api.document import DocumentApi
from app.web.api.keys import KeyView
from app.web.api.registers import RegisterApi
from app.web.audit import AuditView
from app.web.batches import BatchView
from app.web.calendar import CALENDAR_VIEWS
from app.web.cas import CasView
from app.web.confirmations import ConfirmationView
from app.web.dossiers import DossierView
from app.web.exporting import ExportView
from app.web.figures import FiguresView
from app.web.help import HelpView
from app.web.history import HistoryView
from app.web.home import DeskView
from app.web.ledger import LedgerView
from app.web.login_log import LoginLogView
from app.web.logins import LoginView
from app.web.objections import ObjectionView
from app.web.own_password import PasswordView
from app.web.pending import PendingView
from app.web.policies import PolicyView
from app.web.prints import PrintView
from app.web.programmes import programme_views
from app.web.question_pages import SheetQuestionView
from app.web.registers import REGISTER_VIEWS
from app.web.role_views import RoleView
from app.web.searching import SearchView
from app.web.second_factor import CodeView, SecondFactorView
from app.web.session_time import SessionView
from app.web.settings import OfficeView
from app.web.shortcuts import ShortcutView
from app.web.users import UserView
from app.web.work_pages import WorkView

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


def register_views(appbuilder: AppBuilder) -> None:
    """Adds every view; the sidebar is drawn from what each says of itself (`menu`, `granted`)."""
    views = (
        *SHARED,
        *programme_views(),
        ObjectionView,
        AccountCorrectionView,
        LedgerView,
        FiguresView,
        *REGISTER_VIEWS,
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
        SecondFactorView,
        PendingView,
        CodeView,
        CasView,
    )
    for view in views:
        appbuilder.add_view_no_menu(view)
    roles.declare(grants_of(appbuilder.baseviews))


def grants_of(views: Iterable[AbstractViewApi]) -> dict[roles.Pair, set[str]]:
    """(permission, view) → the roles that `granted` gives it to; raises ValueError for a permission that a view lacks."""
    grants: dict[roles.Pair, set[str]] = {}
    for view in views:
        name = view.class_permission_name
        grants |= {(permission, name): set() for permission in view.base_permissions}
        for role, permissions in getattr(view, "granted", {}).items():
            for permission in permissions:
                if (permission, name) not in grants:
                    raise ValueError(f"{type(view).__name__} grants {permission}, which it doesn't have")
                grants[permission, name].add(role)
    return grants

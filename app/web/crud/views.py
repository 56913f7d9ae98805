"""FAB's ModelView as this product uses it: scoped, bounded, safe on every route (`app/help/decisions/mended-flask-appbuilder.md`).

A subclass is declared as FAB's documentation shows: datamodel, base_filters, list_columns, search_columns,
label_columns, base_order. Beyond that: `menu`, `menu_title`, `menu_short`, `menu_icon` (place, name and symbol in the
sidebar), `granted` (who may do what), `permission_titles` (what that is called).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, g, redirect, request, url_for
from flask_appbuilder.baseviews import AbstractViewApi, expose
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.views import ModelView as FabModelView
from sqlalchemy.orm import Query, joinedload
from sqlalchemy.orm.interfaces import ORMOption
from wtforms import Form

from app.engine.audit import AuditEntry, record
from app.engine.desk import searches
from app.extensions import db
from app.kernel.errors import DomainError
from app.web.crud import listing
from app.web.crud.columns import Columns, titles_of
from app.web.crud.conflicts import Edit
from app.web.crud.options import CHOICES
from app.web.crud.paging import key_of
from app.web.crud.posting import Posting
from app.web.crud.private_queries import encrypt_query, in_clear
from app.web.crud.search import SearchField, label_of, typed_text
from app.web.crud.table_forms import table_form
from app.web.page.tabs import Tabbed
from app.web.wording.formats import translate

READ = ("can_list", "can_show")


class Screen(Posting):
    """What every view of ours declares; refused attempts on `watched` ones are written down.

    `replica_reads`: routes that may show what is some seconds old (`app.server.replica`). `permission_titles`: what its own
    permissions are called. `begins`: what its `add` begins, which the home page offers.
    """

    menu: ClassVar[tuple[str, ...]] = ()
    menu_title: ClassVar[str] = ""
    menu_short: ClassVar[str] = ""
    menu_icon: ClassVar[str] = "right"
    begins: ClassVar[str] = ""
    entry_permission: ClassVar[str] = "can_list"
    watched: ClassVar[bool] = False
    replica_reads: ClassVar[tuple[str, ...]] = ()
    permission_titles: ClassVar[Mapping[str, str]] = {}

    def menu_head(self) -> AbstractViewApi | None:
        """Return the view of whose tabs this one is, so that the menu shows that one alone; None for one that stands by itself."""
        return None

    @property
    def granted(self) -> Mapping[str, tuple[str, ...]]:
        """Role → the permissions that it has on the view, which says so by a mapping of this name."""
        return {}

    @property
    def reception(self) -> Sequence[str]:
        """Those of its permissions that also hold in offices below the county."""
        return ()

    def update_redirect(self) -> None:
        """Keep nothing: FAB keeps every visited address in the cookie, searched ids included."""


class NoFilters:
    """FAB's filters of its own search, which our lists don't use: it makes some for each column, time and again."""

    def __init__(self, datamodel: object) -> None:
        """Be made as FAB makes a converter, once for each column."""

    def convert(self, column: str) -> None:
        """Offer none."""


class ModelView(Screen, Columns, Tabbed, FabModelView):
    """Read-only unless a subclass includes `add` and `edit` among its routes and gives FAB's `add_columns`, `edit_columns`.

    `loads`: what a list names beyond its columns; `joined`: what a row's own page names, read with the row. Numbers in people's
    names are masked but where accounts are administered (`names_whole`). A row opens beside the list where `show` answers
    with a fragment too (`drawer`).
    """

    list_template = "list.html"
    show_template = "show.html"
    add_template = edit_template = "form.html"
    include_route_methods: ClassVar[set[str]] = {"list", "show"}
    base_order = ("id", "desc")
    list_columns: Sequence[str]
    search_columns: Sequence[str] = ()
    choices: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    loads: ClassVar[Sequence[str]] = ()
    joined: ClassVar[Sequence[str]] = ()
    sorts_by: ClassVar[Mapping[str, str]] = {}
    form_base: ClassVar[type[Form]] = Form
    add_form: type[Form]
    edit_form: type[Form]
    change_event: ClassVar[str] = ""
    export_columns: ClassVar[Sequence[str]] = ()
    names_whole: ClassVar[bool] = False
    drawer: ClassVar[bool] = False

    def _init_properties(self) -> None:
        """Declare what FAB would guess: it searches by every column of a view that declares none."""
        self.label_columns = titles_of(self)
        declared, self.search_columns = self.search_columns, ()
        self.datamodel.filter_converter_class = NoFilters
        super()._init_properties()
        self.search_columns = declared

    def _init_forms(self) -> None:
        """Make the forms as FAB does, of the columns that a view declares, without converters whose pickers read whole tables."""
        self.add_form = self.add_form or self._form_of(type(self).add_columns, self.add_form_extra_fields)
        self.edit_form = self.edit_form or self._form_of(type(self).edit_columns, self.edit_form_extra_fields)

    def _form_of(self, columns: Sequence[str] | None, extra: Mapping | None) -> Any:
        return columns and table_form(
            self.datamodel.obj,
            self.label_columns,
            columns,
            self.description_columns,
            self.validators_columns,
            extra or {},
            {**CHOICES, **self.choices},
            self.form_base,
        )

    @property
    def _filters(self) -> Filters:
        """A fresh object: FAB shares one between all requests of a process."""
        return self.datamodel.get_filters()

    @_filters.setter
    def _filters(self, _: Filters) -> None:
        """FAB's constructor sets the shared one."""

    @cached_property
    def key(self):
        """The primary key's column."""
        return getattr(self.datamodel.obj, self.datamodel.get_pk_name())

    def base_query(self) -> Query:
        """Return the rows of this view before any search."""
        return self._base_filters.apply_all(db.session.query(self.datamodel.obj))

    def item(self, pk: str, lock: bool = False):
        """Return the row, when it is one of this view's and within scope; else the page says that there is none."""
        value = key_of(self.key.type, pk)
        if value is None:
            abort(404)
        query = self.base_query().filter(self.key == value).options(*self.read_with())
        return (query.with_for_update(of=self.datamodel.obj) if lock else query).one_or_none() or abort(404)

    def read_with(self) -> list[ORMOption]:
        """Return what is read in one statement with a row's own page."""
        return [joinedload(getattr(self.datamodel.obj, name)) for name in self.joined]

    def reckoned(self) -> list[ORMOption]:
        """Return what is reckoned of each row of a list as it is read."""
        return []

    def more_fields(self) -> Sequence[SearchField]:
        """Return what a list is searched by beyond `search_columns`; one of kind `tabs` is drawn by the list's tabs."""
        return ()

    @expose("/list/")
    @has_access
    def list(self):
        if in_clear(request.args):
            return redirect(f"{request.path}?{encrypt_query(request.args)}")
        page = listing.read(self, request.args)
        kept = searches.named(db.session, g.actor.user_id, self.endpoint)
        return self.render_template(
            self.list_template,
            view=self,
            page=page,
            kept=kept,
            label_of=label_of,
            typed_text=typed_text,
            tabs=self.tabs(page),
            **self.list_more(page.rows),
        )

    @expose("/show/<pk>")
    @has_access
    def show(self, pk):
        return self.render_template(self.show_template, view=self, **self.shown(pk))

    def shown(self, pk: object) -> dict:
        """Return what the row's own page shows."""
        return {"row": (row := self.item(str(pk))), **self.show_more(row)}

    def page_with(self, pk: int, error: DomainError, field: str):
        """Return the row's own page again with the message at the refused field; nothing of the request is stored."""
        db.session.rollback()
        more = {**self.shown(pk), "errors": {field: translate(error.message)}}
        return self.render_template(self.show_template, view=self, **more), 422

    def reveal_page(self, row, name: str, full: str, title: str):
        """Return something masked in full, once, on a page that is not kept; its audit entry is committed with it."""
        page = self.render_template("reveal.html", view=self, row=row, name=name, full=full, title=title)
        db.session.commit()
        return page, 200, {"Cache-Control": "no-store"}

    def _url(self, pk: int, part: str | None = None) -> str:
        return url_for(f"{self.endpoint}.show", pk=pk, _anchor=part)

    def list_more(self, rows: Sequence) -> dict:
        """Return what a subclass's list needs beside one page's rows."""
        return {}

    def show_more(self, row) -> dict:
        """Return what a subclass's show page needs beside the row."""
        return {}

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        return self._form_page(self.datamodel.obj(), None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        row = self.item(pk, lock=request.method == "POST")
        return self._form_page(row, self._facts(row))

    def _form_page(self, row, before: dict | None):
        form_class, edit = self.add_form if before is None else self.form_of(row), None
        form = form_class(request.form, obj=row)
        if before is not None:
            changes = (AuditEntry.event == self.change_event) & (AuditEntry.subject == str(row))
            edit = Edit(lambda typed: form_class(typed, obj=row), changes)

        def save():
            if edit:
                edit.insist()
            form.populate_obj(row)
            (self.pre_update if edit else self.pre_add)(row)
            db.session.add(row)
            db.session.flush()
            after = self._facts(row)
            record(db.session, g.actor, self.change_event, subject=str(row), before=before, after=after)
            return self.finish()

        return self.form_page(form, save, self.edit_template if edit else self.add_template, edit=edit)

    def form_of(self, row) -> type[Form]:
        """Return the form in which a row is edited."""
        return self.edit_form

    def pre_update(self, item) -> None:
        """Check and complete a row that a form has filled, as FAB's. Raises a DomainError, which the form shows."""

    def pre_add(self, item) -> None:
        """Do the same with a new row, unless a view says otherwise."""
        self.pre_update(item)

    def _facts(self, row) -> dict[str, str | None]:
        names = (self.form_of(row) or self.add_form)()._fields
        return {name: None if (v := getattr(row, name)) is None else str(v) for name in names}

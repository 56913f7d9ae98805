"""Who reaches which address: the oracle, written by hand. `keys`: no login at all, but a key of the API. `{a}` stands for every programme's base, `{p}` for those of labour contracts.

What nobody wrote down, of a view or a programme that came later, is derived from the registry (`routes`, `moves`).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from app.engine.access import roles
from app.web.crud.search import fields_of
from app.web.crud.views import ModelView

BASES = {"{a}": ("/hiring", "/service", "/training"), "{p}": ("/hiring", "/service"), "": ("",)}
EVERYBODY = "everybody"
FOR_ALL_LISTS = {"", "page", "size", "order", "direction"}
LOGGED_IN = "clerk reviewer cashier auditor policy county_admin prefecture_admin province_admin admin"
WORKERS = "clerk reviewer cashier auditor"
KEEPERS = "county_admin prefecture_admin province_admin"
LOGIN_OF = {roles.POLICY: "policy", roles.SYSTEM: "admin"}
"""Of the roles whose login is called otherwise."""

ROUTES = f"""
GET  /login/                                everybody
POST /login/                                everybody
POST /logout/                               everybody
GET  /login/cas/                            everybody
POST /login/cas/                            everybody
GET  /login/code/                           everybody
POST /login/code/                           everybody
POST /desk/language                         everybody
GET  /static/<path:filename>                everybody
GET  /static/appbuilder/<path:filename>     everybody
GET  /                                      {LOGGED_IN}
GET  /desk/employers                        {WORKERS}
GET  /desk/figures/                         {WORKERS}
GET  /desk/history/<int:pk>                 {WORKERS}
POST /desk/person                           clerk
GET  /desk/waiting                          {LOGGED_IN}
POST /desk/search                           {LOGGED_IN}
POST /desk/find                             {LOGGED_IN}
POST /desk/theme                            {LOGGED_IN}
GET  /session/                              {LOGGED_IN}
POST /session/                              {LOGGED_IN}
GET  /help/                                 {LOGGED_IN}
GET  /help/<number>                         {LOGGED_IN}
GET  /help/changes                          {LOGGED_IN}
GET  /help/rules/<code>                     {LOGGED_IN}
GET  /settings/logins/list/                  {KEEPERS}
POST /settings/logins/kick/<pk>             {KEEPERS}
POST /settings/users/unlock/<pk>            {KEEPERS}
GET  /settings/users/show/<pk>              {KEEPERS}
GET  /settings/users/handover/<pk>          {KEEPERS}
POST /settings/users/grant/<pk>             {KEEPERS}
POST /settings/users/take/<pk>              {KEEPERS}
POST /settings/users/stop/<pk>              {KEEPERS}
POST /settings/users/start/<pk>             {KEEPERS}
POST /settings/users/take_back/<pk>         {KEEPERS}
POST /settings/users/together               {KEEPERS}
GET  /settings/changes/list/                {KEEPERS}
POST /settings/users/handover/<pk>          {KEEPERS}
GET  /settings/roles/list/                  {KEEPERS}
GET  /settings/roles/show/<name>            {KEEPERS}
GET  /settings/roles/add                    {KEEPERS}
POST /settings/roles/add                    {KEEPERS}
GET  /settings/roles/edit/<pk>              {KEEPERS}
POST /settings/roles/edit/<pk>              {KEEPERS}
POST /settings/roles/drop/<pk>              {KEEPERS}
GET  /settings/login_log/list/              {KEEPERS}
GET  /settings/pending/                     {KEEPERS}
POST /settings/pending/                     {KEEPERS}
GET  /settings/confirmations/list/          {KEEPERS}
POST /settings/confirmations/agree/<pk>     {KEEPERS}
POST /settings/confirmations/refuse/<pk>    {KEEPERS}
POST /settings/confirmations/recall/<pk>    {KEEPERS}
POST /settings/confirmations/require        province_admin
GET  /settings/second_factor/list/          {KEEPERS}
POST /settings/second_factor/reset/<pk>     {KEEPERS}
GET  /settings/second_factor/roles          province_admin
POST /settings/second_factor/roles          province_admin
POST /desk/search/drop                      {LOGGED_IN}
GET  /desk/shortcuts/                       {LOGGED_IN}
POST /desk/shortcuts/                       {LOGGED_IN}
POST /desk/exports/start                    {LOGGED_IN}
GET  /desk/works/<work_id>                  {LOGGED_IN}
GET  /desk/works/<work_id>/state            {LOGGED_IN}
GET  /desk/works/<work_id>/file             {LOGGED_IN}
POST /desk/works/<work_id>/cancel           {LOGGED_IN}
POST /desk/works/<work_id>/again            {LOGGED_IN}
GET  /desk/sheets/<sheet_id>                {LOGGED_IN}
POST /desk/sheets/<sheet_id>/answer         {LOGGED_IN}
GET  /batches/<batch_id>                    clerk reviewer cashier
POST /batches/<batch_id>/run                clerk reviewer cashier
GET  /batches/<batch_id>/result             clerk reviewer cashier
GET  /batches/<batch_id>/download           clerk reviewer cashier

GET  {{a}}/applications/list/               {WORKERS}
GET  {{a}}/applications/show/<pk>           {WORKERS}
GET  {{p}}/applications/template            {WORKERS}
GET  {{a}}/applications/attachment/<int:pk> {WORKERS}
GET  {{p}}/applications/add                 clerk
POST {{p}}/applications/add                 clerk
GET  {{p}}/applications/person/<int:pk>     clerk
POST {{p}}/applications/person/<int:pk>     clerk
POST {{p}}/applications/check/<int:pk>      clerk
GET  {{p}}/applications/failed/<int:pk>     clerk
GET  {{p}}/applications/correct/<int:pk>/<int:row_id>   clerk
POST {{p}}/applications/correct/<int:pk>/<int:row_id>   clerk
POST {{p}}/applications/drop/<int:pk>       clerk
POST {{p}}/applications/recheck/<int:pk>    clerk
POST {{p}}/applications/restore/<int:pk>    clerk
POST {{a}}/applications/account/<int:pk>    clerk
POST {{a}}/applications/propose_account/<int:pk>    clerk
POST {{a}}/applications/attach/<int:pk>     clerk
POST {{a}}/applications/detach/<int:pk>     clerk
POST {{a}}/applications/apply/<int:pk>      clerk
POST {{p}}/applications/discard/<int:pk>    clerk
GET  {{a}}/query/list/                      {WORKERS}
GET  {{a}}/query/show/<pk>                  {WORKERS}
GET  {{a}}/query/edit/<pk>                  clerk
POST {{a}}/query/edit/<pk>                  clerk
POST {{a}}/query/reveal/<int:pk>            reviewer auditor
GET  {{a}}/review/list/                     reviewer auditor
GET  {{a}}/review/show/<pk>                 reviewer auditor
GET  {{a}}/publicity/list/                  reviewer auditor
GET  {{a}}/publicity/show/<pk>              reviewer auditor
GET  {{a}}/outcome/list/                    reviewer auditor
GET  {{a}}/outcome/show/<pk>                reviewer auditor
GET  {{a}}/disbursement/list/               cashier auditor
GET  {{a}}/disbursement/show/<pk>           cashier auditor
GET  {{a}}/notices/list/                    clerk reviewer auditor
GET  {{a}}/notices/show/<pk>                clerk reviewer auditor
GET  {{a}}/notices/extend/<pk>              reviewer
POST {{a}}/notices/extend/<pk>              reviewer
GET  {{a}}/notices/print/<pk>               clerk reviewer auditor
GET  {{a}}/payment_lists/print/<pk>         cashier auditor
GET  {{a}}/notices/export/<pk>              clerk reviewer auditor
GET  {{a}}/post_check/list/                 cashier auditor
GET  {{a}}/post_check/show/<pk>             cashier auditor
GET  {{a}}/payment_lists/list/              cashier auditor
GET  {{a}}/payment_lists/show/<pk>          cashier auditor
POST {{a}}/payment_lists/export/<pk>        cashier

GET  /training/classes/list/                clerk reviewer auditor
GET  /training/classes/show/<pk>            clerk reviewer auditor
GET  /training/classes/template             clerk reviewer auditor
GET  /training/classes/add                  clerk
POST /training/classes/add                  clerk
GET  /training/classes/cohort               clerk
GET  /training/classes/edit/<int:pk>        clerk
POST /training/classes/edit/<int:pk>        clerk
POST /training/classes/offer/<int:pk>       clerk
POST /training/classes/students/<int:pk>    clerk
POST /training/classes/roll/<int:pk>        clerk
POST /training/classes/withdraw/<int:pk>    clerk
POST /training/classes/submit/<int:pk>      clerk
POST /training/classes/discard/<int:pk>     clerk
POST /training/classes/reveal/<int:pk>      clerk reviewer auditor
GET  /training/class_review/list/           reviewer auditor
GET  /training/class_review/show/<pk>       reviewer auditor
GET  /training/declarations/list/           clerk auditor
POST /training/declarations/declare/<int:pk>    clerk
GET  /training/completion/list/             clerk auditor
GET  /training/completion/show/<pk>         clerk auditor
GET  /training/completion/roster/<int:pk>   clerk
POST /training/completion/results/<int:pk>  clerk
GET  /training/completion/student/<int:pk>  clerk
POST /training/completion/student/<int:pk>  clerk
POST /training/completion/submit/<int:pk>   clerk
GET  /training/completion_review/list/      reviewer auditor
GET  /training/completion_review/show/<pk>  reviewer auditor
GET  /training/projects/list/               clerk reviewer auditor policy
GET  /training/projects/show/<pk>           clerk reviewer auditor policy
GET  /training/projects/add                 policy
POST /training/projects/add                 policy
GET  /training/projects/edit/<pk>           policy
POST /training/projects/edit/<pk>           policy

GET  /account_corrections/list/            {WORKERS}
GET  /account_corrections/show/<pk>         {WORKERS}
POST /account_corrections/sign/<int:pk>     reviewer
POST /account_corrections/withdraw/<int:pk> clerk
POST /account_corrections/reveal/<int:pk>   reviewer auditor
GET  /objections/list/                      {WORKERS}
GET  /objections/show/<pk>                  {WORKERS}
GET  /objections/add/<int:claim_id>         clerk
POST /objections/add/<int:claim_id>         clerk
POST /objections/decide/<int:pk>            reviewer
POST /objections/contact/<int:pk>           reviewer auditor
GET  /print/receipt/<int:pk>                {WORKERS}
GET  /print/failed/<int:pk>                 clerk reviewer auditor
GET  /print/review/<int:pk>                 clerk reviewer auditor
GET  /print/refusal/<int:pk>                clerk reviewer auditor
GET  /post_checks/list/                     cashier auditor
GET  /late_reviews/list/                    reviewer auditor
GET  /late_payments/list/                   cashier auditor
GET  /ledger/                               reviewer cashier auditor
GET  /ledger/sums                           reviewer cashier auditor

GET  /registers/persons/list/               {WORKERS} policy
GET  /registers/persons/show/<pk>           {WORKERS} policy
GET  /registers/persons/edit/<pk>           policy
POST /registers/persons/edit/<pk>           policy
GET  /registers/employers/list/             {WORKERS} policy
GET  /registers/employers/show/<pk>         {WORKERS} policy
GET  /registers/employers/edit/<pk>         policy
POST /registers/employers/edit/<pk>         policy
GET  /registers/contributions/list/         {WORKERS} policy
GET  /registers/contributions/show/<pk>     {WORKERS} policy
GET  /registers/contributions/edit/<pk>     policy
POST /registers/contributions/edit/<pk>     policy
GET  /registers/unemployment/list/          {WORKERS} policy
GET  /registers/unemployment/show/<pk>      {WORKERS} policy
GET  /registers/unemployment/edit/<pk>      policy
POST /registers/unemployment/edit/<pk>      policy
GET  /registers/transfers/list/             {WORKERS} policy
GET  /registers/transfers/show/<pk>         {WORKERS} policy
GET  /registers/transfers/edit/<pk>         policy
POST /registers/transfers/edit/<pk>         policy
GET  /registers/uploads/list/               auditor policy
GET  /registers/uploads/show/<pk>           auditor policy
GET  /registers/uploads/refused/<pk>        auditor policy
GET  /registers/uploads/template/<code>     auditor policy
GET  /registers/uploads/add                 policy
POST /registers/uploads/add                 policy
POST /registers/uploads/confirm/<pk>        policy
POST /registers/uploads/refuse/<pk>         policy
POST /registers/uploads/withdraw/<pk>       policy
GET  /registers/loads/list/                 {WORKERS} policy
GET  /registers/loads/show/<pk>             {WORKERS} policy

GET  /settings/policy/list/                 clerk reviewer auditor policy
GET  /settings/policy/show/<pk>             clerk reviewer auditor policy
GET  /settings/policy/add                   policy
POST /settings/policy/add                   policy
GET  /settings/policy/edit/<pk>             policy
POST /settings/policy/edit/<pk>             policy
POST /settings/policy/sign/<pk>             policy
POST /settings/policy/discard/<pk>          policy
GET  /settings/calendar/list/               auditor policy
GET  /settings/calendar/add                 policy
POST /settings/calendar/add                 policy
GET  /settings/calendar/edit/<pk>           policy
POST /settings/calendar/edit/<pk>           policy
GET  /settings/years/list/                  auditor policy
GET  /settings/years/add                    policy
POST /settings/years/add                    policy
GET  /settings/years/confirm/<pk>           policy
POST /settings/years/confirm/<pk>           policy
GET  /notices/short/list/                   reviewer auditor policy
GET  /dossiers/                             auditor
POST /dossiers/                             auditor
GET  /dossiers/<int:pk>                     auditor
GET  /dossiers/<int:pk>/paper               auditor
GET  /settings/audit/verify                  auditor
GET  /settings/audit/heads                   auditor
GET  /settings/audit/list/                  auditor
GET  /settings/audit/show/<pk>              auditor
GET  /settings/offices/list/                {KEEPERS} admin
GET  /settings/offices/show/<pk>            {KEEPERS} admin
GET  /settings/offices/add                  {KEEPERS}
POST /settings/offices/add                  {KEEPERS}
GET  /settings/offices/edit/<pk>            {KEEPERS}
POST /settings/offices/edit/<pk>            {KEEPERS}
GET  /settings/users/list/                  {KEEPERS}
GET  /settings/users/add                    {KEEPERS}
POST /settings/users/add                    {KEEPERS}
GET  /settings/users/change/<pk>            {KEEPERS}
POST /settings/users/change/<pk>            {KEEPERS}
POST /settings/users/reset/<pk>             {KEEPERS}
GET  /settings/keys/list/                   {KEEPERS}
GET  /settings/keys/add                     {KEEPERS}
POST /settings/keys/add                     {KEEPERS}
POST /settings/keys/confirm/<pk>            {KEEPERS}
POST /settings/keys/revoke/<pk>             {KEEPERS}
GET  /settings/keys/openapi                 {KEEPERS}
GET  /api/v1/openapi                        keys
GET  /api/v1/cases                          keys
GET  /api/v1/cases/<int:pk>                 keys
POST /api/v1/registers/<kind>               keys
GET  /settings/password/                    {LOGGED_IN}
POST /settings/password/                    {LOGGED_IN}
"""

AT_RECEPTION = """
GET  /desk/employers
GET  /desk/figures/
GET  /batches/<batch_id>
POST /batches/<batch_id>/run
GET  /batches/<batch_id>/result
GET  /batches/<batch_id>/download
GET  /print/receipt/<int:pk>
GET  /print/failed/<int:pk>
"""
"""What a clerk of an office below the county reaches beside what everybody does who has logged in; of what is shipped, no
programme is taken in there."""

MOVES = """
{a}/applications/action_post    submit withdraw                                             clerk
{a}/applications/action_post    approve reject return publicize pass_publicity              reviewer
{a}/applications/action_post    fail_publicity revoke                                       reviewer
{a}/applications/action_post    list disburse                                               cashier
{a}/query/action_post           submit withdraw                                             clerk
{a}/review/action_post          approve reject return                                       reviewer
{a}/publicity/action_post       publicize pass_publicity fail_publicity revoke              reviewer
{a}/outcome/action_post         pass_publicity fail_publicity                               reviewer
{a}/notices/action_post         pass_publicity fail_publicity                               reviewer
{a}/disbursement/action_post    list disburse                                               cashier
{a}/payment_lists/action_post   disburse dissolve                                           cashier
/training/classes/action_post           submit_class cancel_class                           clerk
/training/class_review/action_post      approve_class reject_class return_class             reviewer
/training/completion/action_post        graduate                                            clerk
/training/completion_review/action_post approve_completion return_completion                reviewer
"""


def understood(app: Flask, endpoint: str, query: str) -> bool:
    """Whether a list reads any parameter of a query that isn't for all lists; other screens are asked everything."""
    view = next((v for v in app.appbuilder.baseviews if v.endpoint == endpoint.partition(".")[0]), None)
    names = {pair.partition("=")[0] for pair in query.split("&")}
    if not isinstance(view, ModelView) or names & FOR_ALL_LISTS:
        return True
    names_of = view.search_columns, view.label_columns, view.choices, view.own_columns
    fields = fields_of(view.datamodel.obj, *names_of)
    return bool(names & {field.name for field in fields})


Address = tuple[str, str]
"""(method, rule) of a route, (rule, move) of a bulk move."""


def written() -> dict[Address, frozenset[str]]:
    """(method, rule) → who reaches it, as `ROUTES` says for the programmes of `BASES`."""
    found: dict[Address, frozenset[str]] = {}
    for line in filter(None, ROUTES.splitlines()):
        method, rule, *names = line.split()
        for address in _written_out(rule):
            found[method, address] = frozenset(names)
    return found


def written_moves() -> dict[Address, str]:
    """(rule, move) → the one role that may make it there, as `MOVES` says."""
    found: dict[Address, str] = {}
    for line in filter(None, MOVES.splitlines()):
        rule, *names, role = line.split()
        for address in _written_out(rule):
            found |= {(address, name): role for name in names}
    return found


def routes(app: Flask) -> dict[Address, frozenset[str]]:
    """Who reaches each address: as it is written; of others, as it is for every programme, else as the view grants it.

    An address that no permission guards is reached by nobody, so that it fails until somebody writes down who may.
    """
    known, others = written(), frozenset(bases(app).values()) - set(BASES["{a}"])
    for method, rule, endpoint in addresses(app):
        if (method, rule) not in known and not rule.endswith("/action_post"):
            alike = {
                known.get((method, rule.replace(base, one, 1)))
                for base in others
                for one in BASES["{a}"]
                if rule.startswith(f"{base}/")
            } - {None}
            known[method, rule] = alike.pop() if len(alike) == 1 else granted(app, endpoint)
    return known


def at_reception(app: Flask) -> dict[Address, frozenset[str]]:
    """The same in an office below the county."""
    known = {tuple(line.split()) for line in filter(None, AT_RECEPTION.splitlines())}
    for_all = frozenset(LOGGED_IN.split())
    return {
        address: reach if address in known or reach >= for_all or "clerk" not in reach else frozenset()
        for address, reach in routes(app).items()
    }


def moves(app: Flask) -> dict[Address, str]:
    """Who makes each bulk move: as it is written; on a view that nobody wrote down, the role whose duty it is."""
    known = written_moves()
    rules = {rule for rule, _ in known}
    for view in app.appbuilder.baseviews:
        rule = f"{view.route_base}/action_post"
        if rule not in rules:
            known |= {
                (rule, move): view.programme.transitions[move].duty for move in getattr(view, "moves", ())
            }
    return known


def bases(app: Flask) -> dict[str, str]:
    """Programme → where its addresses begin."""
    views = (view for view in app.appbuilder.baseviews if getattr(view, "programme", None))
    return {view.programme.code: "/" + view.route_base.split("/")[1] for view in views}


def granted(app: Flask, endpoint: str) -> frozenset[str]:
    """The logins that hold the permission which guards an address; nobody, where none does."""
    name, _, method = endpoint.partition(".")
    view = next((one for one in app.appbuilder.baseviews if one.endpoint == name), None)
    guarded = getattr(getattr(view, method, None), "_permission_name", None)
    pair = (f"can_{guarded}", getattr(view, "class_permission_name", ""))
    return frozenset(LOGIN_OF.get(role, role) for role in roles.GRANTS.get(pair, ()))


def _written_out(rule: str) -> list[str]:
    """The rule for each programme that it stands for."""
    sign = rule[:3] if rule[:3] in BASES else ""
    return [base + rule.removeprefix(sign) for base in BASES[sign]]


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(method, rule, endpoint) of the live map; HEAD and OPTIONS come with GET."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint

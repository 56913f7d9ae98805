"""The hiring subsidy's rules as one statement written by hand: what they cost without any framework.

It yields, for each row of `asked`, the same findings as the rules one by one; the benches compare them.
Two things are left out, since the benches' data has no such row: cells that can't be read, and HS-05 of a person whom
months without data may have insured ever since an earlier enrolment.
"""

from app.engine.rules.rule import missing_months

COLUMNS = """row_id bigint, claim_id bigint, person_id bigint, id_fault text, name text, repeated boolean,
    category text, employer_id bigint, insured_region text, starts_on date, ends_on date, policy jsonb"""

FINDING = (
    "jsonb_build_object('rule', '{code}', 'verdict', {verdict}, 'evidence', jsonb_strip_nulls({evidence}))"
)


def finding(code: str, verdict: str, evidence: str, when: str = "named") -> str:
    built = FINDING.format(code=code, verdict=verdict, evidence=f"jsonb_build_object({evidence})")
    return f"CASE WHEN {when} THEN {built} END"


def choice(when: str, yes: str, no: str) -> str:
    return f"CASE WHEN {when} THEN '{yes}' ELSE '{no}' END"


def missing(days: str, first: str, last: str, when: str) -> str:
    """Express the months without data, looked for only when they matter and the coverage doesn't hold every day."""
    whole = f"daterange({first}, greatest({first}, {last}), '[]')"
    months = missing_months(days, first, last)
    return f"CASE WHEN {when} AND NOT coalesce({days} @> {whole}, false) THEN {months} END"


def since_first_load(days: str, first: str, last: str, when: str) -> str:
    """Express the same from a first day, no later than the last one; what came before the first load is no gap."""
    return missing(days, f"least(coalesce({first}, {last}), {last})", last, when)


LACKING = {
    "paid_lacking": missing(
        "paid_days", "greatest(since, floor)", "this_month", "coalesce(paid_month < floor, true)"
    ),
    "idle_lacking": since_first_load(
        "idle_days",
        "CASE WHEN qualifies THEN greatest(registered_on, lower(idle_days)) ELSE lower(idle_days) END",
        "wanted",
        "category = 'unemployed'",
    ),
    "away_lacking": since_first_load(
        "away_days",
        "lower(away_days)",
        "least(starts_on, today)",
        "category = 'stranded_migrant' AND transfer_id IS NULL",
    ),
    "before_lacking": missing(
        "paid_days",
        "coalesce(before_first, today)",
        "CASE WHEN first_month IS NOT NULL THEN first_month - 1 WHEN paid_days IS NULL THEN today END",
        "category = 'stranded_migrant' AND before_ids IS NULL",
    ),
}

FINDINGS = (
    finding("C-01", choice("id_fault IS NULL", "pass", "fail"), "'why', coalesce(id_fault, 'valid')", "true"),
    finding("C-02", choice("repeated", "fail", "pass"), "'why', " + choice("repeated", "repeated", "once")),
    finding(
        "C-03",
        "CASE WHEN agrees THEN 'pass' WHEN agrees IS NOT NULL OR persons_days IS NOT NULL THEN 'fail' ELSE 'unknown' END",
        """'why', CASE WHEN agrees THEN 'agree' WHEN agrees IS NOT NULL THEN 'differ' ELSE 'absent' END,
           'register', 'persons', 'region', region, 'until', to_char(upper(persons_days) - 1, 'YYYY-MM-DD')""",
        "id_fault IS NULL",
    ),
    finding(
        "C-04",
        choice("taken", "fail", "pass"),
        "'programme', 'hiring_subsidy', 'why', " + choice("taken", "taken", "free"),
    ),
    finding(
        "C-05",
        choice("scale IN ('micro', 'small', 'medium')", "pass", "fail"),
        "'why', "
        + choice("scale = 'large'", "large", "small")
        + ", 'employer', employer, 'employer_id', employer_id, 'scale', scale",
    ),
    finding(
        "C-06",
        choice("inside", "pass", "fail"),
        f"""'why', {choice("inside", "inside", "outside")}, 'starts_on', starts_on,
            'window_from', policy->>'window_from', 'window_to', policy->>'window_to'""",
    ),
    finding(
        "C-07",
        choice("first_month < since", "warn", "pass"),
        """'why', CASE WHEN first_month IS NULL THEN 'none' WHEN first_month < since THEN 'earlier' ELSE 'new' END,
           'first', to_char(first_month, 'YYYY-MM'), 'last', to_char(last_month, 'YYYY-MM'),
           'contract_month', to_char(starts_on, 'YYYY-MM')""",
    ),
    finding(
        "HS-01",
        "CASE WHEN paid_month >= floor THEN 'pass' WHEN paid_lacking IS NOT NULL THEN 'unknown' ELSE 'fail' END",
        """'why', CASE WHEN paid_month >= floor THEN 'paid' WHEN paid_month IS NOT NULL THEN 'stale'
               WHEN since > this_month THEN 'future' ELSE 'none' END,
           'contribution_id', contribution_id, 'latest', to_char(paid_month, 'YYYY-MM'),
           'since', to_char(since, 'YYYY-MM'), 'floor', to_char(floor, 'YYYY-MM'), 'employer', employer,
           'region', region, 'register', 'contributions', 'missing', paid_lacking,
           'until', to_char(upper(paid_days) - 1, 'YYYY-MM')""",
    ),
    finding(
        "HS-02",
        choice("ends_on IS NULL OR ends_on >= least_end", "pass", "fail"),
        """'why', CASE WHEN ends_on IS NULL THEN 'open_ended' WHEN ends_on >= least_end THEN 'long_enough'
               ELSE 'short' END,
           'starts_on', starts_on, 'ends_on', ends_on, 'least_end', least_end, 'months', term""",
    ),
    finding(
        "HS-03",
        "CASE WHEN idle_lacking IS NOT NULL THEN 'unknown' WHEN qualifies THEN 'pass' ELSE 'fail' END",
        """'why', CASE WHEN qualifies THEN 'registered' WHEN unemployment_id IS NULL THEN 'none'
               WHEN NOT still THEN 'cancelled' ELSE 'short' END,
           'unemployment_id', unemployment_id, 'registered_on', registered_on, 'cancelled_on', cancelled_on,
           'starts_on', starts_on, 'months', idle, 'latest_start', latest_start, 'register', 'unemployment',
           'region', region, 'missing', idle_lacking, 'until', upper(idle_days) - 1""",
        "named AND category = 'unemployed'",
    ),
    finding(
        "HS-04",
        "CASE WHEN transfer_id IS NOT NULL THEN 'pass' WHEN away_lacking IS NOT NULL THEN 'unknown' ELSE 'fail' END",
        f"""'why', {choice("transfer_id IS NOT NULL", "left", "none")}, 'transfer_id', transfer_id,
            'left_on', left_on, 'returned_on', returned_on, 'starts_on', starts_on, 'register', 'transfers',
            'region', region, 'missing', away_lacking, 'until', upper(away_days) - 1""",
        "named AND category = 'stranded_migrant'",
    ),
    finding(
        "HS-05",
        "CASE WHEN before_lacking IS NOT NULL THEN 'unknown' WHEN before_ids IS NOT NULL THEN 'fail' ELSE 'pass' END",
        """'why', CASE WHEN before_ids IS NOT NULL THEN 'insured' WHEN first_month IS NULL THEN 'no_months'
               ELSE 'uninsured' END,
           'first', to_char(first_month, 'YYYY-MM'), 'months', wait, 'paid', before_paid,
           'contribution_ids', before_ids, 'before_first', to_char(before_first, 'YYYY-MM'),
           'before_last', to_char(first_month - 1, 'YYYY-MM'), 'register', 'contributions', 'region', region,
           'missing', before_lacking, 'until', to_char(upper(paid_days) - 1, 'YYYY-MM')""",
        "named AND category = 'stranded_migrant'",
    ),
)

JUDGE = f"""
    WITH covered AS MATERIALIZED (
        SELECT kind, region_code, range_agg(daterange(first_day, last_day, '[]')) AS days
        FROM register_coverage GROUP BY kind, region_code
    ), months AS (
        SELECT DISTINCT a.row_id, s.month FROM asked a
        JOIN contributions s ON s.person_id = a.person_id AND s.employer_id = a.employer_id AND s.paid
    ), enrolment AS (
        SELECT DISTINCT ON (row_id) row_id, min(month) AS first_month, max(month) AS last_month
        FROM (SELECT row_id, month,
                     month - row_number() OVER (PARTITION BY row_id ORDER BY month) * interval '1 month' AS island
              FROM months) islands
        GROUP BY row_id, island ORDER BY row_id, last_month DESC
    ), dated AS (
        SELECT a.*, p.name_folded = a.name AS agrees, e.name AS employer, e.scale, r.name AS region,
               a.id_fault IS NULL AND coalesce(p.name_folded = a.name, vp.days IS NULL) AS named,
               CAST(:today AS date) AS today,
               date_trunc('month', a.starts_on)::date AS since,
               date_trunc('month', CAST(:today AS date))::date AS this_month,
               (date_trunc('month', CAST(:today AS date))
                - make_interval(months => (a.policy->>'latest_contribution_months')::int))::date AS floor,
               (a.policy->>'least_contract_months')::int AS term,
               (a.policy->>'least_unemployed_months')::int AS idle,
               (a.policy->>'uninsured_months')::int AS wait,
               a.starts_on >= (a.policy->>'window_from')::date
               AND a.starts_on <= coalesce((a.policy->>'window_to')::date, 'infinity') AS inside,
               (a.starts_on + make_interval(months => (a.policy->>'least_contract_months')::int))::date - 1 AS least_end,
               greatest(a.starts_on - make_interval(months => (a.policy->>'least_unemployed_months')::int),
                        a.starts_on + 1 - make_interval(months => (a.policy->>'least_unemployed_months')::int)
                        - interval '1 day')::date AS latest_start,
               run.first_month, run.last_month,
               (run.first_month - make_interval(months => (a.policy->>'uninsured_months')::int))::date AS before_first,
               EXISTS (SELECT 1 FROM slots s WHERE s.programme = 'hiring_subsidy' AND s.person_id = a.person_id
                       AND s.claim_id IS DISTINCT FROM a.claim_id) AS taken,
               vp.days AS persons_days, vc.days AS paid_days, vu.days AS idle_days, vt.days AS away_days
        FROM asked a
        LEFT JOIN persons p ON p.id = a.person_id
        JOIN employers e ON e.id = a.employer_id
        LEFT JOIN regions r ON r.code = a.insured_region
        LEFT JOIN enrolment run USING (row_id)
        LEFT JOIN covered vp ON vp.kind = 'persons' AND vp.region_code = a.insured_region
        LEFT JOIN covered vc ON vc.kind = 'contributions' AND vc.region_code = a.insured_region
        LEFT JOIN covered vu ON vu.kind = 'unemployment' AND vu.region_code = a.insured_region
        LEFT JOIN covered vt ON vt.kind = 'transfers' AND vt.region_code = a.insured_region
    ), known AS (
        SELECT d.*, s.id AS contribution_id, s.month AS paid_month, u.id AS unemployment_id, u.registered_on,
               u.cancelled_on, u.still, coalesce(u.still AND u.long_enough, false) AS qualifies,
               least(CASE WHEN u.still AND u.long_enough THEN d.starts_on - 1 ELSE d.latest_start END, d.today) AS wanted,
               t.id AS transfer_id, t.left_on, t.returned_on, b.ids AS before_ids, b.paid AS before_paid
        FROM dated d
        LEFT JOIN LATERAL (
            SELECT s.id, s.month FROM contributions s
            WHERE s.person_id = d.person_id AND s.employer_id = d.employer_id
              AND s.insured_region = d.insured_region AND s.paid AND s.month >= d.since
            ORDER BY s.month DESC LIMIT 1
        ) s ON true
        LEFT JOIN LATERAL (
            SELECT u.*, u.registered_on + make_interval(months => d.idle) <= d.starts_on AS long_enough,
                   u.cancelled_on IS NULL OR u.cancelled_on >= d.starts_on AS still
            FROM unemployment u WHERE u.person_id = d.person_id AND d.category = 'unemployed'
            ORDER BY (u.registered_on + make_interval(months => d.idle) <= d.starts_on
                      AND (u.cancelled_on IS NULL OR u.cancelled_on >= d.starts_on)) DESC,
                     u.registered_on DESC LIMIT 1
        ) u ON true
        LEFT JOIN LATERAL (
            SELECT t.id, t.left_on, t.returned_on FROM transfers t
            WHERE t.person_id = d.person_id AND d.category = 'stranded_migrant' AND t.left_on <= d.starts_on
            ORDER BY t.left_on DESC LIMIT 1
        ) t ON true
        LEFT JOIN LATERAL (
            SELECT string_agg(DISTINCT to_char(s.month, 'YYYY-MM'), '、') AS paid,
                   jsonb_agg(s.id ORDER BY s.month, s.id) AS ids
            FROM contributions s
            WHERE s.person_id = d.person_id AND s.employer_id = d.employer_id AND s.paid
              AND d.category = 'stranded_migrant' AND s.month >= d.before_first AND s.month < d.first_month
        ) b ON true
    ), facts AS MATERIALIZED (
        SELECT known.*, {", ".join(f"{months} AS {name}" for name, months in LACKING.items())} FROM known
    ), judged AS MATERIALIZED (
        SELECT row_id, array_remove(ARRAY[{", ".join(FINDINGS)}], NULL) AS findings FROM facts
    )
    SELECT row_id, EXISTS (
               SELECT 1 FROM unnest(findings) f WHERE f->>'verdict' IN ('fail', 'unknown')) AS stops,
           EXISTS (SELECT 1 FROM unnest(findings) f WHERE f->>'verdict' = 'warn') AS warns,
           to_jsonb(findings) AS findings
    FROM judged
"""

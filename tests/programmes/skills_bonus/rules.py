"""One rule of its own, and those that every programme asks."""

from app.engine.rules import common, rule
from app.kernel.messages import N_


@rule(
    "SK-01",
    N_("培训课时"),
    N_("培训不少于{least_hours}课时。"),
    fields=("skill_hours",),
    passes=("enough",),
    enough=N_("培训{hours}课时，不少于{least}课时。"),
    short=N_("培训{hours}课时，少于{least}课时。请核对培训课时。"),
)
def hours() -> str:
    return """
        SELECT row_id, CASE WHEN hours >= least THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN hours >= least THEN 'enough' ELSE 'short' END,
                                  'hours', hours, 'least', least) AS evidence
        FROM (SELECT row_id, (own->>'skill_hours')::int AS hours, (policy->>'least_hours')::int AS least
              FROM candidates) judged
    """


RULES = (
    hours,
    common.citizen_id,
    common.once_in_application,
    common.name,
    common.not_yet_claimed,
    common.readable_cells,
)

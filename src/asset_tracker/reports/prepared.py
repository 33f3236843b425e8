"""Questions that are often asked, ready to be asked and changed [pure]: a msgid, and SQL over the views."""

from typing import Final

PREPARED: Final[dict[str, tuple[str, str]]] = {
    "by-oblast": (
        "What was given, by oblast",
        """SELECT m.oblast_uk AS oblast, count(DISTINCT a.municipality_code) AS municipalities,
       sum(a.quantity) AS planned,
       sum(a.quantity) FILTER (WHERE a.delivered_at IS NOT NULL) AS delivered,
       sum(a.quantity) FILTER (WHERE a.stage = 'in_service') AS in_service
FROM assets AS a JOIN municipalities AS m USING (municipality_code)
WHERE NOT a.is_kit
GROUP BY m.oblast_uk ORDER BY planned DESC""",
    ),
    "by-situation": (
        "What was given, by territories of hostilities as of today",
        """SELECT coalesce(n.situation, 'unknown') AS situation, count(DISTINCT a.municipality_code) AS municipalities,
       sum(a.quantity) AS planned,
       sum(a.quantity) FILTER (WHERE a.delivered_at IS NOT NULL) AS delivered
FROM assets AS a LEFT JOIN (
    SELECT DISTINCT ON (municipality_code) municipality_code, situation
    FROM situations WHERE since <= (now() AT TIME ZONE 'Europe/Kyiv')::date ORDER BY municipality_code, since DESC, recorded_at DESC
) AS n USING (municipality_code)
WHERE NOT a.is_kit
GROUP BY 1 ORDER BY planned DESC""",
    ),
    "budgets": (
        "What was delivered of the budget, in its own currency",
        """SELECT b.programme, b.amount, b.currency,
       sum(a.value) FILTER (WHERE a.delivered_at IS NOT NULL) AS delivered_in_this_currency
FROM (
    SELECT DISTINCT ON (programme) programme, amount, currency
    FROM budgets WHERE since <= (now() AT TIME ZONE 'Europe/Kyiv')::date ORDER BY programme, since DESC, recorded_at DESC
) AS b LEFT JOIN assets AS a ON a.programme = b.programme AND a.currency = b.currency
GROUP BY b.programme, b.amount, b.currency ORDER BY b.programme""",
    ),
    "unseen": (
        "What nobody has seen for two years",
        """SELECT a.tag, a.name_uk, a.programme, m.name_uk AS municipality, a.verified_at
FROM assets AS a LEFT JOIN municipalities AS m USING (municipality_code)
WHERE a.stage <> 'gone' AND a.delivered_at IS NOT NULL
  AND coalesce(a.verified_at, a.delivered_at) < now() - interval '2 years'
ORDER BY coalesce(a.verified_at, a.delivered_at)""",
    ),
    "without-act": (
        "Delivered more than 30 days ago, without a signed act",
        """SELECT a.tag, a.name_uk, a.programme, m.name_uk AS municipality, a.delivered_at
FROM assets AS a LEFT JOIN municipalities AS m USING (municipality_code)
WHERE a.accepted_at IS NULL AND a.stage <> 'gone' AND a.delivered_at < now() - interval '30 days'
ORDER BY a.delivered_at""",
    ),
    "by-donor": (
        "What each donor paid, by programme and currency",
        """SELECT s.donor, a.programme, a.currency, round(sum(a.value * s.percent / 100), 2) AS paid, sum(a.quantity) AS items
FROM assets AS a JOIN asset_shares AS s USING (asset_id)
GROUP BY s.donor, a.programme, a.currency ORDER BY s.donor, a.programme, a.currency""",
    ),
    "condition": (
        "Condition by category",
        """SELECT category, condition, sum(quantity) AS items
FROM assets
WHERE delivered_at IS NOT NULL AND stage <> 'gone' AND NOT is_kit
GROUP BY category, condition ORDER BY category, condition""",
    ),
    "late": (
        "Events by month, and how long until they were recorded",
        """SELECT date_trunc('month', occurred_at)::date AS month, count(*) AS events,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY recorded_at - occurred_at) AS median_delay
FROM events GROUP BY 1 ORDER BY 1""",
    ),
}

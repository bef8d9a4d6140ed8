-- The fixed subset of `policy.py` by hand, for the day 2026-06-01: what an engineer who knows DuckDB
-- would write for exactly these outcomes. A condition is TRUE (met), FALSE (not met) or NULL
-- (unknown) until it is given its code: 0 not met, 1 unknown, 2 manual, 3 met, 4 not applicable.
-- $facts, $holdings and $out are replaced by the places of the files.
COPY (
WITH rights AS (
    -- Three-valued filters: `certain` counts what is TRUE, `possible` also what is NULL.
    SELECT
        organisation,
        bool_or(unknown AND kind = 'ip_right') AS rights_unheard,
        bool_or(core) AS core_certain,
        bool_or(core IS NOT FALSE) AS core_possible,
        count_if(class_one) AS one_low,
        count_if(class_one IS NOT FALSE) AS one_high,
        count_if(class_two) AS two_low,
        count_if(class_two IS NOT FALSE) AS two_high,
        bool_or(own) AS own_certain,
        bool_or(own IS NOT FALSE) AS own_possible,
        bool_or(other) AS other_certain,
        bool_or(other IS NOT FALSE) AS other_possible,
        count_if(any_two) AS any_two_low,
        count_if(any_two IS NOT FALSE) AS any_two_high,
        bool_or(one_unlicensed) AS unlicensed_certain,
        bool_or(one_unlicensed IS NOT FALSE) AS unlicensed_possible,
        bool_or(unknown AND kind = 'certificate') AS certificate_unheard,
        bool_or(title) AS title_certain,
        bool_or(title IS NOT FALSE) AS title_possible,
        bool_or(high_tech) AS high_tech_certain,
        bool_or(high_tech IS NOT FALSE) AS high_tech_possible,
        bool_or(specialised) AS specialised_certain,
        bool_or(specialised IS NOT FALSE) AS specialised_possible,
        bool_or(unknown AND kind = 'award') AS award_unheard,
        bool_or(award_five) AS award_five_certain,
        bool_or(award_five IS NOT FALSE) AS award_five_possible,
        bool_or(award_three) AS award_three_certain,
        bool_or(award_three IS NOT FALSE) AS award_three_possible,
        bool_or(unknown AND kind = 'rd_body') AS body_unheard,
        bool_or(body) AS body_certain,
        bool_or(body IS NOT FALSE) AS body_possible,
        bool_or(unknown AND kind = 'standard') AS standard_unheard,
        bool_or(kind = 'standard' AND NOT unknown) AS standard_any,
        bool_or(leads) AS leads_certain,
        bool_or(leads IS NOT FALSE) AS leads_possible,
        bool_or(unknown AND kind = 'transformed_result') AS results_unheard,
        count_if(result) AS results_low,
        count_if(result IS NOT FALSE) AS results_high,
        bool_or(unknown AND kind = 'equity_round') AS equity_unheard,
        sum(amount) FILTER (equity) AS equity_low,
        sum(amount) FILTER (equity IS NOT FALSE) AS equity_high,
        bool_or(equity IS NOT FALSE AND amount IS NULL) AS equity_open
    FROM (
        SELECT
            organisation,
            kind,
            unknown,
            "attribute.amount" AS amount,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.kind" <> 'trademark'
                AND "attribute.origin" IN ('own', 'assigned', 'donated', 'merged')
                AND "attribute.main_product" AS core,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.class" = 'I'
                AND "attribute.origin" IN ('own', 'assigned', 'donated', 'merged') AS class_one,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.class" = 'II'
                AND "attribute.kind" <> 'trademark' AND NOT "attribute.used_before"
                AND "attribute.origin" IN ('own', 'assigned', 'donated', 'merged') AS class_two,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.origin" = 'own' AS own,
            kind = 'ip_right' AND NOT unknown AND valid
                AND "attribute.origin" IN ('assigned', 'donated', 'merged') AS other,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.class" = 'II'
                AND "attribute.kind" <> 'trademark' AND "attribute.origin" <> 'licensed' AS any_two,
            kind = 'ip_right' AND NOT unknown AND valid AND "attribute.class" = 'I'
                AND "attribute.origin" <> 'licensed' AS one_unlicensed,
            kind = 'certificate' AND NOT unknown AND valid
                AND "attribute.kind" = 'tech_innovative' AS title,
            kind = 'certificate' AND NOT unknown AND valid AND "attribute.kind" = 'high_tech' AS high_tech,
            kind = 'certificate' AND NOT unknown AND valid AND "attribute.kind" = 'specialised' AS specialised,
            kind = 'award' AND NOT unknown AND "attribute.level" = 'national'
                AND "attribute.rank" <= 3 AND "attribute.year" >= 2021 AS award_five,
            kind = 'award' AND NOT unknown
                AND "attribute.level" IN ('international', 'national', 'provincial') AND "attribute.rank" <= 3 AND "attribute.year" >= 2023 AS award_three,
            kind = 'rd_body' AND NOT unknown AND valid
                AND "attribute.level" IN ('international', 'national', 'provincial') AS body,
            kind = 'standard' AND NOT unknown
                AND "attribute.level" IN ('international', 'national', 'industry')
                AND "attribute.role" = 'leader' AND "attribute.rank" <= 5
                AND valid_from >= DATE '2021-06-01' AS leads,
            kind = 'transformed_result' AND NOT unknown AND valid_from > DATE '2023-06-01' AS result,
            kind = 'equity_round' AND NOT unknown
                AND valid_from BETWEEN DATE '2024-06-01' AND DATE '2026-06-01' AS equity
        FROM (
            SELECT
                *,
                coalesce(valid_from <= DATE '2026-06-01', TRUE)
                    AND coalesce(valid_to >= DATE '2026-06-01', TRUE) AS valid
            FROM read_parquet('$holdings')
        )
    )
    GROUP BY organisation
),

firms AS (
    SELECT
        f.organisation,
        "registered_on@latest" AS registered,
        "segment_since@latest" AS segment,
        "resident@latest" AS resident,
        "staff@2025" AS staff,
        "science_staff@2025" AS science,
        "revenue@2025" AS revenue,
        "revenue@2024" AS revenue24,
        "revenue@2023" AS revenue23,
        "rd_total@2025" AS rd,
        "rd_total@2024" AS rd24,
        "rd_total@2023" AS rd23,
        "rd_domestic_share@2025#numerator" AS domestic,
        "rd_domestic_share@2025#denominator" AS domestic_of,
        "hightech_revenue@2025" AS hightech,
        "total_income@2025" AS income,
        "major_accident@2025" AS accident,
        "serious_violation@2025" AS violation,
        "serious_dishonesty@2025" AS dishonesty,
        "net_assets@2025" AS net,
        "net_assets@2024" AS net24,
        "net_assets@2023" AS net23,
        "main_revenue@2025" AS main_revenue,
        "liabilities@2025" AS liabilities,
        "total_assets@2025" AS assets,
        "cost@2025" AS cost,
        "development_score@2025#numerator" >= 50 * "development_score@2025#denominator" AS developed,
        "development_score@2024#numerator" >= 50 * "development_score@2024#denominator" AS developed24,
        -- A firm without any item is known to have none: every count and flag below becomes 0 or FALSE.
        CASE WHEN rights_unheard THEN NULL WHEN core_certain THEN TRUE WHEN core_possible THEN NULL ELSE FALSE END AS core,
        CASE WHEN rights_unheard THEN 0 ELSE coalesce(one_low, 0) END AS one_low,
        CASE WHEN rights_unheard THEN 1000000 ELSE coalesce(one_high, 0) END AS one_high,
        CASE WHEN rights_unheard THEN 0 ELSE coalesce(two_low, 0) END AS two_low,
        CASE WHEN rights_unheard THEN 1000000 ELSE coalesce(two_high, 0) END AS two_high,
        CASE WHEN rights_unheard THEN NULL WHEN own_certain THEN TRUE WHEN own_possible THEN NULL ELSE FALSE END AS own,
        CASE WHEN rights_unheard THEN NULL WHEN other_certain THEN TRUE WHEN other_possible THEN NULL ELSE FALSE END AS other,
        CASE WHEN rights_unheard THEN 0 ELSE coalesce(any_two_low, 0) END AS any_two_low,
        CASE WHEN rights_unheard THEN 1000000 ELSE coalesce(any_two_high, 0) END AS any_two_high,
        CASE WHEN rights_unheard THEN NULL WHEN unlicensed_certain THEN TRUE WHEN unlicensed_possible THEN NULL ELSE FALSE END AS unlicensed,
        CASE WHEN certificate_unheard THEN NULL WHEN title_certain THEN TRUE WHEN title_possible THEN NULL ELSE FALSE END AS title,
        CASE WHEN certificate_unheard THEN NULL WHEN high_tech_certain THEN TRUE WHEN high_tech_possible THEN NULL ELSE FALSE END AS high_tech,
        CASE WHEN certificate_unheard THEN NULL WHEN specialised_certain THEN TRUE WHEN specialised_possible THEN NULL ELSE FALSE END AS specialised,
        CASE WHEN award_unheard THEN NULL WHEN award_five_certain THEN TRUE WHEN award_five_possible THEN NULL ELSE FALSE END AS award_five,
        CASE WHEN award_unheard THEN NULL WHEN award_three_certain THEN TRUE WHEN award_three_possible THEN NULL ELSE FALSE END AS award_three,
        CASE WHEN body_unheard THEN NULL WHEN body_certain THEN TRUE WHEN body_possible THEN NULL ELSE FALSE END AS body,
        CASE WHEN standard_unheard THEN NULL ELSE coalesce(standard_any, FALSE) END AS standard,
        CASE WHEN standard_unheard THEN NULL WHEN leads_certain THEN TRUE WHEN leads_possible THEN NULL ELSE FALSE END AS leads,
        CASE WHEN results_unheard THEN 0 ELSE coalesce(results_low, 0) END AS results_low,
        CASE WHEN results_unheard THEN 1000000 ELSE coalesce(results_high, 0) END AS results_high,
        CASE
            WHEN equity_unheard THEN NULL
            WHEN coalesce(equity_low, 0) >= 2000000000 THEN TRUE
            WHEN equity_open OR coalesce(equity_high, 0) >= 2000000000 THEN NULL
            ELSE FALSE
        END AS equity,
        greatest(1, least(3, date_sub('year', "registered_on@latest", DATE '2026-06-01'))) AS years_known,
        "registered_on@latest" IS NULL AS years_unknown
    FROM read_parquet('$facts') f
    LEFT JOIN rights USING (organisation)
),

sums AS (
    -- R&D and sales of the years that had not ended when the firm was registered.
    SELECT
        *,
        CASE WHEN registered >= DATE '2026-01-01' THEN 0 ELSE rd END
            + CASE WHEN registered >= DATE '2025-01-01' THEN 0 ELSE rd24 END
            + CASE WHEN registered >= DATE '2024-01-01' THEN 0 ELSE rd23 END AS rd3,
        CASE WHEN registered >= DATE '2026-01-01' THEN 0 ELSE revenue END
            + CASE WHEN registered >= DATE '2025-01-01' THEN 0 ELSE revenue24 END
            + CASE WHEN registered >= DATE '2024-01-01' THEN 0 ELSE revenue23 END AS sales3,
        CASE WHEN two_low >= 5 THEN 5 WHEN two_low >= 3 THEN 3 WHEN two_low >= 1 THEN 1 ELSE 0 END AS number_low,
        CASE WHEN two_high >= 5 THEN 6 WHEN two_high >= 3 THEN 4 WHEN two_high >= 1 THEN 2 ELSE 0 END AS number_high,
        CASE WHEN years_unknown THEN 0
            WHEN results_low >= 5 * years_known THEN 25 WHEN results_low >= 4 * years_known THEN 19
            WHEN results_low >= 3 * years_known THEN 13 WHEN results_low >= 2 * years_known THEN 7
            WHEN results_low >= years_known THEN 1 ELSE 0 END AS results_from,
        CASE WHEN years_unknown THEN 30
            WHEN results_high >= 5 * years_known THEN 30 WHEN results_high >= 4 * years_known THEN 24
            WHEN results_high >= 3 * years_known THEN 18 WHEN results_high >= 2 * years_known THEN 12
            WHEN results_high >= years_known THEN 6 ELSE 0 END AS results_to,
        -- 0..5: the band of the growth, NULL while a figure is missing. Exact: hundredths of growth
        -- by cross-multiplication, no quotient.
        CASE
            WHEN net24 <= 0 OR net23 < 0 THEN 0
            WHEN net23 IS NULL OR net24 IS NULL OR net IS NULL THEN NULL
            WHEN net23 = 0 THEN CASE
                WHEN net * 100 >= net24 * 135 THEN 5 WHEN net * 100 >= net24 * 125 THEN 4
                WHEN net * 100 >= net24 * 115 THEN 3 WHEN net * 100 >= net24 * 105 THEN 2
                WHEN net > net24 THEN 1 ELSE 0 END
            ELSE CASE
                WHEN (net24::HUGEINT * net24 + net::HUGEINT * net23) * 100 >= net24::HUGEINT * net23 * 270 THEN 5
                WHEN (net24::HUGEINT * net24 + net::HUGEINT * net23) * 100 >= net24::HUGEINT * net23 * 250 THEN 4
                WHEN (net24::HUGEINT * net24 + net::HUGEINT * net23) * 100 >= net24::HUGEINT * net23 * 230 THEN 3
                WHEN (net24::HUGEINT * net24 + net::HUGEINT * net23) * 100 >= net24::HUGEINT * net23 * 210 THEN 2
                WHEN (net24::HUGEINT * net24 + net::HUGEINT * net23) > net24::HUGEINT * net23 * 2 THEN 1
                ELSE 0 END
        END AS net_band,
        CASE
            WHEN revenue24 <= 0 OR revenue23 < 0 THEN 0
            WHEN revenue23 IS NULL OR revenue24 IS NULL OR revenue IS NULL THEN NULL
            WHEN revenue23 = 0 THEN CASE
                WHEN revenue * 100 >= revenue24 * 135 THEN 5 WHEN revenue * 100 >= revenue24 * 125 THEN 4
                WHEN revenue * 100 >= revenue24 * 115 THEN 3 WHEN revenue * 100 >= revenue24 * 105 THEN 2
                WHEN revenue > revenue24 THEN 1 ELSE 0 END
            ELSE CASE
                WHEN (revenue24::HUGEINT * revenue24 + revenue::HUGEINT * revenue23) * 100 >= revenue24::HUGEINT * revenue23 * 270 THEN 5
                WHEN (revenue24::HUGEINT * revenue24 + revenue::HUGEINT * revenue23) * 100 >= revenue24::HUGEINT * revenue23 * 250 THEN 4
                WHEN (revenue24::HUGEINT * revenue24 + revenue::HUGEINT * revenue23) * 100 >= revenue24::HUGEINT * revenue23 * 230 THEN 3
                WHEN (revenue24::HUGEINT * revenue24 + revenue::HUGEINT * revenue23) * 100 >= revenue24::HUGEINT * revenue23 * 210 THEN 2
                WHEN (revenue24::HUGEINT * revenue24 + revenue::HUGEINT * revenue23) > revenue24::HUGEINT * revenue23 * 2 THEN 1
                ELSE 0 END
        END AS sales_band,
        -- Technology SMEs: points of R&D by sales and by cost, NULL while they cannot be told.
        CASE WHEN revenue <= 0 THEN 0 WHEN rd * 100 >= revenue * 6 THEN 50 WHEN rd * 100 >= revenue * 5 THEN 40
            WHEN rd * 100 >= revenue * 4 THEN 30 WHEN rd * 100 >= revenue * 3 THEN 20
            WHEN rd * 100 >= revenue * 2 THEN 10 WHEN rd * 100 < revenue * 2 THEN 0 END AS by_sales,
        CASE WHEN cost <= 0 THEN 0 WHEN rd * 100 >= cost * 30 THEN 50 WHEN rd * 100 >= cost * 25 THEN 40
            WHEN rd * 100 >= cost * 20 THEN 30 WHEN rd * 100 >= cost * 15 THEN 20
            WHEN rd * 100 >= cost * 10 THEN 10 WHEN rd * 100 < cost * 10 THEN 0 END AS by_cost,
        CASE WHEN staff <= 0 THEN 0
            WHEN science * 100 >= staff * 30 THEN 20 WHEN science * 100 >= staff * 25 THEN 16
            WHEN science * 100 >= staff * 20 THEN 12 WHEN science * 100 >= staff * 15 THEN 8
            WHEN science * 100 >= staff * 10 THEN 4 WHEN science * 100 < staff * 10 THEN 0 END AS science_points,
        CASE WHEN any_two_low >= 4 THEN 24 WHEN any_two_low >= 3 THEN 18 WHEN any_two_low >= 2 THEN 12
            WHEN any_two_low >= 1 THEN 6 ELSE 0 END AS two_from,
        CASE WHEN any_two_high >= 4 THEN 24 WHEN any_two_high >= 3 THEN 18 WHEN any_two_high >= 2 THEN 12
            WHEN any_two_high >= 1 THEN 6 ELSE 0 END AS two_to
    FROM firms
),

items AS (
    SELECT
        *,
        -- High-tech enterprises: each item from .. to; what a missing fact leaves open.
        CASE WHEN one_low >= 1 THEN 7 WHEN one_high < 1 THEN number_low ELSE least(7, number_low) END
            + CASE WHEN own THEN 1 WHEN own IS NULL THEN CASE WHEN other THEN 1 ELSE 0 END
                WHEN other THEN 1 ELSE 0 END
            + CASE WHEN standard THEN 1 ELSE 0 END AS ip_low,
        least(30, 16
            + CASE WHEN one_low >= 1 THEN 8 WHEN one_high < 1 THEN number_high ELSE 8 END
            + CASE WHEN own IS NOT FALSE THEN 6 WHEN other IS NOT FALSE THEN 3 ELSE 0 END
            + CASE WHEN standard IS NOT FALSE THEN 2 ELSE 0 END) AS ip_high,
        (one_low < 1 AND one_high >= 1)
            OR (one_low < 1 AND number_low + sign(number_low) < number_high)
            OR own IS NULL OR (NOT own AND other IS NULL)
            OR standard IS NULL
            OR years_unknown
            OR results_to > results_from + 5
            OR net_band IS NULL OR sales_band IS NULL AS lacks,
        CASE WHEN net_band > 0 THEN 2 * net_band - 1 ELSE 0 END
            + CASE WHEN sales_band > 0 THEN 2 * sales_band - 1 ELSE 0 END AS growth_low,
        2 * coalesce(net_band, 5) + 2 * coalesce(sales_band, 5) AS growth_high,
        -- Technology SMEs.
        coalesce(science_points, 0) AS science_from,
        coalesce(science_points, 20) AS science_to,
        greatest(coalesce(by_sales, 0), coalesce(by_cost, 0)) AS input_from,
        greatest(coalesce(by_sales, 50), coalesce(by_cost, 50)) AS input_to,
        CASE WHEN unlicensed THEN 30 ELSE two_from END AS fruits_from,
        CASE WHEN unlicensed IS NOT FALSE THEN 30 ELSE two_to END AS fruits_to
    FROM sums
),

scores AS (
    SELECT
        *,
        ip_low + results_from + growth_low AS innovation_low,
        ip_high + results_to + 20 + growth_high AS innovation_high,
        science_from + input_from + fruits_from AS total_low,
        science_to + input_to + fruits_to AS total_high
    FROM items
),

conditions AS (
    SELECT
        organisation,
        resident,
        innovation_low,
        innovation_high,
        total_low,
        total_high,
        CASE DATE '2026-06-01' - registered >= 365 WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS ht1,
        CASE core WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS ht2,
        2 AS ht3,
        CASE WHEN staff <= 0 THEN 0 WHEN science * 10 >= staff THEN 3 WHEN science * 10 < staff THEN 0 ELSE 1 END AS ht4,
        CASE
            WHEN sales3 <= 0 OR domestic * 5 < domestic_of * 3 THEN 0
            WHEN rd3 * 100 < sales3 * CASE WHEN revenue <= 5000000000 THEN 5 WHEN revenue <= 20000000000 THEN 4 WHEN revenue > 20000000000 THEN 3 END THEN 0
            WHEN domestic IS NULL OR rd3 IS NULL OR sales3 IS NULL OR revenue IS NULL THEN 1
            ELSE 3
        END AS ht5,
        CASE WHEN income <= 0 THEN 0 WHEN hightech * 5 >= income * 3 THEN 3 WHEN hightech * 5 < income * 3 THEN 0 ELSE 1 END AS ht6,
        CASE WHEN innovation_low > 70 THEN 3 WHEN innovation_high <= 70 THEN 0 WHEN lacks THEN 1 ELSE 2 END AS ht7,
        CASE WHEN accident OR violation THEN 0 WHEN accident IS NULL OR violation IS NULL THEN 1 ELSE 3 END AS ht8,
        CASE WHEN staff <= 500 THEN 3 WHEN staff > 500 THEN 0 ELSE 1 END AS ts1,
        CASE WHEN revenue <= 20000000000 THEN 3 WHEN revenue > 20000000000 THEN 0 ELSE 1 END AS ts2,
        CASE WHEN assets <= 20000000000 THEN 3 WHEN assets > 20000000000 THEN 0 ELSE 1 END AS ts3,
        2 AS ts4,
        CASE WHEN accident OR violation OR dishonesty THEN 0
            WHEN accident IS NULL OR violation IS NULL OR dishonesty IS NULL THEN 1 ELSE 3 END AS ts5,
        CASE WHEN total_high < 60 OR science_to <= 0 THEN 0 WHEN total_low >= 60 AND science_from > 0 THEN 3 ELSE 1 END AS ts6,
        CASE high_tech OR award_five OR body OR leads WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS ts7,
        CASE title WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS zj1,
        CASE segment <= DATE '2023-06-01' WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS zj2,
        CASE revenue >= 1500000000 OR equity WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS zj3,
        CASE WHEN revenue <= 0 THEN 0 WHEN main_revenue * 5 >= revenue * 4 THEN 3 WHEN main_revenue * 5 < revenue * 4 THEN 0 ELSE 1 END AS zj4,
        CASE WHEN assets <= 0 THEN 0 WHEN liabilities * 5 <= assets * 4 THEN 3 WHEN liabilities * 5 > assets * 4 THEN 0 ELSE 1 END AS zj5,
        CASE
            WHEN revenue <= 0 OR revenue24 <= 0 OR rd < 100000000 OR rd24 < 100000000
                OR rd * 100 < revenue * 3 OR rd24 * 100 < revenue24 * 3 THEN 0
            WHEN revenue IS NULL OR revenue24 IS NULL OR rd IS NULL OR rd24 IS NULL THEN 1
            ELSE 3
        END AS zj6,
        CASE
            WHEN award_three OR body THEN 4
            WHEN unlicensed THEN 3
            WHEN unlicensed IS NULL OR award_three IS NULL OR body IS NULL THEN 1
            ELSE 0
        END AS zj7,
        2 AS zj8,
        CASE developed OR (specialised AND (developed OR developed24)) WHEN TRUE THEN 3 WHEN FALSE THEN 0 ELSE 1 END AS zj9
    FROM scores
)

SELECT
    organisation,
    ht1::TINYINT AS "HT-1", ht2::TINYINT AS "HT-2", ht3::TINYINT AS "HT-3", ht4::TINYINT AS "HT-4",
    ht5::TINYINT AS "HT-5", ht6::TINYINT AS "HT-6", ht7::TINYINT AS "HT-7", ht8::TINYINT AS "HT-8",
    CASE
        WHEN NOT resident THEN 4
        WHEN least(ht1, ht2, ht3, ht4, ht5, ht6, ht7, ht8) = 0 THEN 0
        WHEN resident IS NULL THEN 1
        ELSE least(ht1, ht2, ht3, ht4, ht5, ht6, ht7, ht8)
    END::TINYINT AS "high-tech-enterprise",
    innovation_low::BIGINT AS "high-tech-enterprise.low",
    innovation_high::BIGINT AS "high-tech-enterprise.high",
    ts1::TINYINT AS "TS-1", ts2::TINYINT AS "TS-2", ts3::TINYINT AS "TS-3", ts4::TINYINT AS "TS-4",
    ts5::TINYINT AS "TS-5", ts6::TINYINT AS "TS-6", ts7::TINYINT AS "TS-7",
    CASE
        WHEN NOT resident THEN 4
        WHEN least(ts1, ts2, ts3, ts4, ts5) = 0 OR (ts6 = 0 AND ts7 = 0) THEN 0
        WHEN resident IS NULL OR least(ts1, ts2, ts3, ts5) = 1 OR (ts6 <> 3 AND ts7 <> 3) THEN 1
        ELSE 2
    END::TINYINT AS "tech-sme",
    total_low::BIGINT AS "tech-sme.low",
    total_high::BIGINT AS "tech-sme.high",
    zj1::TINYINT AS "ZJ-1", zj2::TINYINT AS "ZJ-2", zj3::TINYINT AS "ZJ-3", zj4::TINYINT AS "ZJ-4",
    zj5::TINYINT AS "ZJ-5", zj6::TINYINT AS "ZJ-6", zj7::TINYINT AS "ZJ-7", zj8::TINYINT AS "ZJ-8",
    zj9::TINYINT AS "ZJ-9",
    -- 4 is the greatest code, so what does not apply is left out by itself.
    least(zj1, zj2, zj3, zj4, zj5, zj6, zj7, zj8, zj9)::TINYINT AS "srdi"
FROM conditions
) TO '$out' (FORMAT parquet, COMPRESSION zstd);

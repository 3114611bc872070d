//! Working calendars: their days, and what lengths of time come to.

use crate::check::check;
use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn working_time_is_added_and_taken_away() {
    on_each(|site| async move {
        let rows = [
            ("base.cn_workdays", "2026-02-13T15:00:00%2B08:00", "2d%20working", "2026-02-24T07:00:00Z"),
            ("base.cn_workdays", "2026-02-13T15:00:00%2B08:00", "2d", "2026-02-15T07:00:00Z"),
            ("base.cn_workdays", "2026-02-24T02:00:00Z", "-2h%20working", "2026-02-14T09:00:00Z"),
            ("base.cn_workdays", "2025-09-26T17:00:00%2B08:00", "2h%20working", "2025-09-28T02:00:00Z"),
            ("base.weekdays", "2026-02-13T15:00:00%2B08:00", "1d%204h%20working", "2026-02-17T02:00:00Z"),
            ("base.weekdays", "2026-02-13T15:00:00.5Z", "90m", "2026-02-13T16:30:00.500Z"),
        ];
        for (name, from, duration, expect) in rows {
            let path = format!("/api/v1/calendars/{name}/add?from={from}&duration={duration}");
            assert_eq!(site.get("sally", &path).await.json(), json!({"at": expect}), "{path}");
        }
        site
    });
}

#[test]
fn days_are_told_with_hours_and_holidays() {
    on_each(|site| async move {
        let path = "/api/v1/calendars/base.cn_workdays?from=2026-02-13&until=2026-02-15";
        let told = site.get("sally", path).await.json();
        assert_eq!((&told["timezone"], &told["day"]), (&json!("Asia/Shanghai"), &json!(28_800)));
        let office = json!(["09:00-12:00", "13:00-18:00"]);
        assert_eq!(
            told["days"],
            json!([
                {"date": "2026-02-13", "weekday": "fri", "hours": office, "holiday": null, "workday": null},
                {"date": "2026-02-14", "weekday": "sat", "hours": office, "holiday": null, "workday": "Worked for Spring Festival"},
                {"date": "2026-02-15", "weekday": "sun", "hours": [], "holiday": "Spring Festival", "workday": null},
            ])
        );
        let count = |told: &Json| told["days"].as_array().map(Vec::len);
        assert_eq!(count(&site.get("sally", "/api/v1/calendars/base.weekdays").await.json()), Some(31));
        let year = "/api/v1/calendars/base.weekdays?from=2026-01-01&until=2027-02-04";
        assert_eq!(count(&site.get("sally", year).await.json()), Some(400));
        let all = site.get("sally", "/api/v1/calendars").await.json();
        let names: Vec<&str> =
            all["calendars"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["base.cn_workdays", "base.weekdays"]);
        site
    });
}

#[test]
fn what_cannot_be_is_refused() {
    on_each(|site| async move {
        let cn = "GET /api/v1/calendars/base.cn_workdays";
        let at = "from=2026-02-13T15:00:00Z";
        let row = |path: String, expect: &'static str| ("sally", path, Json::Null, expect);
        let rows = [
            row("GET /api/v1/calendars/base.nowhere".to_owned(), "404 not_found"),
            row(format!("GET /api/v1/calendars/cn_workdays/add?{at}&duration=1h"), "404 not_found"),
            row(format!("{cn}?from=2026-02-30"), "400 invalid_parameter from"),
            row(format!("{cn}?from=2026-02-13&until=2026-02-12"), "400 invalid_parameter until"),
            row(format!("{cn}?from=2026-01-01&until=2027-02-05"), "400 invalid_parameter until"),
            row(format!("{cn}?from=9999-12-30"), "200"),
            row(format!("{cn}?to=2026-01-01"), "400 unknown_parameter to"),
            row(format!("{cn}/add?{at}"), "400 invalid_parameter duration"),
            row(format!("{cn}/add?duration=1h"), "400 invalid_parameter from"),
            row(format!("{cn}/add?from=2026-02-13&duration=1h"), "400 invalid_parameter from"),
            row(format!("{cn}/add?{at}&duration=1w%20working"), "400 invalid_parameter duration"),
            row(format!("{cn}/add?{at}&duration=soon"), "400 invalid_parameter duration"),
            row(format!("{cn}/add?from=9999-12-30T00:00:00Z&duration=9d%20working"), "400 date_out_of_range"),
            ("", format!("{cn}/add?{at}&duration=1h"), Json::Null, "401 unauthenticated"),
            ("", "GET /api/v1/calendars".to_owned(), Json::Null, "401 unauthenticated"),
        ];
        let rows: Vec<_> = rows
            .iter()
            .map(|(who, request, body, expect)| (*who, request.as_str(), body.clone(), *expect))
            .collect();
        check(&site, &rows).await;
        site
    });
}

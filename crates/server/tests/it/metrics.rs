//! What an operator watches, and who may.

use crate::site::on_each;
use serde_json::{Value as Json, json};

#[test]
fn an_operator_sees_what_goes_on_and_nobody_else_does() {
    on_each(|site| async move {
        site.post("sally", "/api/v1/records/shop.customer", json!({"code": "7", "name": "Seven"})).await;
        site.get("sally", "/api/v1/records/shop.customer").await;
        site.get("sally", "/api/v1/records/shop.nothing").await;
        site.get("", "/api/v1/nowhere").await;
        let answer = site.get("", "/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        for line in [
            r#"lifeloom_requests_total{route="/records/{object}",method="GET",status="200"} 1"#,
            r#"lifeloom_requests_total{route="/records/{object}",method="GET",status="404"} 1"#,
            r#"lifeloom_requests_total{route="none",method="GET",status="404"} 1"#,
            r#"lifeloom_request_seconds_count{route="/records/{object}",method="GET"} 2"#,
            r#"lifeloom_stage_seconds_count{stage="storage"}"#,
            r#"lifeloom_jobs{state="failed"} 0"#,
            r#"lifeloom_sessions{kind="api"} 4"#,
            "lifeloom_publish_number 1",
            "lifeloom_database_connections ",
            "lifeloom_process_memory_bytes ",
            "# EOF",
        ] {
            assert!(text.contains(line), "no {line} in {text}");
        }
        for name in ["shop", "customer", "sally", "Seven"] {
            assert!(!text.contains(name), "{name} is told: {text}");
        }
        // Through a proxy nobody is near.
        let far =
            site.call("root", "GET", "/metrics", &[("x-forwarded-for", "203.0.113.9")], &Json::Null).await;
        let nowhere = site.get("root", "/nowhere").await;
        assert_eq!((far.status, &far.json()["code"]), (404, &nowhere.json()["code"]));
        site
    });
}

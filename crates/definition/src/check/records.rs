//! Checks of seeds and scenarios.

use super::{named, wrong};
use crate::findings::Findings;
use crate::scenario::{Advance, Scenario, ScenarioAction};
use crate::seed::Seed;
use crate::wording::say;
use calendar::Duration;
use diagnostic::{Code, Diagnostic};

pub(super) fn seed(seed: &Seed, found: &mut Findings<'_>) {
    match (&seed.file, seed.records.is_empty()) {
        (Some(_), false) => found.key(
            "/file",
            wrong([
                "records stand here or in a file, not both",
                "记录写在此处或文件中，不能兼有",
                "記錄寫在此處或檔案中，不能兼有",
            ]),
        ),
        (None, true) => found.key("", Diagnostic::new(Code::MissingKey).with("key", "records")),
        _ => {}
    }
    for alias in seed.records.keys() {
        named(&format!("/records/{alias}"), alias, found);
    }
}

fn one_content() -> Diagnostic {
    wrong([
        "a file has either `text` or `base64`",
        "文件须且只能有 `text` 或 `base64` 之一",
        "檔案須且只能有 `text` 或 `base64` 其中之一",
    ])
}

/// What is wrong with the time by which a clock is moved.
fn length(text: &str) -> Option<Diagnostic> {
    match Duration::parse(text) {
        Err(unreadable) => Some(*unreadable),
        Ok(length) if length.is_negative() => {
            Some(wrong(["time does not go back", "时间不能倒退", "時間不能倒退"]))
        }
        Ok(_) => None,
    }
}

pub(super) fn scenario(scenario: &Scenario, found: &mut Findings<'_>) {
    if let Some(clock) = &scenario.given.clock
        && !is_instant(clock)
    {
        found.value(
            "/given/clock",
            wrong([
                "the clock is an instant with its offset, such as 2026-03-02T09:00:00+08:00",
                "clock 须为带时区偏移的时间，例如 2026-03-02T09:00:00+08:00",
                "clock 須為帶時區偏移的時間，例如 2026-03-02T09:00:00+08:00",
            ]),
        );
    }
    for (index, step) in scenario.steps.iter().enumerate() {
        let base = format!("/steps/{index}");
        match &step.action {
            ScenarioAction::Advance(advance) => {
                if let Some(wrong) = length(advance.by()) {
                    let inner = if matches!(advance, Advance::By(_)) { "" } else { "/by" };
                    found.value(&format!("{base}/advance{inner}"), wrong);
                }
            }
            ScenarioAction::Upload(file) if file.text.is_some() == file.base64.is_some() => {
                found.value(&format!("{base}/upload"), one_content());
            }
            ScenarioAction::Refused(refused) => {
                match refused.action.as_ref() {
                    ScenarioAction::Refused(_) | ScenarioAction::Expect(_) | ScenarioAction::Advance(_) => {
                        found.value(
                            &format!("{base}/refused"),
                            wrong([
                                "only an action can be refused",
                                "只有操作才能被拒绝",
                                "只有操作才能被拒絕",
                            ]),
                        );
                    }
                    _ => {}
                }
                if !Code::ALL.iter().any(|code| code.name() == refused.code) {
                    let hint =
                        diagnostic::did_you_mean(&refused.code, Code::ALL.iter().map(|code| code.name()));
                    let code = &refused.code;
                    let finding = say(
                        Code::InvalidValue,
                        [
                            format!("`{code}` is no code of an error"),
                            format!("`{code}` 不是错误代码"),
                            format!("`{code}` 不是錯誤代碼"),
                        ],
                    );
                    found.value(&format!("{base}/refused/code"), finding.with_hint(hint));
                }
            }
            _ => {}
        }
    }
}

/// RFC 3339; the seconds may be left out.
fn is_instant(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
        || chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").is_ok()
}

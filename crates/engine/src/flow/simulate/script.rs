//! What people are said to do, as it is written: `{"manager": "reject", "finance": [{"decision": "return", "to":
//! "manager", "after": "2d"}, "approve"], "answer": {"branch": "later"}}`.

use crate::flow::walk::script::{Script, Turn, What};
use calendar::Duration;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Map, Value as Json};
use workflow::decision::DecisionKind;

/// What an entry may say.
const KEYS: [&str; 8] = ["decision", "to", "back", "comment", "after", "branch", "answer", "fail"];

impl Script {
    /// What people do, as it is written. Time passes, and what fails goes on as it would.
    ///
    /// # Errors
    /// `invalid_value` at the entry that is none.
    pub fn read(written: &Json) -> Result<Script> {
        let mut script = Script { marks: true, fails: true, ends: true, ..Script::default() };
        let steps = match written {
            Json::Null => return Ok(script),
            Json::Object(steps) => steps,
            _ => return Err(wrong("decisions", "an object of steps is expected")),
        };
        for (node, said) in steps {
            let at = format!("decisions.{node}");
            let entries = match said {
                Json::Array(entries) => entries.as_slice(),
                one => std::slice::from_ref(one),
            };
            let turns = entries.iter().enumerate().map(|(visit, entry)| turn(entry, visit, &at));
            script.turns.insert(node.clone(), turns.collect::<Result<_>>()?);
        }
        Ok(script)
    }
}

fn wrong(at: &str, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidValue).with("field", at).with("reason", reason).at(at))
}

fn turn(entry: &Json, visit: usize, at: &str) -> Result<Turn> {
    let said = match entry {
        Json::String(decision) => {
            let what = decided(decision, &Map::new(), at)?;
            return Ok(Turn { visit, what, ..Turn::default() });
        }
        Json::Object(said) => said,
        _ => return Err(wrong(at, "a decision, or an object that says what happens, is expected")),
    };
    if let Some(unknown) = said.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(wrong(&format!("{at}.{unknown}"), &format!("one of {} is expected", KEYS.join(", "))));
    }
    let text = |key: &str| said.get(key).and_then(Json::as_str);
    let after = match text("after") {
        Some(after) => {
            Some(Duration::parse(after).map_err(|found| Box::new(found.at(format!("{at}.after"))))?)
        }
        None => None,
    };
    let what = if let Some(branch) = text("branch") {
        What::Branch(branch.to_owned())
    } else if let Some(answer) = said.get("answer") {
        What::Answer(answer.clone())
    } else if let Some(reason) = text("fail") {
        What::Fail(reason.to_owned())
    } else {
        text("decision").map_or(Ok(What::Usual), |decision| decided(decision, said, at))?
    };
    Ok(Turn { visit, what, after, ..Turn::default() })
}

fn decided(decision: &str, said: &Map<String, Json>, at: &str) -> Result<What> {
    let kind = match decision {
        "approve" => DecisionKind::Approve,
        "reject" => DecisionKind::Reject,
        "return" => DecisionKind::Return,
        "done" => DecisionKind::Done,
        "nothing" => return Ok(What::Nothing),
        _ => return Err(wrong(at, "approve, reject, return, done or nothing is expected")),
    };
    let text = |key: &str| said.get(key).and_then(Json::as_str).map(str::to_owned);
    let back = said.get("back").and_then(Json::as_bool).unwrap_or(false);
    Ok(What::Decide { kind, comment: text("comment"), to: text("to"), back })
}

//! Checks of a decision.

use super::{invalid, named, unknown, wrong};
use crate::decision::{COLUMNS, CollectPolicy, Decision, DecisionInput, GivenType, HitPolicy};
use crate::field::FieldType;
use crate::findings::Findings;
use diagnostic::{Code, Diagnostic};

/// The most columns of inputs, and of outputs.
const MOST_COLUMNS: usize = 32;

pub(super) fn check(decision: &Decision, found: &mut Findings<'_>) {
    for (key, count) in [("inputs", decision.inputs.len()), ("outputs", decision.outputs.len())] {
        let pointer = format!("/{key}");
        if count == 0 {
            found.key(&pointer, Diagnostic::new(Code::MissingKey).with("key", key));
        } else if count > MOST_COLUMNS {
            let many = Diagnostic::new(Code::LimitExceeded).with("what", format!("the number of {key}"));
            found.key(&pointer, many.with("limit", MOST_COLUMNS));
        }
    }
    for (name, input) in &decision.inputs {
        let pointer = format!("/inputs/{name}");
        column(name, &pointer, found);
        self::input(decision, input, &pointer, found);
    }
    for (name, output) in &decision.outputs {
        let pointer = format!("/outputs/{name}");
        column(name, &pointer, found);
        super::object::check_field(output, &pointer, found);
        if decision.inputs.contains_key(name) {
            let twice = Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "`inputs`");
            found.key(&pointer, twice);
        }
    }
    policy(decision, found);
    let outputs = || decision.outputs.keys().map(String::as_str);
    for name in decision.default.iter().flat_map(|default| default.keys()) {
        if !decision.outputs.contains_key(name) {
            found.key(&format!("/default/{name}"), unknown("output", name, outputs()));
        }
    }
    rules(decision, found);
}

fn column(name: &str, pointer: &str, found: &mut Findings<'_>) {
    if COLUMNS.contains(&name) {
        let finding = Diagnostic::new(Code::InvalidName).with("name", name);
        found.key(pointer, finding.with("reason", "every table has such a column"));
    } else {
        named(pointer, name, found);
    }
}

fn input(decision: &Decision, input: &DecisionInput, pointer: &str, found: &mut Findings<'_>) {
    match (&input.expression, input.r#type) {
        (Some(_), Some(_)) | (None, None) => found.key(
            pointer,
            wrong([
                "an input has either an `expression` or a `type`",
                "输入须且只能有 `expression` 或 `type` 之一",
                "輸入須且只能有 `expression` 或 `type` 其中之一",
            ]),
        ),
        (Some(_), None) if decision.object.is_none() => found.key(
            &format!("{pointer}/expression"),
            wrong([
                "an expression speaks of a record: the decision names no `object`",
                "表达式针对记录：决策表未指定 `object`",
                "運算式針對記錄：決策表未指定 `object`",
            ]),
        ),
        _ => {}
    }
    let select = input.r#type == Some(GivenType::Select);
    if select && input.options.is_empty() {
        found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "options"));
    }
    if !select && !input.options.is_empty() {
        found.key(&format!("{pointer}/options"), only_with("options", "type: select"));
    }
    if input.required && input.r#type.is_none() {
        found.key(&format!("{pointer}/required"), only_with("required", "type"));
    }
}

fn only_with(key: &str, other: &str) -> Diagnostic {
    invalid([
        format!("`{key}` belongs to `{other}`"),
        format!("`{key}` 须与 `{other}` 一起使用"),
        format!("`{key}` 須與 `{other}` 一起使用"),
    ])
}

fn policy(decision: &Decision, found: &mut Findings<'_>) {
    let collect = decision.collect.unwrap_or_default();
    if decision.collect.is_some() && decision.hit != HitPolicy::Collect {
        found.key("/collect", only_with("collect", "hit: collect"));
    }
    let ranked = matches!(decision.hit, HitPolicy::Priority | HitPolicy::OutputOrder);
    if ranked && !decision.outputs.values().any(|output| matches!(output.kind, FieldType::Select(_))) {
        found.value(
            "/hit",
            wrong([
                "this needs an output of type `select`, whose options are in order of priority",
                "这需要一个 `select` 类型的输出，其选项按优先级排列",
                "這需要一個 `select` 類型的輸出，其選項依優先順序排列",
            ]),
        );
    }
    if collect != CollectPolicy::List && decision.outputs.len() > 1 {
        found.value(
            "/collect",
            wrong([
                "a sum, a bound or a count is of one output",
                "求和、最值或计数只能有一个输出",
                "加總、極值或計數只能有一個輸出",
            ]),
        );
    }
    if collect == CollectPolicy::Count && decision.default.is_some() {
        found.key(
            "/default",
            wrong(["a count of nothing is 0", "没有规则适用时计数为 0", "沒有規則適用時計數為 0"]),
        );
    }
}

fn rules(decision: &Decision, found: &mut Findings<'_>) {
    match (&decision.rules, &decision.table) {
        (Some(_), Some(_)) => found.key(
            "/table",
            wrong([
                "the rules stand in `rules` or in `table`, not in both",
                "规则写在 `rules` 或 `table` 中，不能同时使用",
                "規則寫在 `rules` 或 `table` 中，不能同時使用",
            ]),
        ),
        (None, None) => found.key("", Diagnostic::new(Code::MissingKey).with("key", "rules")),
        _ => {}
    }
    // Findings inside `table` have places inside a text, which the catalog knows: it reports them.
    if decision.table.is_some() {
        return;
    }
    let inputs = || decision.inputs.keys().map(String::as_str);
    let outputs = || decision.outputs.keys().map(String::as_str);
    for (number, rule) in decision.rules.iter().flatten().enumerate() {
        let pointer = format!("/rules/{number}");
        for name in rule.when.keys().filter(|name| !decision.inputs.contains_key(*name)) {
            found.key(&format!("{pointer}/when/{name}"), unknown("input", name, inputs()));
        }
        for name in rule.then.keys().filter(|name| !decision.outputs.contains_key(*name)) {
            found.key(&format!("{pointer}/then/{name}"), unknown("output", name, outputs()));
        }
        for name in rule.then_from.keys() {
            let at = format!("{pointer}/then_from/{name}");
            if !decision.outputs.contains_key(name) {
                found.key(&at, unknown("output", name, outputs()));
            } else if rule.then.contains_key(name) {
                found.key(
                    &at,
                    Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "`then`"),
                );
            }
        }
    }
}

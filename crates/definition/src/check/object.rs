//! Checks of an object.

use super::{invalid, named, unknown, wrong};
use crate::field::{FieldDefinition, FieldType, Pattern, Rollup, RollupFunction, SelectOption};
use crate::findings::Findings;
use crate::name;
use crate::object::{Feature, Object, Ownership, Transitions};
use crate::shape::Names;
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// Most fields of an object: a table of either database takes no more than 1,600 columns, and a field may need two.
const MOST_FIELDS: usize = 800;

pub(super) fn check(object: &Object, found: &mut Findings<'_>) {
    if object.fields.len() > MOST_FIELDS {
        let many = Diagnostic::new(Code::LimitExceeded).with("what", "the number of fields");
        return found.key("/fields", many.with("limit", MOST_FIELDS));
    }
    for (name, field) in &object.fields {
        let pointer = format!("/fields/{name}");
        let owned = matches!(object.ownership, None | Some(Ownership::User));
        let free = !owned && name::OWNER_FIELDS.contains(&name.as_str());
        if let Some(wrong) = name::check_field_name(name).filter(|_| !free) {
            found.key(&pointer, wrong);
        }
        check_field(field, &pointer, found);
        self::fill(object, field, &pointer, found);
    }
    aliases(object, found);
    title(object, found);
    ownership(object, found);
    for (index, feature) in object.features.iter().enumerate() {
        let name = match feature {
            Feature::History | Feature::Comments | Feature::Attachments | Feature::Followers => continue,
            Feature::Activities => "activities",
        };
        let finding = Diagnostic::new(Code::NotYetSupported).with("what", format!("feature `{name}`"));
        found.value(&format!("/features/{index}"), finding);
    }
    for (name, unique) in &object.unique {
        named(&format!("/unique/{name}"), name, found);
        for (index, field) in unique.fields.iter().enumerate() {
            own_field(object, field, &format!("/unique/{name}/fields/{index}"), found);
        }
    }
    for (name, columns) in &object.indexes {
        named(&format!("/indexes/{name}"), name, found);
        for (index, column) in columns.iter().enumerate() {
            let column = column.strip_prefix('-').unwrap_or(column);
            own_field(object, column, &format!("/indexes/{name}/{index}"), found);
        }
    }
    for (name, rule) in &object.rules {
        named(&format!("/rules/{name}"), name, found);
        if let Some(at) = &rule.at {
            own_field(object, at, &format!("/rules/{name}/at"), found);
        }
    }
    if let Some(transitions) = &object.transitions {
        self::transitions(object, transitions, found);
    }
    hooks(object, found);
    for (name, action) in &object.actions {
        named(&format!("/actions/{name}"), name, found);
        for (parameter, field) in &action.with {
            let pointer = format!("/actions/{name}/with/{parameter}");
            named(&pointer, parameter, found);
            check_field(field, &pointer, found);
        }
    }
    key(object, found);
}

/// A field of the object or one that every object has.
fn own_field(object: &Object, name: &str, pointer: &str, found: &mut Findings<'_>) {
    if !object.fields.contains_key(name) && !name::SYSTEM_FIELDS.contains(&name) {
        found.value(pointer, unknown("field", name, object.fields.keys().map(String::as_str)));
    }
}

fn key(object: &Object, found: &mut Findings<'_>) {
    let Some(key) = &object.key else { return };
    if !object.fields.contains_key(key) && !object.unique.contains_key(key) {
        let known = object.fields.keys().chain(object.unique.keys()).map(String::as_str);
        found.value("/key", unknown("field", key, known));
    }
    if object.unique.get(key).is_some_and(|unique| unique.r#where.is_some()) {
        found.value(
            "/key",
            wrong([
                "a key must be unique among all records: this entry of `unique` has a `where`",
                "键在所有记录中必须唯一：该 `unique` 项带有 `where`",
                "鍵在所有記錄中必須唯一：該 `unique` 項帶有 `where`",
            ]),
        );
    }
}

/// Former names must not name anything that is there now, nor twice.
fn aliases(object: &Object, found: &mut Findings<'_>) {
    let mut seen: IndexMap<&str, &str> = IndexMap::new();
    for (name, field) in &object.fields {
        for (index, former) in field.formerly.iter().enumerate() {
            let pointer = format!("/fields/{name}/formerly/{index}");
            let first = match seen.insert(former, name) {
                Some(other) => Some(other),
                None => object.fields.contains_key(former).then_some(former.as_str()),
            };
            if let Some(first) = first {
                let at = found.place(&format!("/fields/{first}"), crate::findings::At::Key);
                let clash = Diagnostic::new(Code::DuplicateName).with("name", former);
                found.value(&pointer, clash.with("first", at));
            }
        }
    }
}

fn title(object: &Object, found: &mut Findings<'_>) {
    let Some(title) = &object.title else { return };
    let mut names: Vec<&str> = Vec::new();
    if title.contains('{') {
        let mut rest = title.as_str();
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}') else {
                found.value("/title", wrong(["a `{` is not closed", "`{` 未闭合", "`{` 未閉合"]));
                return;
            };
            names.push(&rest[open + 1..open + close]);
            rest = &rest[open + close + 1..];
        }
    } else {
        names.push(title);
    }
    for name in names {
        // A path through a reference is for the catalog to follow.
        own_field(object, name.split('.').next().unwrap_or_default(), "/title", found);
    }
}

fn ownership(object: &Object, found: &mut Findings<'_>) {
    if let Some(Ownership::Inherit(field)) = &object.ownership {
        match object.fields.get(field).map(|field| &field.kind) {
            Some(FieldType::Reference(_)) => {}
            Some(_) => found.value(
                "/ownership",
                wrong([
                    "ownership is inherited through a reference",
                    "所有权须通过引用字段继承",
                    "擁有權須透過參照欄位繼承",
                ]),
            ),
            None => {
                let known = object.fields.keys().map(String::as_str);
                found.value("/ownership", unknown("field", field, known));
            }
        }
    }
}

fn fill(object: &Object, field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    let fill = match &field.kind {
        FieldType::Reference(reference) => &reference.fill,
        FieldType::User(user) => &user.fill,
        FieldType::Department(department) => &department.fill,
        _ => return,
    };
    for target in fill.keys() {
        if !object.fields.contains_key(target) {
            let known = object.fields.keys().map(String::as_str);
            found.key(&format!("{pointer}/fill/{target}"), unknown("field", target, known));
        }
    }
}

fn hooks(object: &Object, found: &mut Findings<'_>) {
    let moves: Vec<String> = object
        .transitions
        .iter()
        .flat_map(|transitions| transitions.moves.keys())
        .map(|name| format!("after_{name}"))
        .collect();
    let known = ["before_save", "after_save", "before_delete"];
    for name in object.hooks.keys() {
        let all = known.iter().copied().chain(moves.iter().map(String::as_str));
        if !all.clone().any(|known| known == name) {
            let unknown = Diagnostic::new(Code::UnknownKey).with("key", name);
            found.key(&format!("/hooks/{name}"), unknown.with_hint(diagnostic::did_you_mean(name, all)));
        }
    }
}

fn transitions(object: &Object, transitions: &Transitions, found: &mut Findings<'_>) {
    let base = "/transitions";
    let options = match object.fields.get(&transitions.field).map(|field| &field.kind) {
        Some(FieldType::Select(select)) => &select.options,
        Some(_) => {
            found.value(
                "/transitions/field",
                wrong([
                    "the field of a state machine must be of type select",
                    "状态机字段必须为 select 类型",
                    "狀態機欄位必須為 select 類型",
                ]),
            );
            return;
        }
        None => {
            let known = object.fields.keys().map(String::as_str);
            found.value("/transitions/field", unknown("field", &transitions.field, known));
            return;
        }
    };
    for (index, stage) in transitions.initial.iter().enumerate() {
        option(options, stage, &format!("{base}/initial/{index}"), found);
    }
    for (name, step) in &transitions.moves {
        let pointer = format!("{base}/moves/{name}");
        named(&pointer, name, found);
        for (index, stage) in step.from.iter().enumerate() {
            option(options, stage, &format!("{pointer}/from/{index}"), found);
        }
        option(options, &step.to, &format!("{pointer}/to"), found);
        for (index, field) in step.require.iter().enumerate() {
            own_field(object, field, &format!("{pointer}/require/{index}"), found);
        }
        for (key, fields) in
            [("set", step.set.keys().collect::<Vec<_>>()), ("set_from", step.set_from.keys().collect())]
        {
            for field in fields {
                let at = format!("{pointer}/{key}/{field}");
                if *field == transitions.field {
                    found.key(
                        &at,
                        wrong([
                            "a move sets the stage by `to` only",
                            "移动只能通过 `to` 设置阶段",
                            "移動只能透過 `to` 設定階段",
                        ]),
                    );
                } else if !object.fields.contains_key(field) {
                    found.key(&at, unknown("field", field, object.fields.keys().map(String::as_str)));
                }
            }
        }
    }
}

fn option(options: &Names<SelectOption>, name: &str, pointer: &str, found: &mut Findings<'_>) {
    if !options.contains_key(name) {
        found.value(pointer, unknown("option", name, options.keys().map(String::as_str)));
    }
}

/// Checks one field by itself.
pub(super) fn check_field(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    derived(field, pointer, found);
    if let Some(rollup) = &field.rollup {
        self::rollup(rollup, &format!("{pointer}/rollup"), found);
    }
    encrypted(field, pointer, found);
    of_type(field, pointer, found);
    if let Some(default) = &field.default {
        self::default(field, default, &format!("{pointer}/default"), found);
    }
}

fn both(one: &str, other: &str) -> Diagnostic {
    invalid([
        format!("`{one}` and `{other}` exclude each other"),
        format!("`{one}` 与 `{other}` 不能同时使用"),
        format!("`{one}` 與 `{other}` 不能同時使用"),
    ])
}

/// A derived value cannot be asked of anyone, nor begin with something else.
fn derived(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    let source = match (&field.formula, &field.rollup) {
        (Some(_), Some(_)) => {
            found.key(&format!("{pointer}/rollup"), both("formula", "rollup"));
            "formula"
        }
        (Some(_), None) => "formula",
        (None, Some(_)) => "rollup",
        (None, None) => {
            if field.default.is_some() && field.default_from.is_some() {
                found.key(&format!("{pointer}/default_from"), both("default", "default_from"));
            }
            for (key, given) in [("stored", field.stored), ("declassify", field.declassify)] {
                if given {
                    found.key(&format!("{pointer}/{key}"), only_with(key, "formula"));
                }
            }
            return;
        }
    };
    let keys = [
        ("required", field.required),
        ("required_when", field.required_when.is_some()),
        ("default", field.default.is_some()),
        ("default_from", field.default_from.is_some()),
        ("encrypted", field.encrypted),
    ];
    for (key, _) in keys.into_iter().filter(|(_, given)| *given) {
        found.key(&format!("{pointer}/{key}"), both(source, key));
    }
}

fn only_with(key: &str, other: &str) -> Diagnostic {
    invalid([
        format!("`{key}` is of use only beside `{other}`"),
        format!("`{key}` 只能与 `{other}` 一起使用"),
        format!("`{key}` 只能與 `{other}` 一起使用"),
    ])
}

fn rollup(rollup: &Rollup, pointer: &str, found: &mut Findings<'_>) {
    let functions: Vec<(RollupFunction, &str)> = rollup.functions().collect();
    let [(function, path)] = functions.as_slice() else {
        found.value(
            pointer,
            wrong([
                "a roll-up has exactly one of sum, count, min, max, avg",
                "汇总须且只能使用 sum、count、min、max、avg 之一",
                "彙總須且只能使用 sum、count、min、max、avg 其中之一",
            ]),
        );
        return;
    };
    let steps = path.split('.').count();
    let fits = if *function == RollupFunction::Count { steps == 1 } else { steps == 2 };
    if !fits || !path.split('.').all(name::is_name) {
        let form = if *function == RollupFunction::Count { "children" } else { "children.field" };
        let name = function.name();
        found.value(
            &format!("{pointer}/{name}"),
            invalid([
                format!("`{name}` takes `{form}`"),
                format!("`{name}` 的值应写作 `{form}`"),
                format!("`{name}` 的值應寫作 `{form}`"),
            ]),
        );
    }
}

fn encrypted(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    let kind = field.kind.name();
    if !field.encrypted {
        for (key, given) in [("mask", field.mask.is_some()), ("lookup", field.lookup.is_some())] {
            if given {
                found.key(&format!("{pointer}/{key}"), only_with(key, "encrypted: true"));
            }
        }
        return;
    }
    if !matches!(kind, "text" | "long_text" | "email" | "phone" | "url" | "barcode") {
        found.key(
            &format!("{pointer}/encrypted"),
            invalid([
                format!("a field of type {kind} cannot be encrypted"),
                format!("{kind} 类型的字段不能加密"),
                format!("{kind} 類型的欄位不能加密"),
            ]),
        );
    }
    if field.search {
        found.key(&format!("{pointer}/search"), both("encrypted", "search"));
    }
    if field.unique && field.lookup.is_none() {
        found.key(&format!("{pointer}/unique"), only_with("unique", "lookup: exact"));
    }
}

/// The type's own properties.
fn of_type(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    match &field.kind {
        FieldType::Text(text) => {
            order(text.min.map(i64::from), Some(i64::from(text.max_length())), pointer, found);
            if let Some(Err(error)) = text.pattern.as_ref().map(|p| Pattern::compile(p.source())) {
                let words = error.to_string();
                let reason = words.lines().last().unwrap_or_default();
                found.value(
                    &format!("{pointer}/pattern"),
                    invalid([
                        format!("not a regular expression: {reason}"),
                        format!("不是正则表达式：{reason}"),
                        format!("不是正規表示式：{reason}"),
                    ]),
                );
            }
        }
        FieldType::LongText(text) => order(text.min.map(i64::from), text.max.map(i64::from), pointer, found),
        FieldType::RichText(text) => order(text.min.map(i64::from), text.max.map(i64::from), pointer, found),
        FieldType::Integer(integer) => order(integer.min, integer.max, pointer, found),
        FieldType::Decimal(number) => order(number.min, number.max, pointer, found),
        FieldType::Percent(number) => order(number.min, number.max, pointer, found),
        FieldType::Money(money) => {
            order(money.min, money.max, pointer, found);
            if let Some(currency) =
                money.currency.as_deref().filter(|c| crate::field::minor_units(c).is_none())
            {
                found.value(&format!("{pointer}/currency"), unknown("currency", currency, []));
            }
        }
        FieldType::Select(select) if field.formula.is_none() => options(&select.options, pointer, found),
        FieldType::MultiSelect(select) => {
            options(&select.options, pointer, found);
            order(select.min, select.max, pointer, found);
        }
        FieldType::Children(children) => {
            order(children.min, children.max, pointer, found);
            no_column(field, pointer, found);
        }
        FieldType::References(references) => {
            order(references.min, references.max, pointer, found);
            no_column(field, pointer, found);
            for (name, attribute) in &references.attributes {
                let pointer = format!("{pointer}/attributes/{name}");
                match name::check_field_name(name) {
                    Some(wrong) => found.key(&pointer, wrong),
                    None if matches!(name.as_str(), "title" | "by") => {
                        found
                            .key(&pointer, wrong(["this name is taken", "该名称已被占用", "此名稱已被佔用"]));
                    }
                    // Files belong to records.
                    None if attribute.kind.kind().file_rule().is_some() => found.key(
                        &pointer,
                        wrong(["a pair holds no file", "关联不能保存文件", "關聯不能保存檔案"]),
                    ),
                    None => check_field(attribute, &pointer, found),
                }
            }
        }
        FieldType::Autonumber(number) => {
            if let Err(reason) = number.parts() {
                found.value(&format!("{pointer}/pattern"), invalid([reason.clone(), reason.clone(), reason]));
            }
        }
        FieldType::File(_) | FieldType::Image(_) | FieldType::Signature(_) => file(field, pointer, found),
        _ => {}
    }
}

fn order<T: PartialOrd>(min: Option<T>, max: Option<T>, pointer: &str, found: &mut Findings<'_>) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        found.value(
            &format!("{pointer}/min"),
            wrong(["`min` is greater than `max`", "`min` 大于 `max`", "`min` 大於 `max`"]),
        );
    }
}

/// A file is uploaded: nothing computes it.
fn file(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    no_column(field, pointer, found);
    if field.kind.kind().file_rule().is_some_and(|rule| rule.types.is_empty()) {
        found.value(
            &format!("{pointer}/types"),
            wrong(["no type at all is taken", "没有任何可接受的类型", "沒有任何可接受的類型"]),
        );
    }
}

fn no_column(field: &FieldDefinition, pointer: &str, found: &mut Findings<'_>) {
    let keys = [
        ("default", field.default.is_some()),
        ("default_from", field.default_from.is_some()),
        ("formula", field.formula.is_some()),
        ("rollup", field.rollup.is_some()),
        ("unique", field.unique),
        ("search", field.search),
        ("encrypted", field.encrypted),
    ];
    for (key, _) in keys.into_iter().filter(|(_, given)| *given) {
        let kind = field.kind.name();
        found.key(
            &format!("{pointer}/{key}"),
            invalid([
                format!("a field of type {kind} takes no `{key}`"),
                format!("{kind} 类型的字段不支持 `{key}`"),
                format!("{kind} 類型的欄位不支援 `{key}`"),
            ]),
        );
    }
}

/// Names of options are stored and sent, so letters of both cases are permitted (`CNY`).
fn options(options: &Names<SelectOption>, pointer: &str, found: &mut Findings<'_>) {
    if options.is_empty() {
        found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "options"));
    }
    for (name, option) in options {
        let fits = !name.is_empty()
            && name.len() <= name::MAX_LENGTH
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            found.key(
                &format!("{pointer}/options/{name}"),
                Diagnostic::new(Code::InvalidName)
                    .with("name", name)
                    .with("reason", "an option has letters, digits and underscores"),
            );
        }
        if option.formerly.iter().any(|former| options.contains_key(former)) {
            found.key(&format!("{pointer}/options/{name}/formerly"), both(name, "formerly"));
        }
    }
}

/// A default must be a value that the field itself would take.
fn default(field: &FieldDefinition, default: &Json, pointer: &str, found: &mut Findings<'_>) {
    let kind = field.kind.kind();
    let name = pointer.rsplit('/').nth(1).unwrap_or_default();
    match kind.parse(default) {
        Ok(value) => {
            let mut wrong = Vec::new();
            kind.validate(&value, &mut wrong);
            for wrong in wrong {
                found.value(pointer, wrong.with("field", name));
            }
        }
        Err(wrong) => found.value(pointer, wrong.with("field", name)),
    }
}

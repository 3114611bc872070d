//! One whole definition of each kind, as the language's own page shows them.

use definition::connector::PathPart;
use definition::field::{OnDelete, RollupFunction};
use definition::role::Scope;
use definition::view::ViewType;
use definition::workflow::{ApproveMode, Empty, Performer, StepKind};
use definition::{Definition, FieldRight, FieldType, Ownership};
use serde_json::json;

const OBJECT: &str = r#"# yaml-language-server: $schema=../../schema/object.json
kind: object
name: opportunity
label: {en: Opportunity, zh-CN: 商机, zh-TW: 商機}
plural: {en: Opportunities}
icon: target
title: name
ownership: user
features: [history, comments]
fields:
  number:      {type: autonumber, pattern: "OPP-{yyyy}{mm}-{seq:4}"}
  name:        {type: text, required: true, max: 120, search: true}
  account:     {type: reference, to: account, required: true, on_delete: restrict, choose_where: 'status == "active"'}
  stage:
    type: select
    default: qualify
    options:
      qualify:  {label: {en: Qualification, zh-CN: 初步接洽}, color: blue}
      proposal: {label: {en: Proposal, zh-CN: 方案报价}, color: gold}
      won:      {label: {en: Won, zh-CN: 赢单}, color: green}
      lost:     {label: {en: Lost, zh-CN: 输单}, color: grey}
  amount:      {type: money, min: 0, currency: CNY}
  probability: {type: percent, default_from: 'switch stage { "qualify" => 10, "proposal" => 50, _ => 0 }'}
  close_date:  {type: date, required_when: 'stage == "proposal" || stage == "won"'}
  expected:    {type: money, formula: 'amount * probability / 100'}
  industry:    {type: select, formula: account.industry}
  lines:       {type: children, of: opportunity_line, via: opportunity, min: 0, max: 500}
  line_total:  {type: money, rollup: {sum: lines.amount, where: 'optional == false'}}
  contacts:    {type: references, to: contact, attributes: {role: {type: select, options: {decider: {}, user: {}}}}}
  source:      {type: reference, to: any}
  lost_reason: {type: select, options: {price: {}, time: {}}, required_when: 'stage == "lost"'}
  bank_card:   {type: text, encrypted: true, mask: last4}
unique:
  one_open_deal: {fields: [account, name], where: 'stage != "lost"', message: {en: Twice, zh-CN: 重复}}
indexes: {by_stage_close: [stage, close_date]}
rules:
  amount_when_won: {when: 'stage == "won"', require: 'amount > 0', error: {en: A won deal needs an amount, zh-CN: 赢单必须填写金额}, at: amount}
transitions:
  field: stage
  initial: [qualify]
  moves:
    propose: {from: [qualify], to: proposal}
    win:     {from: [proposal], to: won, roles: [sales_rep], when: 'amount > 0', approval: deal_approval}
    lose:    {from: [qualify, proposal], to: lost}
hooks: {before_save: opportunity.check_discount, after_win: opportunity.hand_over}
actions: {clone: {label: Clone, script: opportunity.clone, roles: [sales_rep]}}
"#;

const DECISION: &str = r#"kind: decision
name: quote_risk
label: {en: Quote risk, zh-CN: 报价风险, zh-TW: 報價風險}
object: quote
roles: [sales_rep]
hit: collect
collect: max
inputs:
  discount: {label: Discount, expression: discount, min: 0, max: '100'}
  region:   {expression: account.region, values: [north, south]}
  urgent:   {type: boolean, required: true}
outputs:
  limit: {type: money, currency: CNY}
default: {limit: '1'}
rules:
  - {when: {discount: '> 0.3', region: '"north","south"', urgent: true}, then: {limit: '100000'}, from: 2026-01-01, until: 2026-12-31, note: 3.2}
  - {when: {discount: 5}, then_from: {limit: discount * 2}}
"#;

#[test]
fn a_decision() {
    let parsed = crate::parse("decisions/quote_risk.yaml", &DECISION.replace("note: 3.2", "note: '3.2'"));
    let Definition::Decision(decision) = parsed.definition else { panic!("no decision") };
    let (rules, found) = decision.rule_texts();
    assert!(found.is_empty() && rules.len() == 2);
    assert_eq!(rules[0].when["urgent"].text, "true");
    assert_eq!(rules[1].when["discount"].path, ["rules", "1", "when", "discount"]);
    assert_eq!(rules[1].then_from["limit"].text, "discount * 2");
    assert_eq!(rules[0].until.as_ref().unwrap().text, "2026-12-31");
    let again: definition::Decision =
        serde_json::from_value(serde_json::to_value(&decision).unwrap()).unwrap();
    assert_eq!(again, *decision);
}

#[test]
fn rules_of_a_sheet_have_places() {
    let head = DECISION.split("rules:").next().unwrap();
    // A head, a line a rule: (what is read, with line and column inside the text).
    let rows = [
        ("discount\tregion\tlimit\n> 5\t\"a|b\"\t9", "discount=> 5@2:1 region=\"a|b\"@2:5 limit:9@2:11"),
        ("| discount | limit |\n|---|---|\n| > 5 | = discount |", "discount=> 5@3:3 limit==discount@3:11"),
        (
            "discount|region|limit|note|from\n\n1 | \"a|b\" | \"x\" | why | 2026-01-01\n",
            "discount=1@3:1 region=\"a|b\"@3:5 limit:x@3:13 from 2026-01-01@3:25",
        ),
        ("discount|limit\n1\n", "discount=1@2:1"),
        ("discount|limt\n", "!1:10 column `limt` does not exist"),
        ("discount|discount\n", "!1:10 `discount` is already defined in this line"),
        ("discount|limit\n1|2|3\n", "!2:5 the line has 3 cells, the head 2 discount=1@2:1 limit:2@2:3"),
    ];
    for (table, expect) in rows {
        let text = format!("{head}table: {}\n", serde_json::to_string(table).unwrap());
        let parsed = crate::parse("decisions/quote_risk.yaml", &text);
        let Definition::Decision(decision) = parsed.definition else { panic!("no decision") };
        let (rules, found) = decision.rule_texts();
        let mut told: Vec<String> = found
            .iter()
            .map(|((line, column), found)| {
                format!("!{line}:{column} {}", found.render(diagnostic::Locale::En))
            })
            .collect();
        for rule in &rules {
            let at = |at: (u32, u32)| format!("@{}:{}", at.0, at.1);
            told.extend(rule.when.iter().map(|(name, part)| format!("{name}={}{}", part.text, at(part.at))));
            told.extend(rule.then.iter().map(|(name, part)| match &part.text {
                definition::decision::ThenText::Cell(text) => format!("{name}:{text}{}", at(part.at)),
                definition::decision::ThenText::Json(json) => format!("{name} json {json}"),
            }));
            told.extend(
                rule.then_from.iter().map(|(name, part)| format!("{name}=={}{}", part.text, at(part.at))),
            );
            told.extend(rule.from.iter().map(|part| format!("from {}{}", part.text, at(part.at))));
        }
        assert_eq!(told.join(" "), expect, "{table:?}");
    }
}

#[test]
fn an_object() {
    let parsed = crate::parse("objects/opportunity.yaml", OBJECT);
    let Definition::Object(object) = parsed.definition else { panic!("no object") };
    assert_eq!(object.fields.len(), 15);
    assert_eq!(object.ownership, Some(Ownership::User));
    let FieldType::Reference(account) = &object.fields["account"].kind else { panic!("no reference") };
    assert_eq!((account.to.as_str(), account.on_delete), ("account", Some(OnDelete::Restrict)));
    let total = object.fields["line_total"].rollup.as_ref().unwrap();
    assert_eq!(total.function(), Some((RollupFunction::Sum, "lines", Some("amount"))));
    assert!(object.fields["expected"].is_derived());
    assert_eq!(object.transitions.unwrap().moves["win"].approval.as_deref(), Some("deal_approval"));
    assert_eq!(object.actions["clone"].script.function, "clone");
}

#[test]
fn a_type_survives_writing_and_reading() {
    let parsed = crate::parse("objects/opportunity.yaml", OBJECT);
    let Definition::Object(object) = parsed.definition else { panic!("no object") };
    let written = serde_json::to_value(&object).unwrap();
    let again: definition::Object = serde_json::from_value(written).unwrap();
    assert_eq!(again, *object);
}

#[test]
fn a_role() {
    let text = "
kind: role
name: sales_rep
objects:
  crm.opportunity: {create: true, read: department_tree, update: own, delete: none, export: false,
                    fields: {cost: hidden, credit_limit: read}, moves: [propose, win, lose], actions: all}
  crm.account: {read: 'owner == user.id || region == user.region', update: own}
restrictions:
  crm.account: {where: 'confidential == false', exempt: [ceo]}
workflows: {quote_approval: {start: true}}
";
    let Definition::Role(role) = crate::parse("roles/sales_rep.yaml", text).definition else {
        panic!("no role")
    };
    let deal = &role.objects["crm.opportunity"];
    assert_eq!(deal.read, Some(Scope::DepartmentTree));
    assert_eq!(deal.export, Some(Scope::None));
    assert_eq!(deal.purge, None);
    assert_eq!(deal.fields["cost"], FieldRight::Hidden);
    assert!(deal.moves.as_ref().unwrap().contains("win"));
    assert!(deal.actions.as_ref().unwrap().contains("anything"));
    assert!(matches!(&role.objects["crm.account"].read, Some(Scope::Condition(_))));
}

#[test]
fn screens() {
    let form = "
kind: form
name: opportunity_main
object: opportunity
sections:
  basics: {label: Basics, columns: 2, fields: [name, account, stage, amount]}
  lines:  {visible_when: 'stage != \"qualify\"', fields: {lines: {}}}
  more:   {collapsed: true, fields: [source, contacts]}
fields: {amount: {readonly_when: 'stage == \"won\"', help: H}, lines: {columns: [product, qty, price], footer: {amount: sum}}}
layouts: {phone: {basics: {columns: 1}}}
public: {enabled: false}
";
    let Definition::Form(form) = crate::parse("forms/o.yaml", form).definition else { panic!("no form") };
    assert_eq!(form.sections["lines"].fields.len(), 1);
    let view = "
kind: view
name: pipeline
object: opportunity
type: kanban
group_by: stage
card: {title: name, lines: [account, amount, close_date], sum: amount}
where: 'owner == user.id'
sort: [-amount]
";
    let Definition::View(view) = crate::parse("views/p.yaml", view).definition else { panic!("no view") };
    assert_eq!(view.sort, ["-amount"]);
    let plan = "
kind: view
name: plan
object: task
type: gantt
start: begins_on
end: ends_on
title: name
depends_on: after
progress: done
parent: part_of
group_by: team
";
    let Definition::View(plan) = crate::parse("views/g.yaml", plan).definition else { panic!("no view") };
    assert_eq!((plan.r#type, plan.depends_on.as_deref()), (ViewType::Gantt, Some("after")));
    let gallery = "
kind: view
name: shelf
object: product
type: gallery
cover: photo
card: {title: name, lines: [price]}
";
    let Definition::View(gallery) = crate::parse("views/s.yaml", gallery).definition else {
        panic!("no view")
    };
    assert_eq!((gallery.r#type, gallery.cover.as_deref()), (ViewType::Gallery, Some("photo")));
}

#[test]
fn pages_and_menus() {
    let page = "
kind: page
name: account_360
object: account
default: true
blocks: {head: {summary: [industry, owner]}}
tabs:
  overview: {blocks: {form: {form: account_main, width: two_thirds}, story: {timeline: {}, width: third}}}
  money:
    visible_when: 'owner == user.id'
    blocks: {paid: {related: {object: fin.receipt, via: account, columns: [date, amount], sort: [-date]}}}
";
    let Definition::Page(page) = crate::parse("pages/a.yaml", page).definition else { panic!("no page") };
    assert_eq!(page.tabs["overview"].blocks["story"].kinds(), ["timeline"]);
    assert_eq!(page.tabs["money"].blocks["paid"].related.as_ref().unwrap().via, "account");
    let app = "
kind: app
name: sales
roles: [sales_rep]
menu: {deals: {object: opportunity, view: pipeline}, start: {page: start}, more: {label: More, menu: {leads: {object: lead}}}}
";
    let Definition::App(app) = crate::parse("apps/s.yaml", app).definition else { panic!("no app") };
    assert_eq!(app.menu["more"].menu["leads"].object.as_deref(), Some("lead"));
}

#[test]
fn a_workflow() {
    let text = "
kind: workflow
use: approval
name: quote_approval
object: quote
start: {by: [button], roles: [sales_rep], when: 'lines.count() > 0'}
record:
  lock: material
  material: [total, discount]
  set: {submit: {status: in_approval}, approve: {status: approved}, reject: {status: rejected}, withdraw: {status: draft}}
policy:
  withdraw: before_first_decision
  dedupe: consecutive
  self: superior
  empty: {assign: {role: flow_admin}}
  comment_required: [reject, return]
  after_return: from_here
  absent: substitute
  separate: [[manager, finance]]
fields: {'*': read, cost_price: hidden}
steps:
  manager: {approve: {by: [{superior: {of: initiator}}], mode: any}, allow: [return]}
  by_risk:
    choose:
      high: {when: 'discount > 30', steps: {finance: {approve: {by: [{role: finance, within: initiator.department}], mode: all}}}}
      otherwise: {steps: {}}
  mark: {set: {checked: true}, set_from: {checked_at: 'now()'}}
  line: {approve: {by: [{superior_chain: {of: initiator, from: 2, until: 'approver.limit >= record.total'}}], mode: sequential}}
  legal: {approve: {by: [{group: [{by: {initiator_picks: {from: {role: legal}, max: 2}}, weight: 2}, {by: {user: [li.wei, wu.di]}}]}]}}
  board: {approve: {by: [{previous_picks: {from: {where: 'title == initiator.title'}, at: legal}}]}}
  tell: {cc: {by: [{field: record.owner}, {department_head: {of: initiator}}, {user: li.wei}]}}
  done: {end: approved}
";
    let parsed = crate::parse("workflows/q.yaml", text);
    let Definition::Workflow(workflow) = parsed.definition else { panic!("no workflow") };
    assert!(matches!(workflow.policy.empty, Some(Empty::Assign(Performer::Role { .. }))));
    let StepKind::Approve(manager) = &workflow.steps["manager"].kind else { panic!("no approve") };
    assert_eq!(manager.approve.mode, ApproveMode::Any);
    assert!(matches!(&manager.approve.by[0], Performer::Superior { superior } if superior.level == 1));
    let StepKind::Choose(risk) = &workflow.steps["by_risk"].kind else { panic!("no choose") };
    assert_eq!(risk.choose["high"].steps["finance"].kind.name(), "approve");
    let written = serde_json::to_value(&workflow).unwrap();
    let again: definition::Workflow = serde_json::from_value(written).unwrap();
    assert_eq!(again, *workflow);
}

#[test]
fn a_scenario_seed_translation_and_pack() {
    let scenario = "
kind: scenario
name: big_discount
given: {demo: [accounts_sample], clock: 2026-03-02T09:00+08:00}
steps:
  - as: sales.lily
    create: {object: crm.quote, set: {account: '@acme', discount: '30'}, save: quote}
  - submit: {record: quote, workflow: quote_approval}
  - expect: {record: quote, fields: {status: in_approval}, tasks: [{assignee: manager.chen, node: manager}]}
  - advance: 9h
  - as: director.wang
    approve: {record: quote}
  - as: sales.other
    refused: {update: {record: quote, set: {discount: '50'}}, code: record_locked}
";
    let Definition::Scenario(scenario) = crate::parse("scenarios/b.yaml", scenario).definition else {
        panic!("no scenario")
    };
    let names: Vec<&str> = scenario.steps.iter().map(|step| step.action.name()).collect();
    assert_eq!(names, ["create", "submit", "expect", "advance", "approve", "refused"]);
    let again: definition::Scenario =
        serde_json::from_value(serde_json::to_value(&scenario).unwrap()).unwrap();
    assert_eq!(again, scenario);
    crate::parse("demo/a.yaml", "kind: demo\nname: a\nobject: account\nfile: accounts.csv\nafter: [users]\n");
    crate::parse(
        "translations/tw.yaml",
        "kind: translation\nname: tw\nlocale: zh-TW\ntexts: {object.lead: 線索}\n",
    );
    let pack = "kind: pack\nname: crm\nversion: 1.2.0\nengine: '>=0.1'\nrequires: {base: ^1}\nglue: {with: [crm, pms]}\n";
    crate::parse("pack.yaml", pack);
}

#[test]
fn a_calendar() {
    let text = "\
kind: calendar
name: cn_workdays
label: {en: Working days in China, zh-CN: 中国工作日, zh-TW: 中國工作日}
timezone: Asia/Shanghai
hours: [09:00-12:00, '13:00-18:00']
days: [mon, tue, wed, thu, fri]
week: {fri: ['09:00-12:00'], sun: []}
day: 8h
holidays:
  spring: {from: 2026-02-16, until: 2026-02-22, label: 春节}
  new_year: {on: 2026-01-01, hidden: true}
workdays:
  make_up: {on: 2026-02-14, like: fri}
  eve: {on: 2026-12-24, hours: ['09:00-12:00']}
";
    let Definition::Calendar(calendar) = crate::parse("calendars/cn_workdays.yaml", text).definition else {
        panic!("no calendar")
    };
    assert_eq!(calendar.days.as_ref().map(Vec::len), Some(5));
    assert_eq!(
        calendar.week.days().map(|day| day.map(Vec::len)),
        [None, None, None, None, Some(1), None, Some(0)]
    );
    let days = calendar.holidays["spring"].dates().read().map(|(from, until)| (until - from).num_days());
    assert_eq!((days, calendar.holidays["new_year"].hidden), (Some(6), true));
    assert_eq!(calendar.workdays["make_up"].like.map(|day| day.place()), Some(4));
    let json = serde_json::to_value(&calendar).unwrap();
    assert_eq!(json["workdays"]["eve"]["hours"], serde_json::json!(["09:00-12:00"]));
    let Definition::Overlay(overlay) = crate::parse(
        "calendars/cn_workdays.yaml",
        "kind: calendar\nextends: base.cn_workdays\nbased_on: 1.0.0\nholidays: {spring: {until: 2026-02-24}, ours: {on: 2026-05-20}}",
    )
    .definition
    else {
        panic!("no overlay")
    };
    assert_eq!(overlay.changes["holidays"]["ours"]["on"], "2026-05-20");
}

#[test]
fn a_connector() {
    let text = "\
kind: connector
name: erp
label: {en: ERP, zh-CN: ERP}
http:
  url: https://erp.example.com/api
  auth: {bearer: {secret: token}, hmac: {secret: key}}
  headers: {X-Tenant: '42'}
  timeout: 20s
  decimals: number
operations:
  create_quote:
    method: PUT
    path: /quotes/{number}/{part}.json
    parameters: {number: {type: text, required: true}, part: {type: integer, default: 1}, total: {type: money}}
    query: {v: '2'}
    query_from: {draft: total == ()}
    headers_from: {X-Number: number}
    body: {form: quote, head: {currency: CNY}}
    body_from: {head: {total: total}, lines: [number, {no: part}]}
    answer: {id: {type: text, path: /data/id, required: true}, total: {type: decimal}}
    ok: [200, 201, 409]
    retry: never
  ping: {path: /ping}
  note: {path: /notes, body_from: 'text', parameters: {text: {type: long_text}}}
";
    let Definition::Connector(connector) = crate::parse("connectors/erp.yaml", text).definition else {
        panic!("no connector")
    };
    let told: Vec<_> = connector.operations.values().map(|o| (o.method().name(), o.retry().name())).collect();
    assert_eq!(told, [("PUT", "never"), ("GET", "safe"), ("POST", "keyed")]);
    let auth = connector.http.as_ref().and_then(|http| http.auth.as_ref()).unwrap();
    assert_eq!(auth.secrets().collect::<Vec<_>>(), [("bearer", "token"), ("hmac", "key")]);
    let parts = connector.operations["create_quote"].parts().unwrap();
    let text = |text: &str| PathPart::Text(text.to_owned());
    let parameter = |name: &str| PathPart::Parameter(name.to_owned());
    assert_eq!(parts, [text("/quotes/"), parameter("number"), text("/"), parameter("part"), text(".json")]);
    let json = serde_json::to_value(&connector).unwrap();
    assert_eq!(json["operations"]["create_quote"]["body_from"]["lines"], json!(["number", {"no": "part"}]));
    let text = "kind: connector\nname: post\nsmtp: {url: 'smtps://mail.example.com', from: 'Desk <desk@example.com>', \
                auth: {user: desk, secret: password}}\n";
    crate::parse("connectors/post.yaml", text);
    let text = "kind: connector\nextends: crm.erp\nhttp: {timeout: 5s}\noperations: {ping: {retry: never}}";
    let Definition::Overlay(overlay) = crate::parse("connectors/erp.yaml", text).definition else {
        panic!("no overlay")
    };
    assert_eq!(overlay.changes["operations"]["ping"]["retry"], "never");
}

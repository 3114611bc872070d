use super::*;
use crate::build::tests::sample::{built, built_on};

fn object(fields: &str) -> String {
    format!("kind: object\nname: lead\nownership: user\nfields:\n{fields}")
}

/// The changes between two versions of an object and a role, one a line; `!` blocks, `?` is only counted.
fn check(old: (&str, &str), new: (&str, &str), expect: &[&str]) {
    let files = |(fields, grant): (&str, &str)| {
        let role = format!("kind: role\nname: rep\nobjects:\n  crm.lead: {grant}\n");
        [("objects/lead.yaml", object(fields)), ("roles/rep.yaml", role)]
    };
    let (old_files, new_files) = (files(old), files(new));
    let refs = |files: &[(&'static str, String); 2]| [0, 1].map(|at| (files[at].0, files[at].1.clone()));
    let (old_files, new_files) = (refs(&old_files), refs(&new_files));
    let old = built(&old_files.each_ref().map(|(path, text)| (*path, text.as_str())));
    let new = built_on(&new_files.each_ref().map(|(path, text)| (*path, text.as_str())), &old.names);
    let changes = diff(Some(&old.catalog), &new.catalog);
    let mut lines: Vec<String> = changes
        .lines
        .iter()
        .map(|line| {
            let mark = match &line.check {
                Some(check) if check.blocks => "! ",
                Some(_) => "? ",
                None => "",
            };
            format!("{mark}{:?} {}", line.kind, line.what)
        })
        .collect();
    lines.extend(changes.recompute.iter().map(|(object, field)| format!("recompute {object}.{field}")));
    assert_eq!(lines, expect);
}

#[test]
fn fields_come_go_widen_and_narrow() {
    let same = "{read: own}";
    let rows: [(&str, &str, &[&str]); 8] = [
        ("  a: {type: text}\n", "  a: {type: text}\n", &[]),
        (
            "  a: {type: text}\n",
            "  a: {type: text}\n  b: {type: text, required: true}\n",
            &["? Add field crm.lead.b (text, required)"],
        ),
        (
            "  a: {type: text}\n  b: {type: text}\n",
            "  a: {type: text}\n",
            &["Retire field crm.lead.b; its data is kept"],
        ),
        ("  a: {type: text}\n", "  b: {type: text, formerly: [a]}\n", &["Rename crm.lead.a is called b"]),
        (
            "  a: {type: text, max: 20}\n",
            "  a: {type: text, max: 10, required: true}\n",
            &["! Narrow crm.lead.a is required", "! Narrow crm.lead.a: max 20 becomes 10"],
        ),
        (
            "  a: {type: integer, min: 5}\n",
            "  a: {type: integer}\n",
            &["Widen crm.lead.a: min 5 becomes none"],
        ),
        (
            "  a: {type: select, options: [x, y]}\n",
            "  a: {type: select, options: [y, z]}\n",
            &["Widen crm.lead.a: options z come", "! Narrow crm.lead.a: options x go"],
        ),
        (
            "  a: {type: text}\n",
            "  a: {type: text, unique: true}\n",
            &["! Narrow crm.lead is unique by a (a)"],
        ),
    ];
    for (old, new, expect) in rows {
        check((old, same), (new, same), expect);
    }
}

#[test]
fn rules_are_counted_and_computed_values_computed_again() {
    let same = "{read: own}";
    let old = "  a: {type: integer}\n  b: {type: integer, formula: 'a + 1'}\n";
    let new = "  a: {type: integer}\n  b: {type: integer, formula: 'a + 2'}\nrules: {r: {require: 'a > 0', error: no}}\n";
    let expect = [
        "Behaviour crm.lead.b is computed in another way",
        "? Narrow rule r of crm.lead comes",
        "recompute crm.lead.b",
    ];
    check((old, same), (new, same), &expect);
}

#[test]
fn access_is_gained_and_lost() {
    let fields = "  a: {type: text}\n";
    let expect = [
        "AccessGained crm.rep on crm.lead: read own becomes all",
        "AccessLost crm.rep on crm.lead: may no longer create",
        "AccessLost crm.rep on crm.lead: field a edit becomes read",
    ];
    check((fields, "{read: own, create: true}"), (fields, "{read: all, fields: {a: read}}"), &expect);
}

#[test]
fn calendars_are_told() {
    let calendar = |body: &str| format!("kind: calendar\nname: it\n{body}");
    let office = "hours: ['09:00-18:00']\ndays: [mon, tue]\n";
    let check = |old: &str, new: &str, expect: &[&str]| {
        let (old, new) = (calendar(old), calendar(new));
        let old = built(&[("calendars/it.yaml", &old)]);
        let new = built_on(&[("calendars/it.yaml", &new)], &old.names);
        let lines = diff(Some(&old.catalog), &new.catalog).lines;
        let lines: Vec<String> = lines.iter().map(|line| format!("{:?} {}", line.kind, line.what)).collect();
        assert_eq!(lines, expect);
    };
    let with = |more: &str| format!("{office}{more}");
    check(office, office, &[]);
    check(office, &with("label: Ours"), &[]);
    check(
        office,
        &with("timezone: Asia/Taipei\nday: 8h\nweek: {wed: ['09:00-12:00']}"),
        &[
            "Behaviour calendar crm.it: time zone that of the site becomes Asia/Taipei",
            "Behaviour calendar crm.it: a day of 540 minutes becomes one of 480",
            "Behaviour calendar crm.it: the hours of the week change",
        ],
    );
    check(
        &with("holidays: {may: {on: 2026-05-01}}"),
        &with("holidays: {spring: {from: 2027-02-05, until: 2027-02-12}, may: {on: 2026-05-01}}"),
        &["Behaviour calendar crm.it: holidays or workdays on 8 days from 2027-02-05 to 2027-02-12"],
    );
    check(
        &with("holidays: {may: {on: 2026-05-01}}"),
        office,
        &["Behaviour calendar crm.it: holiday or workday on 2026-05-01"],
    );
    let (none, one) = (built(&[]), built(&[("calendars/it.yaml", &calendar(office))]));
    let first =
        |old: &crate::Built, new: &crate::Built| diff(Some(&old.catalog), &new.catalog).lines.remove(0).what;
    assert_eq!(first(&none, &one), "calendar crm.it");
    assert_eq!(first(&one, &none), "calendar crm.it");
}

#[test]
fn connectors_are_told() {
    let connector = |body: &str| format!("kind: connector\nname: it\n{body}");
    let check = |old: &str, new: &str, expect: &[&str]| {
        let (old, new) = (connector(old), connector(new));
        let old = built(&[("connectors/it.yaml", &old)]);
        let new = built_on(&[("connectors/it.yaml", &new)], &old.names);
        let lines = diff(Some(&old.catalog), &new.catalog).lines;
        let lines: Vec<String> = lines.iter().map(|line| format!("{:?} {}", line.kind, line.what)).collect();
        assert_eq!(lines, expect);
    };
    let one = "http: {url: 'https://a.example.com', auth: {bearer: {secret: token}}}\noperations: {a: {path: /a}, b: {path: /b}}";
    check(one, one, &[]);
    check(one, &format!("{one}\nlabel: Ours"), &[]);
    check(
        one,
        "http: {auth: {basic: {user: u, secret: password}}}\noperations: {a: {path: /aa}, c: {path: /c}}",
        &[
            "Behaviour connector crm.it: address https://a.example.com becomes that of the site",
            "Behaviour connector crm.it: secrets token become password",
            "Behaviour connector crm.it: operation a changes",
            "Behaviour connector crm.it: operation c is added",
            "Behaviour connector crm.it: operation b is gone",
        ],
    );
    check(
        one,
        &one.replace("http: {", "http: {timeout: 5s, "),
        &["Behaviour connector crm.it: it is reached in another way"],
    );
    let (none, some) = (built(&[]), built(&[("connectors/it.yaml", &connector(one))]));
    let first =
        |old: &crate::Built, new: &crate::Built| diff(Some(&old.catalog), &new.catalog).lines.remove(0).what;
    assert_eq!(first(&none, &some), "connector crm.it");
    assert_eq!(first(&some, &none), "connector crm.it");
}

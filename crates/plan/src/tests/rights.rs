//! What roles grant together.

use super::world::{CATALOG, actor};
use crate::actor::{Access, Rows};
use catalog::FieldRight;

/// The rows as words: who compares what.
fn words(rows: &Rows) -> String {
    match rows {
        Rows::None => "none".to_owned(),
        Rows::All => "all".to_owned(),
        Rows::Where(condition) => {
            let paths = crate::walk::paths(condition);
            let word = |(path, _): &(&expression::Path, bool)| {
                let steps: Vec<&str> = path.steps.iter().map(|step| &*step.field).collect();
                format!("{:?}:{}", path.root, steps.join("."))
            };
            paths.iter().map(word).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn scopes_unite_restrictions_intersect_and_children_follow() {
    let check = |login: &str, object: &str, access: Access, expect: &str| {
        let actor = actor(login);
        let found = actor.grant(object).map_or("unknown".to_owned(), |grant| words(grant.rows(access)));
        assert_eq!(found, expect, "{login} {object} {access:?}");
    };
    let own = "Row:owner User:id";
    check("lily", "shop.deal", Access::Read, own);
    check("lily", "shop.deal", Access::Purge, "none");
    check("lily", "shop.line", Access::Read, "Row:deal.owner User:id");
    check("lily", "shop.line", Access::Delete, "Row:deal.owner User:id");
    check("lily", "shop.account", Access::Read, "Row:department User:department Row:confidential");
    check("lily", "shop.account", Access::Restriction, "Row:confidential");
    check("lily", "base.user", Access::Read, "all");
    check("lily", "base.user", Access::Update, "Row:id User:id");
    check("chen", "shop.account", Access::Read, "all");
    check("chen", "shop.deal", Access::Read, "User:departments Row:department");
    check("chen", "shop.deal", Access::Delete, "none");
    check("chen", "shop.line", Access::Update, "User:departments Row:deal.department");
    check("root", "shop.line", Access::Purge, "all");
    check("guest", "shop.deal", Access::Read, "unknown");
    check("guest", "base.user", Access::Read, "all");
}

#[test]
fn field_rights_take_the_widest_and_derived_fields_follow_their_inputs() {
    let check = |login: &str, object: &str, field: &str, expect: FieldRight| {
        let index = CATALOG.objects[object].field(field).unwrap().index;
        let right = actor(login).grant(object).unwrap().field(index);
        assert_eq!(right, expect, "{login} {object}.{field}");
    };
    check("lily", "shop.deal", "name", FieldRight::Edit);
    check("lily", "shop.deal", "cost", FieldRight::Hidden);
    check("lily", "shop.deal", "margin", FieldRight::Hidden);
    check("lily", "shop.deal", "expected", FieldRight::Read);
    check("lily", "shop.deal", "industry", FieldRight::Read);
    check("lily", "shop.deal", "id", FieldRight::Read);
    check("lily", "shop.deal", "version", FieldRight::Read);
    check("lily", "shop.deal", "created_by", FieldRight::Read);
    check("lily", "shop.deal", "owner", FieldRight::Edit);
    check("lily", "shop.account", "secret", FieldRight::Hidden);
    check("lily", "shop.account", "confidential", FieldRight::Read);
    check("chen", "shop.deal", "cost", FieldRight::Edit);
    check("chen", "shop.deal", "margin", FieldRight::Read);
    check("root", "shop.deal", "total", FieldRight::Read);
}

/// The shipped packs: every role unites, and every object it knows can be listed, grouped and shown.
#[test]
fn every_role_of_the_shipped_packs_reads_what_it_knows() {
    use catalog::{Options, PackSource, PhysicalNames, build};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
    let pack = |name: &str| {
        let root = folder.join(name);
        let mut files = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let relative = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                    files.push((relative, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        PackSource { root: name.to_owned(), files }
    };
    let built = build(&[pack("base"), pack("crm")], &PhysicalNames::default(), &Options::default());
    let built = built.map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    let catalog = built.unwrap().catalog;
    let mut listed = 0;
    for role in catalog.roles.keys() {
        let mut who = actor("guest");
        who.roles = std::sync::Arc::from([role.clone()]);
        who.grants = std::sync::Arc::new(crate::grants::unite(&catalog, &who.roles));
        for object in who.grants.objects.keys() {
            crate::query::list(&catalog, &who, object, &[]).unwrap();
            crate::query::record(&catalog, &who, object, uuid::Uuid::nil(), &[]).unwrap();
            listed += 1;
        }
        assert!(!who.grant("base.user").unwrap().read.is_none(), "{role} reads the directory");
    }
    assert!(listed > 50, "{listed}");
}

use super::*;

fn column(name: &str, ty: ColumnType) -> WantedColumn {
    WantedColumn { name: name.to_owned(), formerly: Vec::new(), shape: Shape::Column(ty) }
}

fn table(name: &str, columns: Vec<WantedColumn>) -> WantedTable {
    WantedTable { name: name.to_owned(), formerly: Vec::new(), columns }
}

/// `field=column` of one table, then `-field=column` for each retired one.
fn shown(names: &PhysicalNames, object: &str) -> String {
    let table = &names.tables[object];
    let mut words = vec![table.table.clone()];
    words.extend(table.columns.iter().map(|(field, c)| format!("{field}={}", c.name)));
    words.extend(table.retired.iter().map(|(field, c)| format!("-{field}={}", c.name)));
    words.join(" ")
}

#[test]
fn names_are_fixed_at_birth() {
    let text = ColumnType::Text;
    let first =
        PhysicalNames::default().allocate(&[table("crm.lead", vec![column("a", text), column("b", text)])]);
    assert_eq!(shown(&first, "crm.lead"), "crm_lead a=a b=b");

    let mut renamed = column("c", text);
    renamed.formerly = vec!["a".to_owned()];
    let mut moved = table("crm.prospect", vec![renamed, column("b", ColumnType::Integer)]);
    moved.formerly = vec!["crm.lead".to_owned()];
    let second = first.allocate(&[moved]);
    assert_eq!(shown(&second, "crm.prospect"), "crm_lead c=a b=b_2 -b=b");

    let mut back = table("crm.prospect", vec![column("b", text), column("a", text)]);
    back.formerly = vec!["crm.lead".to_owned()];
    let third = second.allocate(&[back]);
    assert_eq!(shown(&third, "crm.prospect"), "crm_lead b=b a=a_2 -b=b_2 -c=a");
}

#[test]
fn what_left_is_retired_and_comes_back() {
    let text = ColumnType::Text;
    let first =
        PhysicalNames::default().allocate(&[table("a.x", vec![column("n", text)]), table("a.y", vec![])]);
    let second = first.allocate(&[table("a.x", vec![])]);
    assert_eq!(shown(&second, "a.x"), "a_x -n=n");
    assert_eq!(second.retired.keys().collect::<Vec<_>>(), ["a.y"]);
    let third = second.allocate(&[table("a.x", vec![column("n", text)]), table("a.y", vec![])]);
    assert_eq!(third, first);
}

#[test]
fn names_do_not_meet() {
    let wanted = [
        table("a.b_c", vec![column("about_object", ColumnType::Text), column("about", ColumnType::Link)]),
        table("a_b.c", vec![]),
    ];
    let names = PhysicalNames::default().allocate(&wanted);
    assert_eq!(shown(&names, "a.b_c"), "a_b_c about_object=about_object about=about_2");
    assert_eq!(shown(&names, "a_b.c"), "a_b_c_2");
}

#[test]
fn long_names_are_cut_with_a_hash() {
    let long = "x".repeat(80);
    let names = PhysicalNames::default()
        .allocate(&[table(&format!("p.{long}"), vec![column(&long, ColumnType::Text)])]);
    let found = names.tables.values().next().unwrap();
    assert_eq!(found.table.len(), 63);
    assert_eq!(found.columns[0].name.len(), 63);
    assert_eq!(index_name(&found.table, "by_x", true).len(), 63);
}

#[test]
fn hash_columns_and_attributes_are_added_to_what_exists() {
    let secret = |lookup| WantedColumn {
        name: "card".to_owned(),
        formerly: Vec::new(),
        shape: Shape::Encrypted { lookup },
    };
    let pairs = |attributes: &[(&str, ColumnType)]| WantedColumn {
        name: "team".to_owned(),
        formerly: Vec::new(),
        shape: Shape::Pairs(attributes.iter().map(|(name, ty)| ((*name).to_owned(), *ty)).collect()),
    };
    let first = PhysicalNames::default().allocate(&[table("a.x", vec![secret(false), pairs(&[])])]);
    let second = first.allocate(&[table("a.x", vec![secret(true), pairs(&[("source", ColumnType::Text)])])]);
    let columns = &second.tables["a.x"].columns;
    assert_eq!(columns["card"].encrypted, Some(Some("card_hash".to_owned())));
    assert_eq!(columns["team"].name, "a_x__team");
    assert_eq!(columns["team"].attributes["source"].name, "source_2");
}

#[test]
fn names_come_back_as_they_were_stored() {
    let secret = |name: &str, lookup| WantedColumn {
        name: name.to_owned(),
        formerly: Vec::new(),
        shape: Shape::Encrypted { lookup },
    };
    let wanted =
        [table("a.x", vec![secret("card", false), secret("code", true), column("name", ColumnType::Text)])];
    let names = PhysicalNames::default().allocate(&wanted);
    let stored: PhysicalNames = serde_json::from_str(&serde_json::to_string(&names).unwrap()).unwrap();
    assert_eq!(stored, names);
    assert_eq!(stored.allocate(&wanted), names);
}

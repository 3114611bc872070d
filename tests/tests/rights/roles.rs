//! Roles, generated: scopes, conditions, rights on fields, moves, restrictions. As definitions and as values.

use crate::dice::Dice;
use crate::shape::{Field, SHAPES, Shape};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a scope may be asked for.
pub const ACCESSES: [&str; 10] =
    ["read", "update", "delete", "restore", "purge", "export", "assign", "history", "comment", "unmask"];

pub const MOVES: [&str; 3] = ["check", "reopen", "close"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scope {
    None,
    Own,
    Department,
    Tree,
    All,
    When(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    Hidden,
    Read,
    Edit,
}

#[derive(Clone, Debug, Default)]
pub struct Grant {
    pub create: bool,
    pub import: bool,
    pub scopes: BTreeMap<&'static str, Scope>,
    pub fields: BTreeMap<&'static str, Right>,
    pub moves: Vec<&'static str>,
    pub action: bool,
}

#[derive(Clone, Debug)]
pub struct Restriction {
    pub object: &'static str,
    pub condition: &'static str,
    /// Names of roles that it does not bind.
    pub exempt: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub grants: BTreeMap<&'static str, Grant>,
    pub restrictions: Vec<Restriction>,
}

impl Grant {
    pub fn scope(&self, access: &str) -> Scope {
        self.scopes.get(access).copied().unwrap_or(Scope::None)
    }
}

fn scope(dice: &mut Dice, shape: &Shape, none: usize) -> Scope {
    if dice.chance(none) {
        return Scope::None;
    }
    let owned = shape.owned || shape.follows.is_some();
    match dice.below(10) {
        0 | 1 if owned => Scope::Own,
        2 if owned => Scope::Department,
        3 if owned => Scope::Tree,
        4..=6 => Scope::All,
        _ => Scope::When(dice.pick::<&str>(shape.conditions)),
    }
}

fn may_be_limited(field: &Field) -> bool {
    !matches!(field.name, "id" | "version")
}

fn grant(dice: &mut Dice, shape: &Shape) -> Grant {
    let mut grant = Grant {
        create: dice.chance(65),
        import: dice.chance(40),
        action: dice.chance(70),
        ..Grant::default()
    };
    for access in ACCESSES {
        let none = if access == "read" { 4 } else { 25 };
        grant.scopes.insert(access, scope(dice, shape, none));
    }
    let hidden = *dice.pick(&[5, 15, 35]);
    for field in shape.fields.iter().filter(|field| may_be_limited(field)) {
        // What a new record needs is hidden now and then only; a level has a default.
        let needed = field.required && !field.name.ends_with("_level");
        let rare = if field.system || needed { 3 } else { 1 };
        match dice.below(100) {
            n if n < hidden / rare => grant.fields.insert(field.name, Right::Hidden),
            n if n < hidden + 15 => grant.fields.insert(field.name, Right::Read),
            _ => None,
        };
    }
    grant.moves = dice.some(&MOVES, 60);
    grant
}

/// So many roles.
pub fn generate(dice: &mut Dice, count: usize) -> Vec<Role> {
    let mut roles: Vec<Role> = (0..count)
        .map(|place| {
            let mut grants = BTreeMap::new();
            for shape in SHAPES {
                // Lines that no role names follow their order.
                let named = if shape.follows.is_some() { 45 } else { 85 };
                if dice.chance(named) {
                    grants.insert(shape.name, grant(dice, shape));
                }
            }
            Role { name: format!("r{place}"), grants, restrictions: Vec::new() }
        })
        .collect();
    for shape in SHAPES.iter().filter(|shape| shape.follows.is_none()) {
        if dice.chance(40) {
            let exempt = (0..count).filter(|_| dice.chance(50)).map(|place| format!("r{place}")).collect();
            let condition = *dice.pick(shape.conditions);
            let at = dice.below(count);
            roles[at].restrictions.push(Restriction { object: shape.name, condition, exempt });
        }
    }
    roles
}

/// The role as a file of the pack.
pub fn yaml(role: &Role) -> String {
    let mut out = format!("kind: role\nname: {}\nobjects:\n", role.name);
    if role.grants.is_empty() {
        out = format!("kind: role\nname: {}\n", role.name);
    }
    for (object, grant) in &role.grants {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {object}:");
        let _ = writeln!(out, "    create: {}", grant.create);
        let _ = writeln!(out, "    import: {}", grant.import);
        for (access, scope) in &grant.scopes {
            let text = match scope {
                Scope::None => "none",
                Scope::Own => "own",
                Scope::Department => "department",
                Scope::Tree => "department_tree",
                Scope::All => "all",
                Scope::When(text) => text,
            };
            let _ = writeln!(out, "    {access}: '{text}'");
        }
        if matches!(*object, "order" | "deed") {
            let _ = writeln!(out, "    moves: [{}]", grant.moves.join(", "));
            let _ = writeln!(out, "    actions: {}", if grant.action { "all" } else { "[]" });
        }
        if !grant.fields.is_empty() {
            let _ = writeln!(out, "    fields:");
        }
        for (field, right) in &grant.fields {
            let right = match right {
                Right::Hidden => "hidden",
                Right::Read => "read",
                Right::Edit => "edit",
            };
            let _ = writeln!(out, "      {field}: {right}");
        }
    }
    if !role.restrictions.is_empty() {
        out.push_str("restrictions:\n");
    }
    for restriction in &role.restrictions {
        let exempt = restriction.exempt.join(", ");
        let (object, condition) = (restriction.object, restriction.condition);
        let _ = writeln!(out, "  {object}: {{where: '{condition}', exempt: [{exempt}]}}");
    }
    out
}

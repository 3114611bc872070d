//! The objects of the vault as the harness knows them, written down once more and not taken from the catalog:
//! what the product says of itself must not decide what is expected of it.

use crate::dice::Dice;
use serde_json::{Value as Json, json};

/// What values of a field are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    Integer,
    Money,
    Date,
    DateTime,
    Boolean,
    Option(&'static [&'static str]),
    Options(&'static [&'static str]),
    To(&'static str),
    ToAny,
    Users,
    Pairs(&'static str),
    Children(&'static str, &'static str),
    Secret,
    Id,
}

/// A field of the vault's own, or one that the engine sets.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// What a derived field is computed from: a reader needs all of it.
    pub inputs: &'static [(&'static str, &'static str)],
    /// The engine's.
    pub system: bool,
    pub required: bool,
}

#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    pub fields: &'static [Field],
    /// Has an owner of its own.
    pub owned: bool,
    /// Rights follow the record that this reference leads to: object, reference, children field there.
    pub follows: Option<(&'static str, &'static str, &'static str)>,
    /// The natural key.
    pub key: Option<&'static str>,
    /// Conditions that its scopes may be.
    pub conditions: &'static [&'static str],
}

const fn plain(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, inputs: &[], system: false, required: false }
}

const fn needed(name: &'static str, kind: Kind) -> Field {
    Field { required: true, ..plain(name, kind) }
}

const fn derived(name: &'static str, kind: Kind, inputs: &'static [(&'static str, &'static str)]) -> Field {
    Field { inputs, ..plain(name, kind) }
}

const fn system(name: &'static str, kind: Kind) -> Field {
    Field { system: true, ..plain(name, kind) }
}

const ABC: &[&str] = &["a", "b", "c"];

use Kind::{
    Boolean, Children, Date, DateTime, Id, Integer, Money, Option as One, Options, Pairs, Secret, Text, To,
    ToAny, Users,
};

const REGION: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("created_at", DateTime),
    system("created_by", To("base.user")),
    system("updated_at", DateTime),
    needed("r_code", Text),
    needed("r_name", Text),
    plain("r_parent", To("region")),
    plain("r_budget", Money),
    needed("r_level", Integer),
];

const CLIENT: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("created_at", DateTime),
    system("updated_by", To("base.user")),
    system("owner", To("base.user")),
    system("department", To("base.department")),
    needed("c_code", Text),
    needed("c_name", Text),
    plain("c_region", To("region")),
    plain("c_credit", Money),
    plain("c_grade", Integer),
    plain("c_note", Text),
    needed("c_level", Integer),
    needed("c_closed", Boolean),
    plain("c_iban", Secret),
    plain("c_tags", Options(ABC)),
    plain("c_watchers", Users),
    plain("c_joined", Date),
    derived("c_double", Money, &[("client", "c_credit")]),
    derived("c_region_name", Text, &[("client", "c_region"), ("region", "r_name")]),
];

const PRODUCT: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("created_by", To("base.user")),
    needed("p_code", Text),
    needed("p_name", Text),
    plain("p_vendor", To("client")),
    plain("p_list", Money),
    plain("p_buy", Money),
    needed("p_level", Integer),
];

const ORDER: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("created_at", DateTime),
    system("created_by", To("base.user")),
    system("owner", To("base.user")),
    system("department", To("base.department")),
    needed("o_code", Text),
    plain("o_subject", Text),
    plain("o_client", To("client")),
    plain("o_kind", One(ABC)),
    plain("o_cost", Money),
    plain("o_budget", Money),
    needed("o_level", Integer),
    plain("o_due", Date),
    plain("o_at", DateTime),
    plain("o_about", ToAny),
    plain("o_approver", To("base.user")),
    derived("o_client_name", Text, &[("order", "o_client"), ("client", "c_name")]),
    derived("o_client_credit", Money, &[("order", "o_client"), ("client", "c_credit")]),
    derived("o_margin", Money, &[("order", "o_budget"), ("order", "o_cost")]),
    derived("o_exposure", Money, &[("order", "o_client"), ("client", "c_credit"), ("order", "o_budget")]),
    derived("o_late", Boolean, &[("order", "o_due")]),
    derived("o_slack", Integer, &[("order", "o_due")]),
    plain("o_lines", Children("line", "l_order")),
    plain("o_memos", Children("memo", "m_order")),
    plain("o_partners", Pairs("client")),
    derived(
        "o_total",
        Money,
        &[
            ("order", "o_lines"),
            ("line", "l_order"),
            ("line", "l_qty"),
            ("line", "l_price"),
            ("line", "l_amount"),
        ],
    ),
    needed("o_status", One(&["open", "checked", "closed"])),
];

const LINE: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("position", Integer),
    needed("l_order", To("order")),
    needed("l_name", Text),
    plain("l_product", To("product")),
    needed("l_qty", Integer),
    plain("l_price", Money),
    plain("l_cost", Money),
    derived("l_amount", Money, &[("line", "l_qty"), ("line", "l_price")]),
];

const MEMO: &[Field] = &[
    system("id", Id),
    system("version", Integer),
    system("owner", To("base.user")),
    system("department", To("base.department")),
    system("created_by", To("base.user")),
    needed("m_order", To("order")),
    needed("m_text", Text),
    plain("m_secret", Text),
    needed("m_level", Integer),
];

/// Every object, what is referred to before what refers to it.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "region",
        fields: REGION,
        owned: false,
        follows: None,
        key: Some("r_code"),
        conditions: &["r_level <= 1", "r_parent.r_level <= 1 || r_level == 0"],
    },
    Shape {
        name: "client",
        fields: CLIENT,
        owned: true,
        follows: None,
        key: Some("c_code"),
        conditions: &[
            "c_level <= 1",
            "c_closed == false",
            "c_region.r_level <= 1",
            "owner == user.id || c_level == 0",
            "within(department, user.department)",
        ],
    },
    Shape {
        name: "product",
        fields: PRODUCT,
        owned: false,
        follows: None,
        key: Some("p_code"),
        conditions: &["p_level <= 1", "p_vendor.c_level <= 1"],
    },
    Shape {
        name: "order",
        fields: ORDER,
        owned: true,
        follows: None,
        key: Some("o_code"),
        conditions: &[
            "o_level <= 1",
            "o_client.c_level <= 1",
            "o_client.owner == user.id",
            "o_lines.any(l_qty > 2)",
            "o_lines.count() == 0",
        ],
    },
    Shape {
        name: "line",
        fields: LINE,
        owned: false,
        follows: Some(("order", "l_order", "o_lines")),
        key: None,
        conditions: &["l_qty <= 2", "l_order.o_level <= 1"],
    },
    Shape {
        name: "memo",
        fields: MEMO,
        owned: true,
        follows: None,
        key: None,
        conditions: &["m_level <= 1", "m_order.o_level <= 1"],
    },
];

/// An object by its name in the pack.
pub fn shape(name: &str) -> &'static Shape {
    SHAPES.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("no object {name}"))
}

impl Shape {
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The name in requests.
    pub fn full(&self) -> String {
        format!("vault.{}", self.name)
    }

    /// Fields that somebody may write.
    pub fn written(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| !field.system && field.inputs.is_empty())
    }
}

pub const WORDS: &[&str] = &["alpha", "beta", "gamma", "alphabet", "云帆", "远山", "东海", "a b"];

/// A value of few, so that requests hit and miss. Relations are given by the caller.
pub fn value(dice: &mut Dice, field: &Field, pick: &mut dyn FnMut(&mut Dice, &str) -> Json) -> Json {
    if !field.required && dice.chance(15) {
        return Json::Null;
    }
    match field.kind {
        Text => json!(dice.pick(WORDS)),
        Integer => json!(dice.below(5)),
        Money => json!(format!("{}.00", dice.below(9))),
        Date => json!(format!("2026-03-{:02}", 1 + dice.below(5))),
        DateTime => json!(format!("2026-03-{:02}T0{}:00:00Z", 1 + dice.below(3), dice.below(9))),
        Boolean => json!(dice.chance(30)),
        One(options) => json!(dice.pick(options)),
        Options(options) => json!(dice.some(options, 50)),
        To(target) => pick(dice, target),
        ToAny => {
            let target = *dice.pick(&["client", "order", "product"]);
            match pick(dice, target) {
                Json::Null => Json::Null,
                id => json!({"object": format!("vault.{target}"), "id": id}),
            }
        }
        Users => Json::Array(
            (0..dice.below(3)).map(|_| pick(dice, "base.user")).filter(|u| !u.is_null()).collect(),
        ),
        Pairs(target) => {
            let mut ids: Vec<Json> = (0..dice.below(3)).map(|_| pick(dice, target)).collect();
            ids.retain(|id| !id.is_null());
            ids.dedup();
            let pair = |id: Json| json!({"id": id, "share": format!("{}", 10 + ids_len(&id) % 50)});
            Json::Array(ids.into_iter().map(pair).collect())
        }
        // Some are asked for, others no request names.
        Secret if dice.chance(50) => json!(format!("DE00{:08}", dice.below(6))),
        Secret => json!(format!("DE7{:05}{:04}", dice.below(100_000), dice.below(3))),
        Children(..) | Id => Json::Null,
    }
}

/// Some number that follows from a value.
fn ids_len(value: &Json) -> usize {
    value.as_str().map_or(0, |text| text.bytes().map(usize::from).sum())
}

//! Requests, generated: every way in which something can be read, over everything that there is, whether the asker
//! may know it or not.

use crate::dice::Dice;
use crate::shape::{Field, Kind, SHAPES, Shape, WORDS, shape};
use crate::site::Site;
use crate::world::{Person, Row};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Something that is asked.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Over HTTP; a list is followed through its cursors.
    Http {
        method: &'static str,
        path: String,
        query: Vec<(String, String)>,
        headers: Vec<(String, String)>,
        body: Json,
    },
    /// Records out of the database as CSV.
    Export { object: String, parameters: Vec<(String, String)> },
    /// Records from CSV, tried and not kept.
    Import { object: String, file: String },
    /// A file that a job makes and that is fetched.
    Made { order: Json },
    /// A file that is sent and tried by a job.
    Tried { object: String, file: String, plan: Json },
}

impl Ask {
    pub fn get(path: String, query: Vec<(String, String)>) -> Ask {
        Ask::Http { method: "GET", path, query, headers: Vec::new(), body: Json::Null }
    }

    pub fn post(path: String, body: Json) -> Ask {
        Ask::Http { method: "POST", path, query: Vec::new(), headers: Vec::new(), body }
    }
}

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const SHORT: [&str; 11] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "starts_with", "is_empty", "within"];

/// Makes requests.
pub struct Asker<'a> {
    pub dice: &'a mut Dice,
    pub site: &'a Site,
    pub who: &'a Person,
}

pub fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

impl Asker<'_> {
    pub fn object(&mut self) -> &'static Shape {
        // Orders have most relations.
        if self.dice.chance(40) { shape("order") } else { self.dice.pick(SHAPES) }
    }

    /// A row, not seldom one that the asker does not see.
    pub fn id_of(&mut self, object: &str) -> Uuid {
        let world = &self.site.world;
        let hidden = self.dice.chance(30);
        let wanted = |row: &&Row| !hidden || !world.may(self.who, "read", row);
        let mut ids: Vec<Uuid> = world.all(object).filter(wanted).map(|row| row.id).collect();
        if ids.is_empty() {
            ids = world.all(object).map(|row| row.id).collect();
        }
        if ids.is_empty() || self.dice.chance(3) { Uuid::from_u128(7) } else { *self.dice.pick(&ids) }
    }

    /// A path through references, and what it ends in.
    pub fn path(&mut self, of: &Shape) -> (String, &'static Field) {
        let fields = shape(of.name).fields;
        let readable = |field: &&Field| self.site.world.reads(self.who, of.name, field.name);
        let readable: Vec<&'static Field> = fields.iter().filter(readable).collect();
        // Mostly of what may be read: a request is refused as a whole for what may not.
        let field = match readable.is_empty() || self.dice.chance(25) {
            true => self.dice.pick(fields),
            false => *self.dice.pick(&readable),
        };
        match field.kind {
            Kind::To(target) if !target.starts_with("base.") && self.dice.chance(55) => {
                let (rest, end) = self.path(shape(target));
                (format!("{}.{rest}", field.name), end)
            }
            Kind::To("base.user") if self.dice.chance(30) => {
                const NAME: Field =
                    Field { name: "name", kind: Kind::Text, inputs: &[], system: false, required: true };
                (format!("{}.{}", field.name, self.dice.pick(&["name", "login", "title"])), &NAME)
            }
            _ => (field.name.to_owned(), field),
        }
    }

    pub fn word(&mut self) -> String {
        match self.dice.below(6) {
            0 => "al".to_owned(),
            1 => "云".to_owned(),
            2 => "said".to_owned(),
            _ => (*self.dice.pick(WORDS)).to_owned(),
        }
    }

    pub fn operand(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Integer | Kind::Money => self.dice.below(9).to_string(),
            Kind::Date => format!("2026-03-0{}", 1 + self.dice.below(5)),
            Kind::DateTime => format!("2026-03-0{}T03:00:00Z", 1 + self.dice.below(3)),
            Kind::Boolean => self.dice.chance(50).to_string(),
            Kind::Option(all) | Kind::Options(all) => (*self.dice.pick(all)).to_owned(),
            Kind::To("base.user") | Kind::Users => self.dice.pick(&self.site.world.users).to_string(),
            Kind::To(target) if target.starts_with("base.") => Uuid::from_u128(7).to_string(),
            Kind::To(target) | Kind::Pairs(target) => self.id_of(target).to_string(),
            Kind::Secret => format!("DE00{:08}", self.dice.below(6)),
            _ => self.word(),
        }
    }

    pub fn leaf(&mut self, of: &'static Shape) -> String {
        let (path, field) = self.path(of);
        if self.dice.chance(12) {
            return format!("is_empty({path})");
        }
        let operator = *self.dice.pick(&COMPARISONS);
        let operand = self.operand(field.kind);
        match field.kind {
            Kind::Integer | Kind::Money => match self.dice.below(4) {
                0 => format!("{path} * 2 {operator} {operand}"),
                1 => format!("({path} ?? 1) {operator} {operand}"),
                _ => format!("{path} {operator} {operand}"),
            },
            Kind::Text => match self.dice.below(4) {
                0 => format!("contains({path}, \"{operand}\")"),
                1 => format!("starts_with({path}, \"{operand}\")"),
                2 => format!("len({path}) {operator} 4"),
                _ => format!("{path} {operator} \"{operand}\""),
            },
            Kind::Boolean => format!("{path} == {operand}"),
            Kind::Option(_) if self.dice.chance(30) => format!("{path} in [\"a\", \"b\"]"),
            Kind::Options(_) | Kind::Users => format!("contains({path}, \"{operand}\")"),
            Kind::To("region") if self.dice.chance(60) => format!("within({path}, \"{operand}\")"),
            Kind::To(_) | Kind::Option(_) | Kind::Secret => {
                format!("{path} {} \"{operand}\"", self.dice.pick(&["==", "!="]))
            }
            Kind::Children(child, _) => {
                let inner = self.leaf(shape(child));
                let (number, _) = self.path(shape(child));
                match self.dice.below(5) {
                    0 => format!("{path}.count() {operator} {}", self.dice.below(3)),
                    1 => format!("{path}.sum({number}) {operator} {}", self.dice.below(20)),
                    2 => format!("{path}.all({inner})"),
                    3 => format!("{path}.max({number}) {operator} {}", self.dice.below(9)),
                    _ => format!("{path}.any({inner})"),
                }
            }
            Kind::Pairs(_) => format!("contains({path}, \"{operand}\")"),
            _ => format!("{path} {operator} \"{operand}\""),
        }
    }

    fn condition(&mut self, of: &'static Shape) -> String {
        match self.dice.below(8) {
            0 => format!("{} && {}", self.leaf(of), self.leaf(of)),
            1 => format!("{} || {}", self.leaf(of), self.leaf(of)),
            2 => format!("!({})", self.leaf(of)),
            _ => self.leaf(of),
        }
    }

    fn tree(&mut self, of: &'static Shape) -> Json {
        match self.dice.below(5) {
            0 => json!({"and": [self.tree_leaf(of), self.tree_leaf(of)]}),
            1 => json!({"not": self.tree_leaf(of)}),
            2 => json!({"expression": self.leaf(of)}),
            _ => self.tree_leaf(of),
        }
    }

    fn tree_leaf(&mut self, of: &'static Shape) -> Json {
        let (path, field) = self.path(of);
        let operator = *self.dice.pick(&SHORT);
        let operand = self.operand(field.kind);
        let one = match field.kind {
            Kind::Integer => json!(operand.parse::<i64>().unwrap_or(0)),
            Kind::Boolean => json!(operand == "true"),
            _ => json!(operand),
        };
        match operator {
            "is_empty" => json!({"field": path, "op": operator}),
            "in" => json!({"field": path, "op": operator, "value": [one]}),
            _ => json!({"field": path, "op": operator, "value": one}),
        }
    }

    fn paths(&mut self, of: &Shape, most: usize) -> Vec<String> {
        (0..1 + self.dice.below(most)).map(|_| self.path(of).0).collect()
    }

    /// A path that most likely ends in a value of such a kind.
    fn path_to(&mut self, of: &Shape, fits: &dyn Fn(Kind) -> bool) -> String {
        let mut found = self.path(of);
        for _ in 0..6 {
            if fits(found.1.kind) {
                break;
            }
            found = self.path(of);
        }
        found.0
    }

    /// Paths to sort or group by.
    fn ordered(&mut self, of: &Shape) -> Vec<String> {
        let unordered = |kind| {
            matches!(
                kind,
                Kind::Children(..) | Kind::Pairs(_) | Kind::Options(_) | Kind::Users | Kind::Secret
            )
        };
        (0..1 + self.dice.below(2)).map(|_| self.path_to(of, &|kind| !unordered(kind))).collect()
    }

    fn relations(&mut self, of: &Shape) -> Vec<String> {
        let related = |field: &&Field| {
            matches!(field.kind, Kind::To(_) | Kind::Children(..) | Kind::Pairs(_) | Kind::ToAny)
        };
        let all: Vec<&'static Field> = shape(of.name).fields.iter().filter(related).collect();
        (0..1 + self.dice.below(2))
            .map(|_| {
                let field = *self.dice.pick(&all);
                let target = match field.kind {
                    Kind::To(target) | Kind::Children(target, _) | Kind::Pairs(target) => target,
                    _ => "base",
                };
                match SHAPES.iter().find(|shape| shape.name == target) {
                    Some(next) if self.dice.chance(50) => {
                        format!("{}.{}", field.name, self.relations(next)[0])
                    }
                    _ => field.name.to_owned(),
                }
            })
            .collect()
    }

    /// The parameters of a list, in whatever mixture.
    pub fn parameters(&mut self, of: &'static Shape) -> Vec<(String, String)> {
        let mut all = Vec::new();
        if self.dice.chance(55) {
            all.push(pair("filter", self.condition(of)));
        }
        if self.dice.chance(20) {
            let (path, field) = self.path(of);
            let operator = *self.dice.pick(&SHORT);
            let operand = if operator == "is_empty" { "true".to_owned() } else { self.operand(field.kind) };
            all.push((format!("{path}[{operator}]"), operand));
        }
        if self.dice.chance(50) {
            let keys: Vec<String> = self.ordered(of);
            let sign = |dice: &mut Dice| if dice.chance(50) { "-" } else { "" };
            let keys: Vec<String> = keys.into_iter().map(|key| format!("{}{key}", sign(self.dice))).collect();
            all.push(pair("sort", keys.join(",")));
        }
        if self.dice.chance(40) {
            all.push(pair("fields", self.paths(of, 4).join(",")));
        }
        if self.dice.chance(25) {
            all.push(pair("search", self.word()));
        }
        if of.name == "order" && self.dice.chance(15) {
            all.push(pair("view", *self.dice.pick(&["orders", "dear", "none"])));
        }
        all
    }

    fn list(&mut self) -> Ask {
        let of = self.object();
        let mut query = self.parameters(of);
        if self.dice.chance(35) {
            query.push(pair("expand", self.relations(of).join(",")));
        }
        if self.dice.chance(50) {
            query.push(pair("count", *self.dice.pick(&["exact", "capped", "none"])));
        }
        if self.dice.chance(50) {
            query.push(pair("limit", *self.dice.pick(&["1", "2", "5", "500"])));
        }
        if self.dice.chance(15) {
            query.push(pair("bin", *self.dice.pick(&["deleted", "any"])));
        }
        if self.dice.chance(10) {
            query.push(pair("offset", "1"));
        }
        Ask::get(format!("/api/v1/records/{}", of.full()), query)
    }

    fn one(&mut self) -> Ask {
        let of = self.object();
        let mut query = Vec::new();
        if self.dice.chance(40) {
            query.push(pair("fields", self.paths(of, 4).join(",")));
        }
        if self.dice.chance(50) {
            query.push(pair("expand", self.relations(of).join(",")));
        }
        if self.dice.chance(20) {
            query.push(pair("bin", "any"));
        }
        let path = format!("/api/v1/records/{}/{}", of.full(), self.id_of(of.name));
        let headers = match self.dice.chance(30) {
            true => vec![pair("if-none-match", format!("\"{}\"", 1 + self.dice.below(3)))],
            false => Vec::new(),
        };
        Ask::Http { method: "GET", path, query, headers, body: Json::Null }
    }

    fn query(&mut self) -> Ask {
        let of = self.object();
        let mut body = json!({"filter": self.tree(of)});
        if self.dice.chance(40) {
            body = json!({});
        }
        if self.dice.chance(80) {
            let mut groups = Vec::new();
            for path in self.ordered(of) {
                groups.push(match self.dice.chance(10) {
                    true => json!({"field": path, "bucket": self.dice.pick(&["day", "month", "year"])}),
                    false => json!(path),
                });
            }
            let keys: Vec<Json> = if self.dice.chance(80) { groups } else { Vec::new() };
            let function = *self.dice.pick(&["sum", "min", "max", "avg", "count"]);
            let mut measures = json!({"n": {"count": true}});
            if self.dice.chance(70) {
                let number = |kind| matches!(kind, Kind::Integer | Kind::Money);
                measures["m"] = json!({function: self.path_to(of, &number)});
            }
            body["groups"] = json!(keys);
            if self.dice.chance(40) {
                body["sort"] = json!([if measures.get("m").is_some() { "-m" } else { "n" }]);
            }
            body["aggregates"] = measures;
        } else {
            body["sort"] = json!(self.ordered(of));
            body["fields"] = json!(self.paths(of, 3));
            body["count"] = json!("exact");
        }
        if self.dice.chance(20) {
            body["search"] = json!(self.word());
        }
        Ask::post(format!("/api/v1/query/{}", of.full()), body)
    }

    fn of_record(&mut self) -> Ask {
        let of = self.object();
        let id = self.id_of(of.name);
        let (what, query) = match self.dice.below(8) {
            0..=1 => ("history", vec![pair("limit", *self.dice.pick(&["1", "2", "200"]))]),
            2 => ("timeline", vec![pair("limit", *self.dice.pick(&["1", "2", "200"]))]),
            3 => ("comments", Vec::new()),
            4 => ("moves", Vec::new()),
            5 => ("actions", Vec::new()),
            6 => ("instances", Vec::new()),
            _ => ("comments", vec![pair("limit", "1")]),
        };
        Ask::get(format!("/api/v1/records/{}/{id}/{what}", of.full()), query)
    }

    fn explain(&mut self) -> Ask {
        let of = self.object();
        let actions = [
            "read", "update", "delete", "restore", "create", "export", "history", "comment", "check",
            "close", "assign", "purge", "unmask", "import", "touch",
        ];
        let mut query = vec![pair("object", of.full()), pair("action", *self.dice.pick(&actions))];
        if self.dice.chance(70) {
            query.push(pair("record", self.id_of(of.name).to_string()));
        }
        if self.dice.chance(30) {
            query.push(pair("field", self.dice.pick(of.fields).name));
        }
        Ask::get("/api/v1/access/explain".to_owned(), query)
    }

    fn flow(&mut self) -> Ask {
        let site = self.site;
        match self.dice.below(6) {
            0 if !site.tasks.is_empty() => {
                Ask::get(format!("/api/v1/tasks/{}", self.dice.pick(&site.tasks)), vec![])
            }
            1 if !site.instances.is_empty() => {
                Ask::get(format!("/api/v1/instances/{}", self.dice.pick(&site.instances)), vec![])
            }
            2 if !site.tasks.is_empty() => {
                Ask::get(format!("/api/v1/tasks/{}/return-targets", self.dice.pick(&site.tasks)), vec![])
            }
            _ => {
                let which = *self.dice.pick(&["todo", "done", "cc", "started"]);
                Ask::get("/api/v1/tasks".to_owned(), vec![pair("box", which)])
            }
        }
    }

    fn described(&mut self) -> Ask {
        let of = self.object();
        match self.dice.below(7) {
            0 => Ask::get("/api/v1/openapi.json".to_owned(), Vec::new()),
            1 => Ask::get("/api/v1/definitions".to_owned(), Vec::new()),
            2 => Ask::get("/api/v1/session".to_owned(), Vec::new()),
            3 => Ask::get(
                format!("/api/v1/definitions/view/vault.{}", self.dice.pick(&["orders", "dear"])),
                vec![],
            ),
            _ => Ask::get(format!("/api/v1/definitions/object/{}", of.full()), Vec::new()),
        }
    }

    /// A write that is refused in the end whatever it is: what it says on the way must tell nothing.
    fn refused(&mut self) -> Ask {
        let of = self.object();
        let mut body = serde_json::Map::new();
        for _ in 0..1 + self.dice.below(3) {
            let field = self.dice.pick(of.fields);
            // A code that is taken is a declared disclosure: the clash of a unique.
            if !field.name.ends_with("_code") {
                let operand = self.operand(field.kind);
                let value = match field.kind {
                    Kind::To(target) if !target.starts_with("base.") && self.dice.chance(60) => {
                        self.by(shape(target))
                    }
                    Kind::Integer => json!(operand.parse::<i64>().unwrap_or(0)),
                    Kind::Boolean => json!(operand == "true"),
                    Kind::Users => json!([operand]),
                    Kind::ToAny => json!({"object": "vault.client", "id": self.id_of("client")}),
                    Kind::Pairs(_) => json!([{"id": operand}]),
                    Kind::Children(child, _) => self.children(child),
                    _ => json!(operand),
                };
                body.insert(field.name.to_owned(), value);
            }
        }
        let id = self.id_of(of.name);
        let operation = match self.dice.below(5) {
            0 | 1 => {
                if let (true, Some(key)) = (self.dice.chance(60), of.key) {
                    body.insert(key.to_owned(), json!(format!("new{}", self.dice.next())));
                }
                json!({"create": body})
            }
            // What refers to a record refuses its deletion: a declared disclosure.
            2 if matches!(of.name, "line" | "memo") => json!({"delete": {"id": id}}),
            3 => json!({"restore": {"id": id}}),
            _ => {
                // A ring of a tree is told, whoever stands in between: a declared disclosure. What is older lies
                // below nothing newer.
                let above = body.get("r_parent").and_then(Json::as_str).and_then(|above| above.parse().ok());
                if above.is_none_or(|above: Uuid| above > id) {
                    body.shift_remove("r_parent");
                }
                body.insert("id".to_owned(), json!(id));
                json!({"update": body})
            }
        };
        let last = json!({"delete": {"id": Uuid::from_u128(9)}});
        let operations = json!({"mode": "atomic", "operations": [operation, last]});
        Ask::post(format!("/api/v1/records/{}/bulk", of.full()), operations)
    }

    /// A reference by values of the target: by its key, or by what several may have.
    fn by(&mut self, target: &'static Shape) -> Json {
        let field = match target.key.filter(|_| self.dice.chance(50)) {
            Some(key) => target.field(key),
            None => None,
        };
        let field = field.unwrap_or_else(|| self.dice.pick(target.fields));
        let stored = self.site.world.rows.values().filter_map(|row| row.values.get(field.name)).cloned();
        let stored: Vec<Json> = stored.filter(|value| !value.is_null()).collect();
        let value = match stored.is_empty() {
            true => json!(self.operand(field.kind)),
            false => self.dice.pick(&stored).clone(),
        };
        json!({"by": {field.name: value}})
    }

    fn children(&mut self, child: &str) -> Json {
        let id = self.id_of(child);
        match self.dice.below(3) {
            0 => json!({"delete": [id]}),
            1 if child == "line" => json!({"update": [{"id": id, "l_name": "changed"}]}),
            1 => json!({"update": [{"id": id, "m_text": "changed"}]}),
            _ if child == "line" => json!([{"l_name": "new", "l_qty": 1}]),
            _ => json!([]),
        }
    }

    fn moved(&mut self) -> Ask {
        let path = format!(
            "/api/v1/records/vault.order/{}/moves/{}",
            self.id_of("order"),
            self.dice.pick(&crate::roles::MOVES)
        );
        let headers = vec![pair("if-match", "\"999\"")];
        Ask::Http { method: "POST", path, query: Vec::new(), headers, body: Json::Null }
    }

    fn comment(&mut self) -> Ask {
        let rows = &self.site.world.rows;
        let of = |(record, comment): &(Uuid, Uuid)| Some((rows.get(record)?.object, *record, *comment));
        let all: Vec<(&str, Uuid, Uuid)> = self.site.comments.iter().filter_map(of).collect();
        if all.is_empty() || self.dice.chance(40) {
            let object = *self.dice.pick(&["client", "order", "memo"]);
            let path = format!("/api/v1/records/vault.{object}/{}/comments", self.id_of(object));
            return Ask::get(path, Vec::new());
        }
        let (object, record, comment) = *self.dice.pick(&all);
        Ask::get(format!("/api/v1/records/vault.{object}/{record}/comments/{comment}"), Vec::new())
    }

    fn people(&mut self) -> Ask {
        let query = vec![
            pair("sort", "login"),
            pair("search", *self.dice.pick(&["G1", "N1", "u"])),
            pair("count", "exact"),
        ];
        match self.dice.below(3) {
            0 => Ask::get("/api/v1/records/base.user".to_owned(), query),
            1 => Ask::get(
                "/api/v1/records/base.user".to_owned(),
                vec![pair("filter", "starts_with(name, \"G\")")],
            ),
            _ => Ask::get(format!("/api/v1/records/base.user/{}", self.site.ghost), Vec::new()),
        }
    }

    /// The next request.
    pub fn next(&mut self) -> Ask {
        match self.dice.below(120) {
            0..=35 => self.list(),
            36..=45 => self.one(),
            46..=57 => self.query(),
            58..=67 => self.of_record(),
            68..=70 => {
                let query = vec![pair("q", self.word())];
                Ask::get("/api/v1/search".to_owned(), query)
            }
            71..=76 => self.explain(),
            77..=82 => self.flow(),
            83..=84 => self.described(),
            85..=88 => self.exported(),
            89..=95 => self.refused(),
            96 => self.moved(),
            97..=99 => self.imported(),
            100..=103 => self.comment(),
            104 => self.people(),
            105..=107 => self.unmask(),
            _ => self.by_script(),
        }
    }
}

//! What people learn through scripts, which act with their rights: reading, looking for, and what a new record
//! became. And reading encrypted fields in full.

use crate::ask::{Ask, Asker};
use crate::shape::{Field, Kind, Shape, shape};
use serde_json::{Value as Json, json};

impl Asker<'_> {
    /// A press of the button whose script does what its parameters say.
    pub fn by_script(&mut self) -> Ask {
        let (what, body) = match self.dice.below(10) {
            0..=3 => ("look", self.look()),
            4..=6 => {
                let of = self.object();
                ("ask", json!({"object": of.full(), "filter": self.leaf(of)}))
            }
            _ => ("add", self.add()),
        };
        Ask::post("/api/v1/records/vault.order/actions/touch".to_owned(), json!({"what": what, "body": body}))
    }

    fn look(&mut self) -> Json {
        let of = self.object();
        let names: Vec<Vec<String>> = (0..1 + self.dice.below(4)).map(|_| self.steps(of)).collect();
        json!({"object": of.full(), "id": self.id_of(of.name), "names": names})
    }

    /// The steps of a path; what is computed as it is read is nothing to scripts.
    fn steps(&mut self, of: &Shape) -> Vec<String> {
        let (path, _) = self.path(of);
        path.split('.').map(str::to_owned).collect()
    }

    /// A new record that does not stay: a line, which gets its place among the others, or a copy of what is around.
    fn add(&mut self) -> Json {
        if self.dice.chance(70) {
            let order = self.id_of("order");
            let values = json!({"l_order": order, "l_name": "new", "l_qty": 1});
            return json!({"object": "vault.line", "values": values, "names": [["position"], ["l_name"]]});
        }
        let of = self.object();
        let mut values = serde_json::Map::new();
        for field in shape(of.name).written().filter(|field| field.required || field.name.ends_with("client"))
        {
            values.insert(field.name.to_owned(), self.plain(field));
        }
        let mut names: Vec<Vec<String>> = (0..4).map(|_| self.steps(of)).collect();
        names.retain(|steps| steps.last().is_none_or(|last| last != "id"));
        json!({"object": of.full(), "values": values, "names": names})
    }

    fn plain(&mut self, field: &Field) -> Json {
        if field.name.ends_with("_code") {
            return json!(format!("new{}", self.dice.next()));
        }
        let operand = self.operand(field.kind);
        match field.kind {
            Kind::Integer => json!(operand.parse::<i64>().unwrap_or(0)),
            Kind::Boolean => json!(operand == "true"),
            _ if field.name == "o_status" => json!("open"),
            _ => json!(operand),
        }
    }

    /// Encrypted fields in full.
    pub fn unmask(&mut self) -> Ask {
        let id = self.id_of("client");
        let fields = if self.dice.chance(80) { json!(["c_iban"]) } else { json!(["c_iban", "c_note"]) };
        Ask::post(format!("/api/v1/records/vault.client/{id}/unmask"), json!({"fields": fields}))
    }
}

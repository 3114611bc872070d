//! Giving physical names to what the definitions want, keeping those that exist.

use super::{Column, PhysicalNames, Table};
use definition::ColumnType;
use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Longest identifier of PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// An object that needs a table.
#[derive(Clone, Debug, Default)]
pub struct WantedTable {
    /// Full name.
    pub name: String,
    /// Full names it had before.
    pub formerly: Vec<String>,
    /// Its fields that need a column or a table of pairs.
    pub columns: Vec<WantedColumn>,
}

/// A field that needs a column or a table of pairs.
#[derive(Clone, Debug)]
pub struct WantedColumn {
    /// Name of the field.
    pub name: String,
    /// Names it had before.
    pub formerly: Vec<String>,
    /// What it needs.
    pub shape: Shape,
}

/// What a field needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A column.
    Column(ColumnType),
    /// A column of ciphertext, and whether a column of keyed hashes beside it.
    Encrypted {
        /// `lookup: exact`
        lookup: bool,
    },
    /// A table of pairs with these attributes.
    Pairs(Vec<(String, ColumnType)>),
}

impl PhysicalNames {
    /// The names after the definitions are applied: what exists keeps its name, what is new gets one, what left
    /// is retired and comes back when it returns with the same type. `indexes` of the tables are carried over
    /// as they are.
    pub fn allocate(&self, wanted: &[WantedTable]) -> PhysicalNames {
        let current: HashSet<&str> = wanted.iter().map(|table| table.name.as_str()).collect();
        let mut left = self.clone();
        let mut used = Used::of(self);
        let mut out = PhysicalNames::default();
        for want in wanted {
            let old = left.take_table(want, &current);
            let mut table = old.unwrap_or_else(|| Table {
                table: used.fresh(&want.name.replace('.', "_")),
                ..Table::default()
            });
            allocate_columns(&mut table, &want.columns, &mut used);
            out.tables.insert(want.name.clone(), table);
        }
        out.retired = left.retired;
        out.retired.extend(left.tables);
        out
    }

    fn take_table(&mut self, want: &WantedTable, current: &HashSet<&str>) -> Option<Table> {
        if let Some(table) = self.tables.shift_remove(&want.name) {
            return Some(table);
        }
        let renamed = want.formerly.iter().filter(|former| !current.contains(former.as_str()));
        for former in renamed {
            if let Some(table) = self.tables.shift_remove(former) {
                return Some(table);
            }
        }
        let mut names = std::iter::once(&want.name).chain(&want.formerly);
        names.find_map(|name| self.retired.shift_remove(name))
    }
}

fn allocate_columns(table: &mut Table, wanted: &[WantedColumn], used: &mut Used) {
    let current: HashSet<&str> = wanted.iter().map(|column| column.name.as_str()).collect();
    let mut columns = std::mem::take(&mut table.columns);
    let mut taken = Taken::of(&columns, &table.retired);
    let mut out = IndexMap::with_capacity(wanted.len());
    for want in wanted {
        let old = columns.shift_remove(&want.name).or_else(|| {
            let mut renamed = want.formerly.iter().filter(|former| !current.contains(former.as_str()));
            renamed.find_map(|former| columns.shift_remove(former))
        });
        let column = match old {
            Some(column) if want.shape.fits(&column) => Some(column),
            Some(column) => {
                table.retired.push((want.name.clone(), column));
                unretire(&mut table.retired, want, 1)
            }
            None => unretire(&mut table.retired, want, 0),
        };
        let mut column =
            column.unwrap_or_else(|| want.shape.create(&want.name, &table.table, &mut taken, used));
        want.shape.complete(&mut column, &mut taken);
        out.insert(want.name.clone(), column);
    }
    table.retired.extend(columns);
    table.columns = out;
}

/// Takes back the newest retired column of the same name and shape, leaving out the last `skip` entries (what
/// was retired just now).
fn unretire(retired: &mut Vec<(String, Column)>, want: &WantedColumn, skip: usize) -> Option<Column> {
    let upto = retired.len().saturating_sub(skip);
    let is_it = |name: &String, column: &Column| {
        (*name == want.name || want.formerly.contains(name)) && want.shape.fits(column)
    };
    let place = retired[..upto].iter().rposition(|(name, column)| is_it(name, column))?;
    Some(retired.remove(place).1)
}

impl Shape {
    /// Whether a column that exists can hold it as it is (further attributes and a hash column can be added).
    fn fits(&self, column: &Column) -> bool {
        match self {
            Shape::Column(ty) => column.ty == Some(*ty) && column.encrypted.is_none(),
            Shape::Encrypted { .. } => column.ty == Some(ColumnType::Text) && column.encrypted.is_some(),
            Shape::Pairs(_) => column.ty.is_none(),
        }
    }

    fn create(&self, field: &str, table: &str, taken: &mut Taken, used: &mut Used) -> Column {
        let (name, ty, encrypted) = match self {
            Shape::Column(ty) => (taken.fresh(field, *ty == ColumnType::Link), Some(*ty), None),
            Shape::Encrypted { .. } => (taken.fresh(field, false), Some(ColumnType::Text), Some(None)),
            Shape::Pairs(_) => (used.fresh(&format!("{table}__{field}")), None, None),
        };
        Column { name, ty, encrypted, attributes: IndexMap::new() }
    }

    /// Adds the hash column or the attributes that a kept column does not have yet. An attribute whose type
    /// changed gets a new column beside the old one.
    fn complete(&self, column: &mut Column, taken: &mut Taken) {
        match self {
            Shape::Column(_) => {}
            Shape::Encrypted { lookup } => {
                let have = column.encrypted.take().flatten();
                let hash =
                    have.or_else(|| lookup.then(|| taken.fresh(&format!("{}_hash", column.name), false)));
                column.encrypted = Some(hash.filter(|_| *lookup));
            }
            Shape::Pairs(attributes) => {
                let mut names = Taken::pairs(&column.attributes);
                for (attribute, ty) in attributes {
                    if column.attributes.get(attribute).is_some_and(|have| have.ty == Some(*ty)) {
                        continue;
                    }
                    let name = names.fresh(attribute, *ty == ColumnType::Link);
                    let new = Column { name, ty: Some(*ty), encrypted: None, attributes: IndexMap::new() };
                    column.attributes.insert(attribute.clone(), new);
                }
            }
        }
    }
}

/// Names of tables in use, retired ones included.
struct Used(HashSet<String>);

impl Used {
    fn of(names: &PhysicalNames) -> Used {
        let tables = names.tables.values().chain(names.retired.values());
        Used(tables.flat_map(table_names).collect())
    }

    fn fresh(&mut self, wish: &str) -> String {
        fresh(&mut self.0, wish)
    }
}

fn table_names(table: &Table) -> impl Iterator<Item = String> + '_ {
    let columns = table.columns.values().chain(table.retired.iter().map(|(_, column)| column));
    let pairs = columns.filter(|column| column.ty.is_none()).map(|column| column.name.clone());
    std::iter::once(table.table.clone()).chain(pairs)
}

/// Names of columns in use in one table, retired ones included.
struct Taken(HashSet<String>);

impl Taken {
    fn of(columns: &IndexMap<String, Column>, retired: &[(String, Column)]) -> Taken {
        let mut taken = Taken(HashSet::new());
        for column in columns.values().chain(retired.iter().map(|(_, column)| column)) {
            taken.note(column);
        }
        taken
    }

    fn pairs(attributes: &IndexMap<String, Column>) -> Taken {
        let fixed = ["id", "source", "target", "position"];
        let mut taken = Taken(fixed.iter().map(|name| (*name).to_owned()).collect());
        attributes.values().for_each(|column| taken.note(column));
        taken
    }

    fn note(&mut self, column: &Column) {
        self.0.insert(column.name.clone());
        if column.ty == Some(ColumnType::Link) {
            self.0.insert(format!("{}_object", column.name));
        }
        self.0.extend(column.encrypted.iter().flatten().cloned());
    }

    /// A free name; with `link`, `<name>_object` is free too and taken with it.
    fn fresh(&mut self, wish: &str, link: bool) -> String {
        for number in 1.. {
            let name = numbered(wish, number, if link { "_object".len() } else { 0 });
            let second = link.then(|| format!("{name}_object"));
            let free = !self.0.contains(&name) && second.as_ref().is_none_or(|s| !self.0.contains(s));
            if free {
                self.0.insert(name.clone());
                self.0.extend(second);
                return name;
            }
        }
        wish.to_owned()
    }
}

fn fresh(used: &mut HashSet<String>, wish: &str) -> String {
    for number in 1.. {
        let name = numbered(wish, number, 0);
        if used.insert(name.clone()) {
            return name;
        }
    }
    wish.to_owned()
}

/// `name`, `name_2`, `name_3` … within the longest identifier less `reserve` bytes.
fn numbered(wish: &str, number: usize, reserve: usize) -> String {
    let name = if number == 1 { wish.to_owned() } else { format!("{wish}_{number}") };
    cut(&name, LONGEST - reserve)
}

/// The name itself where no database cuts it, else its beginning and eight digits of its hash.
pub(crate) fn fit(name: &str) -> String {
    cut(name, LONGEST)
}

fn cut(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let mut end = longest - hash.len() - 1;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{hash}", &name[..end])
}

/// The name of an index: `ix_<table>__<name>` or `ux_<table>__<name>`.
pub(crate) fn index_name(table: &str, name: &str, unique: bool) -> String {
    let prefix = if unique { "ux" } else { "ix" };
    fit(&format!("{prefix}_{table}__{name}"))
}

#[cfg(test)]
mod tests;

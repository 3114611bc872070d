//! Names and field paths.

use super::Checker;
use crate::finding::{name_error, type_error};
use crate::syntax::{Node, Syntax};
use crate::tree::{Expr, Kind, Path, Position, Root, Step};
use crate::{FieldInfo, Type};
use diagnostic::did_you_mean;
use std::sync::Arc;

/// Parts of an address.
const PARTS: [&str; 5] = ["country", "province", "city", "district", "street"];

/// The reserved names of records: all roots but those of bare names and variables.
fn reserved() -> impl Iterator<Item = (&'static str, Root)> {
    Root::ALL.into_iter().filter(|(_, root)| !matches!(root, Root::Row | Root::Variable))
}

/// Where a path has arrived.
enum Place {
    Record { root: Root, object: Arc<str> },
    Field { root: Root, steps: Vec<Step>, ty: Type },
    Other(Expr),
}

impl Checker<'_> {
    /// A bare name or a path; the record itself counts as its id.
    pub(super) fn path(&mut self, syntax: &Syntax) -> Option<Expr> {
        let at = syntax.at;
        Some(match self.walk(syntax)? {
            Place::Other(expr) => expr,
            Place::Field { root, steps, ty } => Expr { kind: Kind::Path(Path { root, steps }), ty, at },
            Place::Record { root, object } => {
                let steps = vec![Step { object: object.clone(), field: "id".into() }];
                Expr { kind: Kind::Path(Path { root, steps }), ty: Type::Reference(Some(object)), at }
            }
        })
    }

    fn walk(&mut self, syntax: &Syntax) -> Option<Place> {
        match &syntax.node {
            Node::Name(name) => self.name(name, syntax.at),
            Node::Field(base, name, at) => {
                if let Some(found) = self.member(base, name, syntax.at, *at) {
                    return found;
                }
                let base = match &base.node {
                    Node::Name(_) | Node::Field(..) => self.walk(base)?,
                    _ => Place::Other(self.expr(base)?),
                };
                self.field_of(base, name, syntax.at, *at)
            }
            _ => self.expr(syntax).map(Place::Other),
        }
    }

    fn name(&mut self, name: &str, at: Position) -> Option<Place> {
        if let Some((_, root)) = reserved().find(|(known, _)| *known == name) {
            return match self.object_of(root) {
                Some(object) => Some(Place::Record { root, object }),
                None => self.not_in_scope(name, at),
            };
        }
        if let Some(object) = self.scope.row.clone()
            && let Some(info) = self.field(&object, name)
        {
            return self.step(Root::Row, Vec::new(), object, info, at);
        }
        if let Some(ty) = self.names.parameters.get(name) {
            let kind = Kind::Parameter(name.into());
            return Some(Place::Other(Expr { kind, ty: ty.clone(), at }));
        }
        let mut known = self.names.parameters.keys().cloned().collect::<Vec<_>>();
        if let Some(object) = &self.scope.row {
            known.extend(self.schema.field_names(object));
        }
        known.extend(reserved().filter(|(_, r)| self.object_of(*r).is_some()).map(|(n, _)| n.to_owned()));
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        self.refuse(name_error(at, name).with_hint(hint))
    }

    /// A variable of several parts, as `risk.level`; `None` where nothing begins like that.
    fn member(&mut self, base: &Syntax, name: &str, start: Position, at: Position) -> Option<Option<Place>> {
        let Node::Name(holder) = &base.node else { return None };
        let parts = |known: &str| known.strip_prefix(&**holder)?.strip_prefix('.').map(str::to_owned);
        let known: Vec<String> = self.names.parameters.keys().filter_map(|known| parts(known)).collect();
        if known.is_empty() {
            return None;
        }
        let whole = format!("{holder}.{name}");
        Some(match self.names.parameters.get(&whole) {
            Some(ty) => {
                let kind = Kind::Parameter(whole.as_str().into());
                Some(Place::Other(Expr { kind, ty: ty.clone(), at: start }))
            }
            None => {
                let hint = did_you_mean(name, known.iter().map(String::as_str));
                self.refuse(name_error(at, name).with_hint(hint))
            }
        })
    }

    fn object_of(&self, root: Root) -> Option<Arc<str>> {
        match root {
            Root::Row => self.scope.row.clone(),
            Root::Record => self.scope.record.clone(),
            other => self.names.roots.get(&other).cloned(),
        }
    }

    /// The field, with the type every back end gives to an id.
    fn field(&self, object: &Arc<str>, name: &str) -> Option<FieldInfo> {
        let mut info = self.schema.field(object, name)?;
        if &*info.name == "id" {
            info.ty = Type::Reference(Some(object.clone()));
        }
        Some(info)
    }

    fn field_of(&mut self, base: Place, name: &str, start: Position, at: Position) -> Option<Place> {
        let (root, steps, ty) = match base {
            Place::Record { root, object } => return self.field_of_record(root, object, name, at),
            Place::Other(expr) if expr.ty == Type::Address => return self.part(expr, name, at),
            Place::Other(Expr {
                kind: Kind::Parameter(variable), ty: ty @ Type::Reference(Some(_)), ..
            }) => {
                let steps = vec![Step { object: "".into(), field: variable }];
                (Root::Variable, steps, ty)
            }
            Place::Other(expr) => return self.no_fields(&expr.ty, at),
            Place::Field { root, steps, ty } => (root, steps, ty),
        };
        match ty {
            Type::Reference(Some(object)) => {
                if name == "id" {
                    // The reference is the id: no need to visit the record.
                    return Some(Place::Field { root, steps, ty: Type::Reference(Some(object)) });
                }
                if root == Root::User {
                    let words = [
                        "`user` has only its own fields; a path through it is not followed",
                        "`user` 只能使用其自身字段，不能继续沿路径取值",
                        "`user` 只能使用其自身欄位，不能繼續沿路徑取值",
                    ];
                    return self.refuse(crate::finding::backend_error(at, words));
                }
                match self.field(&object, name) {
                    Some(info) => self.step(root, steps, object, info, at),
                    None => self.unknown_field(&object, name, at),
                }
            }
            Type::Address => {
                let kind = Kind::Path(Path { root, steps });
                self.part(Expr { kind, ty: Type::Address, at: start }, name, at)
            }
            other => self.no_fields(&other, at),
        }
    }

    fn field_of_record(&mut self, root: Root, object: Arc<str>, name: &str, at: Position) -> Option<Place> {
        if root == Root::User && matches!(name, "roles" | "departments") {
            let item = match name {
                "roles" => Type::Text,
                _ => Type::Reference(Some("base.department".into())),
            };
            let steps = vec![Step { object, field: name.into() }];
            return Some(Place::Field { root, steps, ty: Type::List(Box::new(item)) });
        }
        if name == "id" {
            let steps = vec![Step { object: object.clone(), field: "id".into() }];
            return Some(Place::Field { root, steps, ty: Type::Reference(Some(object)) });
        }
        match self.field(&object, name) {
            Some(info) => self.step(root, Vec::new(), object, info, at),
            None => self.unknown_field(&object, name, at),
        }
    }

    fn step(
        &mut self,
        root: Root,
        mut steps: Vec<Step>,
        object: Arc<str>,
        info: FieldInfo,
        at: Position,
    ) -> Option<Place> {
        if info.on_clock {
            self.needs_clock(&info.name, at)?;
        }
        steps.push(Step { object, field: info.name });
        Some(Place::Field { root, steps, ty: info.ty })
    }

    fn unknown_field<T>(&mut self, object: &str, name: &str, at: Position) -> Option<T> {
        let known = self.schema.field_names(object);
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        self.refuse(name_error(at, name).with_hint(hint))
    }

    fn part(&mut self, address: Expr, name: &str, at: Position) -> Option<Place> {
        if PARTS.contains(&name) {
            let start = address.at;
            let kind = Kind::Part(Box::new(address), name.into());
            return Some(Place::Other(Expr { kind, ty: Type::Text, at: start }));
        }
        self.refuse(name_error(at, name).with_hint(did_you_mean(name, PARTS)))
    }

    fn no_fields<T>(&mut self, ty: &Type, at: Position) -> Option<T> {
        let words = match ty {
            Type::Children(_) => [
                "{x} are many; use sum(), count(), any(), all(), min(), max() or avg()",
                "{x} 有多条记录，请使用 sum()、count()、any()、all()、min()、max() 或 avg()",
                "{x} 有多筆記錄，請使用 sum()、count()、any()、all()、min()、max() 或 avg()",
            ],
            Type::Reference(None) => [
                "a reference to any object has no fields that are known beforehand",
                "指向任意对象的引用没有可预知的字段",
                "指向任意物件的參照沒有可預知的欄位",
            ],
            _ => ["{x} has no fields", "{x} 没有字段", "{x} 沒有欄位"],
        };
        self.refuse(type_error(at, words).with("x", ty))
    }
}

//! The fields that every object has, declared by nobody.

use crate::model::field::{Field, Stored, SystemField};
use definition::ColumnType;
use definition::field::{
    DatetimeField, DepartmentField, FieldType, IntegerField, ReferenceField, TextField, UserField,
};
use diagnostic::{Locale, Text};
use expression::{Type, Value};
use indexmap::IndexMap;
use std::sync::Arc;

/// A system field of the object `object`.
pub(super) fn field(which: SystemField, object: &str) -> Field {
    let (name, labels, kind) = describe(which, object);
    let id_like = matches!(which, SystemField::Id | SystemField::Flow);
    let ty = if which == SystemField::Flow { Type::Text } else { kind.kind().expression_type() };
    let column = if id_like { Some(ColumnType::Uuid) } else { kind.kind().column() };
    let name: Arc<str> = Arc::from(name);
    Field {
        stored: Stored::Column { column: name.clone(), ty: column.unwrap_or(ColumnType::Text) },
        label: Some(text(labels)),
        ty,
        kind,
        system: Some(which),
        ..blank(name)
    }
}

/// A field that says nothing yet but its name.
pub(super) fn blank(name: Arc<str>) -> Field {
    Field {
        stored: Stored::Column { column: name.clone(), ty: ColumnType::Text },
        name,
        index: 0,
        label: None,
        help: None,
        placeholder: None,
        kind: FieldType::Text(TextField::default()),
        ty: Type::Text,
        system: None,
        derived: None,
        required: false,
        required_when: None,
        readonly: false,
        default: Value::Null,
        default_from: None,
        choose_where: None,
        offered_when: Vec::new(),
        fill: Vec::new(),
        encrypted: None,
        search: false,
        hidden: false,
        declassify: false,
        inputs: Arc::from([]),
    }
}

/// The system fields of an object, in order.
pub(super) fn list(owned: bool, child: bool) -> Vec<SystemField> {
    use SystemField::{
        CreatedAt, CreatedBy, DeletedAt, Department, Flow, Id, Owner, Position, UpdatedAt, UpdatedBy, Version,
    };
    let mut all = vec![Id, Version, CreatedAt, CreatedBy, UpdatedAt, UpdatedBy, DeletedAt];
    if owned {
        all.extend([Owner, Department]);
    }
    if child {
        all.push(Position);
    }
    all.push(Flow);
    all
}

fn describe(which: SystemField, object: &str) -> (&'static str, [&'static str; 3], FieldType) {
    let datetime = || FieldType::Datetime(DatetimeField::default());
    let integer = || FieldType::Integer(IntegerField::default());
    let user = || FieldType::User(UserField::default());
    let own = || {
        let to = object.to_owned();
        FieldType::Reference(ReferenceField {
            to,
            on_delete: None,
            tree: false,
            choose_where: None,
            fill: IndexMap::new(),
        })
    };
    match which {
        SystemField::Id => ("id", ["ID", "编号", "編號"], own()),
        SystemField::Version => ("version", ["Version", "版本", "版本"], integer()),
        SystemField::CreatedAt => ("created_at", ["Created", "创建时间", "建立時間"], datetime()),
        SystemField::CreatedBy => ("created_by", ["Created by", "创建人", "建立者"], user()),
        SystemField::UpdatedAt => ("updated_at", ["Updated", "更新时间", "更新時間"], datetime()),
        SystemField::UpdatedBy => ("updated_by", ["Updated by", "更新人", "更新者"], user()),
        SystemField::DeletedAt => ("deleted_at", ["Deleted", "删除时间", "刪除時間"], datetime()),
        SystemField::Owner => ("owner", ["Owner", "负责人", "負責人"], user()),
        SystemField::Department => {
            ("department", ["Department", "部门", "部門"], FieldType::Department(DepartmentField::default()))
        }
        SystemField::Position => ("position", ["Position", "顺序", "順序"], integer()),
        SystemField::Flow => ("flow", ["Approval", "审批", "簽核"], FieldType::Text(TextField::default())),
    }
}

fn text(words: [&str; 3]) -> Text {
    let locales = [Locale::En, Locale::ZhCn, Locale::ZhTw];
    Text::Localized(locales.into_iter().zip(words.map(str::to_owned)).collect())
}

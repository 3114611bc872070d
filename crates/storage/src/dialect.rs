//! The two databases, and the few words in which their SQL differs.

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, one file in the data folder.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// What a column of a system table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemType {
    /// A UUID.
    Id,
    /// An instant, UTC, to the microsecond.
    Time,
    /// A structure.
    Json,
    /// Text, compared by code point.
    Text,
    /// True or false.
    Flag,
    /// A whole number of 64 bits.
    Integer,
    /// Bytes.
    Bytes,
}

impl SystemType {
    /// Every type, with the word that stands for it in the texts of migrations.
    pub const ALL: [(&'static str, SystemType); 7] = [
        ("ID", SystemType::Id),
        ("TIME", SystemType::Time),
        ("JSON", SystemType::Json),
        ("TEXT", SystemType::Text),
        ("FLAG", SystemType::Flag),
        ("INT", SystemType::Integer),
        ("BYTES", SystemType::Bytes),
    ];
}

impl Dialect {
    /// The name in messages and in `sys_meta`.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// The SQL type of a column of a system table.
    pub fn system_type(self, ty: SystemType) -> &'static str {
        match (self, ty) {
            (Dialect::Sqlite, SystemType::Id | SystemType::Bytes) => "blob",
            (Dialect::Sqlite, SystemType::Time | SystemType::Json | SystemType::Text) => "text",
            (Dialect::Sqlite, SystemType::Flag | SystemType::Integer) => "integer",
            (Dialect::Postgres, SystemType::Id) => "uuid",
            (Dialect::Postgres, SystemType::Time) => "timestamptz",
            (Dialect::Postgres, SystemType::Json) => "jsonb",
            (Dialect::Postgres, SystemType::Text) => "text collate \"C\"",
            (Dialect::Postgres, SystemType::Flag) => "boolean",
            (Dialect::Postgres, SystemType::Integer) => "bigint",
            (Dialect::Postgres, SystemType::Bytes) => "bytea",
        }
    }

    /// What follows a select that locks its rows against other writers. SQLite has one writer anyway.
    pub fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for no key update",
        }
    }

    /// What follows a select that takes rows no one else works on. SQLite has one writer anyway.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for update skip locked",
        }
    }

    /// A condition: one of what a select answers that takes its rows. PostgreSQL may put the select of an `in` inside a
    /// loop and run it, with its limit, once for each row of the table; that of an array it runs once.
    pub fn among_taken(self, select: &str) -> String {
        match self {
            Dialect::Sqlite => format!("in ({select})"),
            Dialect::Postgres => format!("= any (array({select}{}))", self.skip_locked()),
        }
    }
}

/// An identifier in double quotes, which both databases read alike.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

//! What the table of codes becomes: the codes, their names, classes, messages and cures.

macro_rules! codes {
    ($($variant:ident = $name:literal $class:ident: en $en:literal, zh_cn $cn:literal, zh_tw $tw:literal, cure $cure:literal;)*) => {
        /// A stable error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $en] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The name on the wire and in documents.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The kind of refusal.
            pub fn class(self) -> Class {
                match self { $(Code::$variant => Class::$class,)* }
            }

            /// The message with its `{places}` unfilled.
            pub fn message(self, locale: Locale) -> &'static str {
                match (self, locale) {
                    $((Code::$variant, Locale::En) => $en,
                    (Code::$variant, Locale::ZhCn) => $cn,
                    (Code::$variant, Locale::ZhTw) => $tw,)*
                }
            }

            /// What to do about it, in English, for `docs/errors.md`.
            pub fn cure(self) -> &'static str {
                match self { $(Code::$variant => $cure,)* }
            }
        }
    };
}

//! Tests that hold on both databases: each becomes a module with a test `sqlite` and a test `postgres`.

macro_rules! on_both {
    ($($(#[$about:meta])* fn $name:ident($site:ident: Site) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            use super::*;

            fn play($site: Site) $body

            #[test]
            fn sqlite() {
                play(Site::new());
            }

            #[test]
            fn postgres() {
                if let Some(database) = test_support::TestDatabase::postgres() {
                    play(Site::on(database));
                }
            }
        }
    )+};
}
